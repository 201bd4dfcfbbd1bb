/** Where an indirect jump goes whose address is built right in front of it: `auipc` and `jalr`, as in `call`. */
import { upperValue } from '../isa/results.ts'
import type { InstrList } from './program.ts'
import { writes } from '../isa/registers-used.ts'

/** How far in front of a jump its address is looked for, in slots: compilers place both side by side. */
const NEAR = 4

/** The target of the `jalr` at `slot` where the instructions right in front of it build the address. */
export function targetBuiltNear(instrs: InstrList, slot: number): number | undefined {
  return builtTarget(instrs, Math.max(0, slot - NEAR), slot)
}

/**
 * The target of the `jalr` at `slot`, if the instruction from `from` on that last wrote its base register is an `auipc`
 * or a `lui` and nothing jumps in between.
 */
export function builtTarget(instrs: InstrList, from: number, slot: number): number | undefined {
  const jump = instrs.at(slot)!
  for (let index = slot - 1; index >= from; index--) {
    const instr = instrs.at(index)
    if (
      instr === undefined ||
      instr.row.kind === 'branch' ||
      instr.row.kind === 'jal' ||
      instr.row.kind === 'jalr' ||
      instr.row.kind === 'host'
    )
      return undefined
    if (((writes(instr) >>> jump.rs1) & 1) === 0) continue
    if (instr.row.kind !== 'upper') return undefined
    const target = upperValue(instr) + jump.imm
    return target % 4 === 0 ? target : undefined
  }
  return undefined
}
