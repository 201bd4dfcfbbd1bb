/** Which AIR an instruction adds rows to, and its row of the program table. */
import type { Air, AirSet, Coding } from '../air/air.ts'
import { programRow } from '../air/fill.ts'
import type { Instr } from '../isa/row.ts'
import { operationOf } from '../machine/machine.ts'

export interface Coded {
  readonly air: Air
  /** Opcode and operands a, b, … g. */
  readonly entry: readonly number[]
}

/** What the program table has for words that end the guest: code of the exit status. */
export const terminating = (exitCode: number): readonly number[] => [0, 0, 0, exitCode, 0, 0, 0, 0]
/** What it has for words that are no instructions. */
export const UNKNOWN_EXIT_CODE = 2

/** Undefined for instructions that no AIR has. */
export type Coder = (instr: Instr) => Coded | undefined

export function coderOf({ airs }: AirSet): Coder {
  const codings = new Map<string, { readonly air: Air; readonly coding: Coding }>()
  for (const air of airs) for (const coding of air.codings) codings.set(coding.instruction, { air, coding })
  const known = new WeakMap<Instr, Coded>()
  return instr => {
    const before = known.get(instr)
    if (before !== undefined) return before
    const found = codings.get(operationOf(instr))
    if (found === undefined) return undefined
    const coded = { air: found.air, entry: programRow(found.coding, instr) }
    known.set(instr, coded)
    return coded
  }
}
