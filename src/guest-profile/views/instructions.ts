/** A profile by instruction. */
import type { GuestProfile } from '../guest-profile.ts'

export interface InstructionCost {
  readonly pc: number
  /** Index in the profile's `functions`: the innermost one, which may be inlined. */
  readonly function: number
  /** Index in `files`; -1 where nothing says. */
  readonly file: number
  /** 0 where nothing says. */
  readonly line: number
  readonly instructions: number
  readonly cells: number
}

/**
 * By address.
 *
 * @param step index of the one step whose costs count; default: all
 */
export function instructionCosts({ instructions: rows }: GuestProfile, step?: number): InstructionCost[] {
  const found: InstructionCost[] = []
  for (let row = 0; row < rows.pc.length; row++) {
    if (step !== undefined && rows.step[row] !== step) continue
    const earlier = found.at(-1)
    const isSame = earlier !== undefined && earlier.pc === rows.pc[row]
    const cost = {
      pc: rows.pc[row]!,
      function: rows.innermost[row]!,
      file: rows.file[row]!,
      line: rows.line[row]!,
      instructions: rows.times[row]! + (isSame ? earlier.instructions : 0),
      cells: rows.cells[row]! + (isSame ? earlier.cells : 0),
    }
    if (isSame) found[found.length - 1] = cost
    else found.push(cost)
  }
  return found
}
