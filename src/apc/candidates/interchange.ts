/** Ranked candidates as other tools read them: the list of all, and each one's system as an interchange file. */
import type { Instr } from '../../isa/row.ts'
import { disassemble } from '../../isa/disassemble.ts'
import { INSTRUCTION_BYTES, type Size } from '../../air/system.ts'
import { writeInterchange } from '../interchange/write.ts'
import type { Candidate } from './candidates.ts'
import type { CandidatesFile } from './file.ts'

/** Of the list's format. */
const VERSION = 4

/** What is said of a guest beside its candidates. */
export interface ListedGuest {
  /** The instruction at an address of a candidate. */
  instrAt(pc: number): Instr
  /** Names of functions by the addresses that they start at. */
  readonly functions: ReadonlyMap<number, readonly string[]>
}

const statsOf = ({ columns, constraints, interactions }: Size): object => ({
  main_columns: columns,
  constraints,
  bus_interactions: interactions,
})

function listed({ blocks, executions, costBefore, costAfter, before, after }: Candidate, guest: ListedGuest): object {
  const text = (start: number, index: number): string => disassemble(guest.instrAt(start + index * INSTRUCTION_BYTES))
  return {
    execution_frequency: executions,
    original_blocks: blocks.map(({ start, instructions }) => ({
      start_pc: start,
      instructions: instructions.map((_, index) => text(start, index)),
    })),
    stats: { before: statsOf(before), after: statsOf(after) },
    width_before: before.columns,
    value: (costBefore - costAfter) * executions,
    cost_before: costBefore,
    cost_after: costAfter,
  }
}

/** `apc_candidates.json` */
export function candidatesList(ranked: readonly Candidate[], guest: ListedGuest): string {
  const starts = new Set(ranked.flatMap(({ blocks }) => blocks.map(({ start }) => start)))
  const labels = [...guest.functions].filter(([pc]) => starts.has(pc))
  const list = { version: VERSION, apcs: ranked.map(each => listed(each, guest)), labels: Object.fromEntries(labels) }
  return `${JSON.stringify(list)}\n`
}

/** `apc_candidate_2097152.json`, with the addresses of all blocks. */
export const candidateFileName = ({ blocks }: Candidate): string =>
  `apc_candidate_${blocks.map(({ start }) => start).join('_')}.json`

/** One candidate's system. @throws RvrError `INPUT_INVALID` where the format has no such buses */
export function candidateFile({ candidates, system }: CandidatesFile, index: number): string {
  return `${writeInterchange({ blocks: candidates.ranked[index]!.blocks, system: system(index) })}\n`
}
