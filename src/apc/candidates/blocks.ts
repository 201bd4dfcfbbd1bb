/** The blocks of a guest that can be proved in one row: what of a basic block any AIR of one row stands for. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Air } from '../../air/air.ts'
import { figuresOf } from '../../air/figures.ts'
import { throwIfAborted } from '../../errors.ts'
import type { Instr } from '../../isa/row.ts'
import { operationOf } from '../../machine/machine.ts'
import type { Graph } from '../../program/program.ts'
import { INSTRUCTION_BYTES, type Block } from '../../air/system.ts'

/** The AIR and the row of the program table (opcode, a … g) of an instruction; undefined where there is no AIR. */
export type InstructionCoder = (instr: Instr) => { readonly air: Air; readonly entry: readonly number[] } | undefined

/** A shorter one has nothing to share. */
const LEAST_INSTRUCTIONS = 2

/** Other kinds act on the host or on more than one row, and a proof sees nothing of those without effect. */
const KINDS: ReadonlySet<string> = new Set(['alu', 'upper', 'load', 'store', 'branch', 'jal', 'jalr'])

const looksAtOneRow = (air: Air): boolean =>
  !figuresOf(air).nextRow && air.publics.length === 0 && air.constraints.every(({ where }) => where === 'every')

/** Work after which the event loop gets its turn, in milliseconds. */
const TURN_MS = 5

/** All of them; the event loop has its turns meanwhile: of a large guest this takes seconds. */
export async function blocksInTurns(
  graph: Graph,
  coder: InstructionCoder,
  signal?: AbortSignal,
): Promise<readonly Block[]> {
  const found: Block[] = []
  let turn = performance.now() + TURN_MS
  for (const block of eachBlock(graph, coder)) {
    found.push(block)
    if (performance.now() < turn) continue
    await nextTurn()
    throwIfAborted('looking for blocks', signal)
    turn = performance.now() + TURN_MS
  }
  return found
}

export const blocksOf = (graph: Graph, coder: InstructionCoder): readonly Block[] => [...eachBlock(graph, coder)]

/**
 * In order of addresses. A basic block is cut where an instruction cannot be part of one; control comes into none but
 * at its start, unless a computed jump leads where nothing seems to.
 */
function* eachBlock({ program, blocks }: Graph, coder: InstructionCoder): Generator<Block> {
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
  for (const { first, count } of blocks) {
    let open: (readonly number[])[] = []
    // One behind the last: what is open ends there, too.
    for (let slot = first; slot <= first + count; slot++) {
      const entry = slot < first + count ? entryOf(program.instrs[slot]) : undefined
      if (entry !== undefined) {
        open.push(entry)
        continue
      }
      const start = program.base + (slot - open.length) * INSTRUCTION_BYTES
      if (open.length >= LEAST_INSTRUCTIONS) yield { start, instructions: open }
      open = []
    }
  }
}

/** How often all of a block's instructions were executed, by executions of instructions by their addresses. */
export function executionsOf({ start, instructions }: Block, counts: ReadonlyMap<number, number>): number {
  let least = Infinity
  for (const index of instructions.keys()) least = Math.min(least, counts.get(start + index * INSTRUCTION_BYTES) ?? 0)
  return least
}
