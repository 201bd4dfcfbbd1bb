/** The example of streamed witnesses: both guests agree with a plain model of the state, and believe no item that was changed. */
import { describe, expect, test } from 'vitest'
import type { Xlen } from '../../src/elf/image.ts'
import { emitStream, MemoryStore, recordOrder, type Item, type PulledItems, type Run } from '../../src/index.ts'
import { artifactOf, engines, fixture, useRvr, widths } from '../run/support.ts'
import {
  blockRecord,
  itemsOf,
  makeState,
  makeTransfers,
  revealedRoots,
  witnessOf,
  witnessRecord,
  type State,
  type Transfer,
} from './state.ts'

const host = useRvr('shared', 'quick')
const state = makeState({ accounts: 300, codes: 4, seed: 20 })
const transfers = makeTransfers(state, 20, 21)
const [BAD_RECORD, BAD_ITEM, NO_ACCOUNT, NO_FUNDS, BAD_NONCE] = [1, 2, 3, 4, 5]
const nothing = '0'.repeat(128)

const storeOf = (of: State): MemoryStore => {
  const store = new MemoryStore()
  for (const { kind, key, payload } of itemsOf(of)) store.add(kind, key, payload)
  return store
}

const facts = (run: Run) => ({
  outcome: run.outcome,
  exitCode: run.exitCode,
  revealed: Buffer.from(run.publicValues).toString('hex'),
})
const ended = (exitCode: number, revealed = nothing) => ({ outcome: 'terminated', exitCode, revealed })
const nameOf = ({ kind, key }: Item): string => `${kind}-${Buffer.from(key).toString('hex')}`

async function streamedGuest(xlen: Xlen) {
  return host.rvr.load(fixture('transfers-streamed', xlen))
}

async function streamOf(xlen: Xlen, of: State, block: readonly Transfer[]): Promise<PulledItems> {
  const store = storeOf(of)
  const artifact = (await streamedGuest(xlen)).interpret('pure')
  const { order, run } = await recordOrder(artifact, store, { inputs: [blockRecord(of, block)] })
  run.dispose()
  return emitStream(order, store)
}

/** Runs a build with these items, in the interpreter; the stream has those up to the one that the guest refuses, if any. */
async function runWith(
  build: 'eager' | 'streamed',
  xlen: Xlen,
  { block, stream, refused = Infinity }: { block: Uint8Array; stream: PulledItems; refused?: number },
) {
  const artifact = (await host.rvr.load(fixture(`transfers-${build}`, xlen))).interpret('pure')
  const items = stream.items.slice(0, refused + 1)
  const given =
    build === 'eager'
      ? { inputs: [block, witnessRecord(stream.items)] }
      : { inputs: [block], stream: { ...stream, items } }
  using run = await artifact.execute(given)
  return facts(run)
}

describe.each(widths)('RV%i', xlen => {
  const expected = ended(0, revealedRoots(state, transfers))

  test.each(engines)('both reveal the roots: %s', async engine => {
    const block = blockRecord(state, transfers)
    const stream = await streamOf(xlen, state, transfers)
    const streamed = await artifactOf(await streamedGuest(xlen), 'metered', engine)
    using pulled = await streamed.execute({ inputs: [block], stream })
    expect(facts(pulled)).toEqual(expected)
    const eager = await artifactOf(await host.rvr.load(fixture('transfers-eager', xlen)), 'metered', engine)
    const witness = witnessRecord(witnessOf(state, transfers))
    using unpacked = await eager.execute({ inputs: [block, witness] })
    expect(facts(unpacked)).toEqual(expected)
  })

  test('exactly the items that the transfers are about are pulled, each once', async () => {
    const { items } = await streamOf(xlen, state, transfers)
    expect(items.map(nameOf).toSorted()).toEqual(witnessOf(state, transfers).map(nameOf).toSorted())
  })

  test.each(['eager', 'streamed'] as const)('one bit of any item, and nothing is revealed: %s', async build => {
    const block = blockRecord(state, transfers)
    const stream = await streamOf(xlen, state, transfers)
    for (let at = 0; at < stream.items.length; at++) {
      const item = stream.items[at]!
      const payload = item.payload.slice()
      const bit = (at * 997) % (payload.length * 8)
      payload[bit >> 3]! ^= 1 << (bit & 7)
      const items = stream.items.with(at, { ...item, payload })
      const found = await runWith(build, xlen, { block, stream: { ...stream, items }, refused: at })
      expect(found, `item ${at}, bit ${bit}`).toEqual(ended(BAD_ITEM))
    }
  })

  test.each(['eager', 'streamed'] as const)('items that are shorter, longer or empty: %s', async build => {
    const block = blockRecord(state, transfers)
    const stream = await streamOf(xlen, state, transfers)
    const root = stream.items[0]!
    for (const payload of [
      root.payload.subarray(8),
      root.payload.subarray(1),
      new Uint8Array(root.payload.length + 8),
      new Uint8Array(0),
    ]) {
      const items = stream.items.with(0, { ...root, payload })
      expect(await runWith(build, xlen, { block, stream: { ...stream, items }, refused: 0 })).toEqual(ended(BAD_ITEM))
    }
  })

  test('the eager guest misses an item that is not there, and refuses what are no frames', async () => {
    const block = blockRecord(state, transfers)
    const stream = await streamOf(xlen, state, transfers)
    const without = { ...stream, items: stream.items.slice(0, -1) }
    expect(await runWith('eager', xlen, { block, stream: without })).toEqual(ended(BAD_ITEM))
    const artifact = (await host.rvr.load(fixture('transfers-eager', xlen))).interpret('pure')
    const witness = witnessRecord(stream.items)
    for (const record of [witness.subarray(0, 40), witness.subarray(0, 64), witness.subarray(8), witness.subarray(1)]) {
      using run = await artifact.execute({ inputs: [block, record] })
      expect(facts(run)).toEqual(ended(BAD_RECORD))
    }
  })

  const [paid] = transfers as [Transfer]
  const rich = { ...paid, amount: state.accounts.find(({ key }) => key === paid.from)!.balance + 1n }
  const absent = (key: string): string => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')
  test.each([
    ['no sender', { ...paid, from: absent(paid.from) }, NO_ACCOUNT],
    ['no recipient', { ...paid, to: absent(paid.to) }, NO_ACCOUNT],
    ['more than there is', rich, NO_FUNDS],
    ['a nonce twice', { ...paid, nonce: paid.nonce - 1n }, BAD_NONCE],
  ])('%s', async (_, transfer, exitCode) => {
    const block = [...transfers.slice(1, 3), transfer]
    const stream = await streamOf(xlen, state, block)
    const record = blockRecord(state, block)
    for (const build of ['eager', 'streamed'] as const)
      expect(await runWith(build, xlen, { block: record, stream })).toEqual(ended(exitCode))
  })

  test('a block without transfers, and one that is cut', async () => {
    const stream = await streamOf(xlen, state, [])
    const block = blockRecord(state, [])
    for (const build of ['eager', 'streamed'] as const) {
      const root = revealedRoots(state, [])
      expect(await runWith(build, xlen, { block, stream })).toEqual(ended(0, root))
      const cut = blockRecord(state, transfers).subarray(0, -8)
      const none = { ...stream, items: [] }
      expect(await runWith(build, xlen, { block: cut, stream: none })).toEqual(ended(BAD_RECORD))
    }
  })
})
