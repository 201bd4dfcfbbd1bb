/** Where an indirect jump goes whose address is built right in front of it: `auipc` and `jalr`, as in `call`. */
import { upperValue } from '../isa/results.ts'
import type { Code } from './program.ts'
import { slotBefore } from './slots.ts'
import { writes } from '../isa/registers-used.ts'

/** How far in front of a jump its address is looked for, in bytes: compilers place both side by side. */
const NEAR = 16

type Instrs = Pick<Code, 'instrs' | 'slotBytes'>

/** The target of the `jalr` at `slot` where the instructions right in front of it build the address. */
export function targetBuiltNear(code: Instrs, slot: number): number | undefined {
  return builtTarget(code, Math.max(0, slot - NEAR / code.slotBytes), slot)
}

/**
 * The target of the `jalr` at `slot`, if the instruction from `from` on that last wrote its base register is an `auipc`
 * or a `lui` and nothing jumps in between.
 */
export function builtTarget(code: Instrs, from: number, slot: number): number | undefined {
  const { instrs, slotBytes } = code
  const jump = instrs.at(slot)!
  for (let at = slotBefore(code, slot); at !== undefined && at >= from; at = slotBefore(code, at)) {
    const instr = instrs.at(at)!
    if (
      instr.row.kind === 'branch' ||
      instr.row.kind === 'jal' ||
      instr.row.kind === 'jalr' ||
      instr.row.kind === 'host'
    )
      return undefined
    if (((writes(instr) >>> jump.rs1) & 1) === 0) continue
    if (instr.row.kind !== 'upper') return undefined
    const target = upperValue(instr) + jump.imm
    return target % slotBytes === 0 ? target : undefined
  }
  return undefined
}
