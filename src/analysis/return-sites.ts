/** Where functions that few places call return to: so few that comparing the address beats a jump through a table. */
import type { Block, Graph } from '../program/program.ts'
import { successors } from '../program/successors.ts'

/** Calls of one function, at most. */
const MOST = 4
/** Blocks of one function that are looked at, at most. */
const LONGEST = 2000
const RETURN_ADDRESS = 1

const isReturn = ({ end }: Block): boolean =>
  end.kind === 'indirect' && end.instr.rd === 0 && end.instr.rs1 === RETURN_ADDRESS && end.instr.imm === 0

/** The function that a block calls directly. */
const calleeOf = ({ end }: Block): number | undefined =>
  (end.kind === 'jump' || end.kind === 'indirect') && end.instr.rd === RETURN_ADDRESS ? end.target : undefined

/**
 * For blocks that end in a return, by number: the blocks that follow calls of their function, those of its own calls
 * first. It is a guess to be compared with the address: functions are also called through pointers.
 */
export function returnSites({ blocks }: Graph): Map<number, readonly number[]> {
  const calls = new Map<number, number[]>()
  for (const block of blocks) {
    const callee = calleeOf(block)
    const site = behind(block, blocks)
    if (callee === undefined || site === undefined) continue
    const known = calls.get(callee)
    if (known === undefined) calls.set(callee, [site])
    else known.push(site)
  }
  // A function that many call returns to them, whoever else goes on in it at its own end.
  const crowded = new Uint8Array(blocks.length)
  for (const [entry, sites] of calls) if (sites.length > MOST) crowded[entry] = 1
  const body = new FunctionBody(blocks, crowded)
  const found = new Map<number, Set<number>>()
  for (const [entry, sites] of calls) {
    if (sites.length > MOST) continue
    body.walk(entry)
    const order = [...sites.filter(site => body.has(site)), ...sites.filter(site => !body.has(site))]
    for (const id of body.returns) {
      const known = found.get(id)
      if (known === undefined) found.set(id, new Set(order))
      // More than so many are of no use: what else there is need not be known.
      else if (known.size <= MOST) for (const site of order) known.add(site)
    }
  }
  const few = new Map<number, readonly number[]>()
  for (const [id, sites] of found) if (sites.size <= MOST) few.set(id, [...sites])
  return few
}

/** The block behind the last slot of another, in address order. */
function behind(block: Block, blocks: readonly Block[]): number | undefined {
  const next = blocks[block.id + 1]
  return next !== undefined && next.first === block.behind ? next.id : undefined
}

/**
 * The blocks of one function after the other: in programs without names functions run into each other, and blocks are
 * walked many times.
 */
class FunctionBody {
  /** The function's blocks that end in a return. */
  readonly returns: number[] = []
  readonly #isReturn: Uint8Array
  /** The function's entry for each of its blocks. */
  readonly #stamp: Int32Array
  /** Two for each block, -1 where there is none: where control goes on in the same function, a call's site first. */
  readonly #next: Int32Array
  readonly #pending: number[] = []
  #entry = -1

  /** `ends`: 1 for blocks that no function goes on with. */
  constructor(blocks: readonly Block[], ends: Uint8Array) {
    this.#isReturn = Uint8Array.from(blocks, block => (isReturn(block) ? 1 : 0))
    this.#stamp = new Int32Array(blocks.length).fill(-1)
    this.#next = new Int32Array(2 * blocks.length).fill(-1)
    for (const block of blocks) {
      const { end } = block
      const isCall = (end.kind === 'jump' || end.kind === 'indirect') && end.instr.rd !== 0
      const next = isCall || end.kind === 'host' ? [behind(block, blocks)] : successors(block)
      for (let index = 0; index < next.length; index++) {
        const target = next[index]
        if (target !== undefined && ends[target] === 0) this.#next[2 * block.id + index] = target
      }
    }
  }

  /** Finds the function's blocks, up to a number of them. */
  walk(entry: number): void {
    const pending = this.#pending
    const next = this.#next
    const stamp = this.#stamp
    this.#entry = entry
    this.returns.length = 0
    pending.length = 0
    pending.push(entry)
    for (let size = 0; pending.length > 0 && size < LONGEST;) {
      const id = pending.pop()!
      if (stamp[id] === entry) continue
      stamp[id] = entry
      size++
      if (this.#isReturn[id] === 1) this.returns.push(id)
      if (next[2 * id]! >= 0) pending.push(next[2 * id]!)
      if (next[2 * id + 1]! >= 0) pending.push(next[2 * id + 1]!)
    }
  }

  has(id: number): boolean {
    return this.#stamp[id] === this.#entry
  }
}
