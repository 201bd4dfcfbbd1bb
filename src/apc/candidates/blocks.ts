/** The blocks of a guest that can be proved in one row: what of a basic block any AIR of one row stands for. */
import type { Air } from '../../air/air.ts'
import { figuresOf } from '../../air/figures.ts'
import type { Instr } from '../../isa/row.ts'
import { operationOf } from '../../machine/machine.ts'
import type { Graph } from '../../program/program.ts'
import { INSTRUCTION_BYTES, type Block } from '../system.ts'

/** The AIR and the row of the program table (opcode, a … g) of an instruction; undefined where there is no AIR. */
export type InstructionCoder = (instr: Instr) => { readonly air: Air; readonly entry: readonly number[] } | undefined

/** A shorter one has nothing to share. */
const LEAST_INSTRUCTIONS = 2

/** Other kinds act on the host or on more than one row, and a proof sees nothing of those without effect. */
const KINDS: ReadonlySet<string> = new Set(['alu', 'upper', 'load', 'store', 'branch', 'jal', 'jalr'])

const looksAtOneRow = (air: Air): boolean =>
  !figuresOf(air).nextRow && air.publics.length === 0 && air.constraints.every(({ where }) => where === 'every')

/**
 * In order of addresses. A basic block is cut where an instruction cannot be part of one; control comes into none but
 * at its start, unless a computed jump leads where nothing seems to.
 */
export function blocksOf({ program, blocks }: Graph, coder: InstructionCoder): readonly Block[] {
  const usable = new Map<Air, boolean>()
  const isUsable = (air: Air): boolean => {
    const known = usable.get(air) ?? looksAtOneRow(air)
    usable.set(air, known)
    return known
  }
  const entryOf = (instr: Instr | undefined): readonly number[] | undefined => {
    if (instr === undefined || !KINDS.has(instr.row.kind) || operationOf(instr) === 'nop') return undefined
    const coded = coder(instr)
    return coded !== undefined && isUsable(coded.air) ? coded.entry : undefined
  }
  const found: Block[] = []
  for (const { first, count } of blocks) {
    let open: (readonly number[])[] = []
    const close = (end: number): void => {
      const start = program.base + (end - open.length) * INSTRUCTION_BYTES
      if (open.length >= LEAST_INSTRUCTIONS) found.push({ start, instructions: open })
      open = []
    }
    for (let slot = first; slot < first + count; slot++) {
      const entry = entryOf(program.instrs[slot])
      if (entry === undefined) close(slot)
      else open.push(entry)
    }
    close(first + count)
  }
  return found
}

/** How often all of a block's instructions were executed, by executions of instructions by their addresses. */
export function executionsOf({ start, instructions }: Block, counts: ReadonlyMap<number, number>): number {
  let least = Infinity
  for (const index of instructions.keys()) least = Math.min(least, counts.get(start + index * INSTRUCTION_BYTES) ?? 0)
  return least
}
