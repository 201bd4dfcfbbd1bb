/** A state of accounts in a trie, blocks of transfers and a plain model of what they do: for the guests transfers-*. */
import { createHash } from 'node:crypto'
import { frameOf, type Item } from '../../src/extensions/io/pull.ts'
import { randomSource } from '../support/random.ts'

/** Keys and digests are hex digits. */
export interface Account {
  readonly key: string
  readonly balance: bigint
  readonly nonce: bigint
  /** Digest of its code, or zeros. */
  readonly code: string
}

export interface State {
  readonly accounts: readonly Account[]
  readonly codes: readonly Uint8Array[]
}

export interface Transfer {
  readonly from: string
  readonly to: string
  readonly amount: bigint
  readonly nonce: bigint
}

export const NODE = 1
export const CODE = 2
const NO_CODE = '0'.repeat(64)

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')
const fromHex = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, 'hex'))
const numbers = (...values: readonly bigint[]): Uint8Array => new Uint8Array(BigUint64Array.from(values).buffer)
const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** One of eight accounts has one of the codes; these have 1 to 3 KiB. */
export function makeState({ accounts, codes, seed }: { accounts: number; codes: number; seed: number }): State {
  const random = randomSource(seed)
  const made = Array.from({ length: codes }, () =>
    numbers(
      ...Array.from({ length: 128 + random(256) }, () => (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32))),
    ),
  )
  return {
    codes: made,
    accounts: Array.from({ length: accounts }, (_, index) => ({
      key: sha256(`account ${seed} ${index}`),
      balance: 1_000n + BigInt(random(1_000_000)),
      nonce: BigInt(random(100)),
      code: random(8) === 0 ? sha256(made[random(codes)]!) : NO_CODE,
    })),
  }
}

/** Transfers between random accounts, each of which its sender can afford. */
export function makeTransfers(state: State, count: number, seed: number): Transfer[] {
  const random = randomSource(seed)
  const transfers: Transfer[] = []
  let now = state
  for (let made = 0; made < count; made++) {
    const [from, to] = [0, 1].map(() => now.accounts[random(now.accounts.length)]!) as [Account, Account]
    const amount = BigInt(random(Number(from.balance) + 1))
    const transfer = { from: from.key, to: to.key, amount, nonce: from.nonce }
    transfers.push(transfer)
    now = after(now, transfer)
  }
  return transfers
}

/** The state behind a transfer. */
export function after(state: State, { from, to, amount }: Transfer): State {
  const sent = changed(state, from, account => ({
    ...account,
    balance: account.balance - amount,
    nonce: account.nonce + 1n,
  }))
  return changed(sent, to, account => {
    const fee = feeOf(state.codes, account.code, amount)
    return { ...account, balance: account.balance + (fee < amount ? amount - fee : 0n) }
  })
}

const changed = (state: State, key: string, change: (account: Account) => Account): State => ({
  ...state,
  accounts: state.accounts.map(account => (account.key === key ? change(account) : account)),
})

function feeOf(codes: readonly Uint8Array[], digest: string, amount: bigint): bigint {
  if (digest === NO_CODE) return 0n
  const code = codes.find(each => sha256(each) === digest)!
  let value = amount
  for (const operation of new BigUint64Array(code.buffer)) {
    const operand = operation >> 2n
    value = BigInt.asUintN(
      64,
      [value + operand, value ^ operand, (value << 7n) | (value >> 57n), value - (operand << 3n)][
        Number(operation & 3n)
      ]!,
    )
  }
  return value & 255n
}

/** A node of the trie, and the nibbles that lead to it. */
interface TrieNode {
  readonly digest: string
  readonly bytes: Uint8Array
  readonly prefix: string
}

/** All nodes, the root first. */
function nodesOf(accounts: readonly Account[], prefix = ''): TrieNode[] {
  const node = (bytes: Uint8Array): TrieNode => ({ digest: sha256(bytes), bytes, prefix })
  if (accounts.length === 1) {
    const { key, balance, nonce, code } = accounts[0]!
    return [node(joined([numbers(0n), fromHex(key), numbers(balance, nonce), fromHex(code)]))]
  }
  const byNibble = Map.groupBy(accounts, ({ key }) => Number.parseInt(key[prefix.length]!, 16))
  const nibbles = [...byNibble.keys()].toSorted((a, b) => a - b)
  const children = nibbles.map(nibble => nodesOf(byNibble.get(nibble)!, prefix + nibble.toString(16)))
  const mask = nibbles.reduce((bits, nibble) => bits | (1n << BigInt(nibble)), 0n)
  const digests = children.map(([first]) => fromHex(first!.digest))
  return [node(joined([numbers(mask), ...digests])), ...children.flat()]
}

export const rootOf = (state: State): string => nodesOf(state.accounts)[0]!.digest

/** Every node and code of the state. */
export const itemsOf = (state: State): Item[] => [
  ...nodesOf(state.accounts).map(nodeItem),
  ...state.codes.map(codeItem),
]

/** Those that the transfers are about, each once. */
export function witnessOf(state: State, transfers: readonly Transfer[]): Item[] {
  const keys = new Set(transfers.flatMap(({ from, to }) => [from, to]))
  const prefixes = new Set([...keys].flatMap(key => Array.from(key, (_, length) => key.slice(0, length))))
  const called = new Set(transfers.map(({ to }) => state.accounts.find(({ key }) => key === to)?.code))
  return [
    ...nodesOf(state.accounts)
      .filter(({ prefix }) => prefixes.has(prefix))
      .map(nodeItem),
    ...state.codes.filter(code => called.has(sha256(code))).map(codeItem),
  ]
}

const nodeItem = ({ digest, bytes }: TrieNode): Item => ({ kind: NODE, key: fromHex(digest), payload: bytes })
const codeItem = (code: Uint8Array): Item => ({ kind: CODE, key: fromHex(sha256(code)), payload: code })

/** The guests' first input record. */
export const blockRecord = (state: State, transfers: readonly Transfer[]): Uint8Array =>
  joined([
    fromHex(rootOf(state)),
    numbers(BigInt(transfers.length)),
    ...transfers.flatMap(({ from, to, amount, nonce }) => [fromHex(from), fromHex(to), numbers(amount, nonce)]),
  ])

/** What the eager guest has as its second. */
export const witnessRecord = (items: readonly Item[]): Uint8Array => joined(items.map(frameOf))

/** What the guests reveal. */
export const revealedRoots = (state: State, transfers: readonly Transfer[]): string =>
  rootOf(state) + rootOf(transfers.reduce(after, state))
