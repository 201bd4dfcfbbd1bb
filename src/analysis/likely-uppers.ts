/** In which registers compiled code most likely keeps upper parts of addresses between blocks, calls included. */
import type { Block, Graph } from '../program/program.ts'
import type { Instr } from '../isa/row.ts'
import { isMovingUpper, type MovingRange } from './moving-uppers.ts'
import { writes } from '../isa/registers-used.ts'
import { bodyOf } from '../program/slots.ts'
import { solve } from './flow.ts'

/** Registers that a called function keeps, by every ABI: sp, gp, tp, s0 … s11. */
const KEPT = 0x0ffc_031c
const RETURN_ADDRESS = 1

/** The mask of registers behind an instruction. */
export function afterInstr(mask: number, instr: Instr, range: MovingRange): number {
  const written = writes(instr)
  if (written === 0) return mask
  return isMovingUpper(instr, range) ? mask | written : mask & ~written
}

/** The function that a block lies in. */
interface Home {
  readonly start: number
}

/**
 * A mask of registers for the start of each block. A guess: called functions may do what they like. So it may decide
 * how the text says a number, and never what the number is.
 */
export function likelyUppers(
  graph: Graph,
  functionAt: (pc: number) => Home | undefined,
  range: MovingRange,
): readonly number[] {
  const { blocks, program } = graph
  const owner = blocks.map(block => functionAt(block.pc))
  const next = blocks.map((block): number[] => flow(block, blocks).filter(id => owner[id] === owner[block.id]))
  jumpsThroughTables(blocks, owner, next)
  const hasSource = new Uint8Array(blocks.length)
  for (const targets of next) for (const target of targets) hasSource[target] = 1
  // A block clears some bits, sets others and leaves the rest: what it makes of all and of none says which.
  const ofAll = new Int32Array(blocks.length)
  const ofNone = new Int32Array(blocks.length)
  for (const block of blocks) {
    const { id, end } = block
    let all = -1
    let none = 0
    for (const instr of bodyOf(program, block)) {
      all = afterInstr(all, instr, range)
      none = afterInstr(none, instr, range)
    }
    const isCall = (end.kind === 'jump' || end.kind === 'indirect') && end.instr.rd !== 0
    ofAll[id] = isCall ? all & KEPT : all
    ofNone[id] = isCall ? none & KEPT : none
  }
  return solve<number>({
    direction: 'forward',
    next,
    start: id => (hasSource[id] === 0 || owner[id]?.start === blocks[id]!.pc ? 0 : -1),
    pass: (id, mask) => (mask & ofAll[id]!) | ofNone[id]!,
    meet: (known, arriving) => known & arriving,
  }).map(mask => mask!)
}

/** Where control goes on in the same function, behind a call too. */
function flow({ id, end }: Block, blocks: readonly Block[]): number[] {
  const behind = id + 1 < blocks.length ? [id + 1] : []
  switch (end.kind) {
    case 'branch':
      return [end.taken, end.next].filter(target => target !== undefined)
    case 'jump':
      if (end.instr.rd !== 0) return behind
      return end.target === undefined ? [] : [end.target]
    case 'indirect':
      return end.instr.rd !== 0 ? behind : []
    case 'fall':
      return end.next === undefined ? [] : [end.next]
    case 'host':
      return behind
  }
}

/** A jump to a register that is no return goes to the blocks of its function that nothing else leads to. */
function jumpsThroughTables(blocks: readonly Block[], owner: readonly (Home | undefined)[], next: number[][]): void {
  const hasSource = new Uint8Array(blocks.length)
  for (const targets of next) for (const target of targets) hasSource[target] = 1
  const orphans = new Map<Home | undefined, number[]>()
  for (const { id, pc } of blocks) {
    const home = owner[id]
    if (hasSource[id] === 1 || home === undefined || home.start === pc) continue
    const known = orphans.get(home)
    if (known === undefined) orphans.set(home, [id])
    else known.push(id)
  }
  for (const { id, end } of blocks) {
    if (end.kind !== 'indirect' || end.instr.rd !== 0 || end.instr.rs1 === RETURN_ADDRESS) continue
    for (const orphan of orphans.get(owner[id]) ?? []) next[id]!.push(orphan)
  }
}
