/** A profile by source line. */
import type { GuestProfile } from '../guest-profile.ts'
import { add, noSum, type Amount, type Sum } from './amount.ts'

export interface LineCost {
  /** Index in the profile's `files`; -1 where nothing says. */
  readonly file: number
  /** 0 where nothing says. */
  readonly line: number
  /** Index in `functions`: the innermost one, which may be inlined; of several the first. */
  readonly function: number
  /** How often the line's most frequent instruction was executed. */
  readonly times: number
  readonly self: Amount
}

/** A line's number is below 2^32, so that both are exact in one number. */
const keyOf = (file: number, line: number): number => file * 2 ** 32 + line

/**
 * In order of files and lines.
 *
 * @param step index of the one step whose costs count; default: all
 */
export function lineCosts({ instructions: rows, files }: GuestProfile, step?: number): LineCost[] {
  interface Found {
    readonly file: number
    readonly line: number
    readonly function: number
    times: number
    readonly self: Sum
  }
  const found = new Map<number, Found>()
  // Rows of one address follow each other, one for each step.
  let pc = -1
  let timesThere = 0
  for (let row = 0; row < rows.pc.length; row++) {
    if (step !== undefined && rows.step[row] !== step) continue
    const [file, line] = [rows.file[row]!, rows.line[row]!]
    const times = rows.times[row]!
    timesThere = rows.pc[row] === pc ? timesThere + times : times
    pc = rows.pc[row]!
    const key = keyOf(file < 0 ? files.length : file, line)
    let entry = found.get(key)
    if (entry === undefined)
      found.set(key, (entry = { file, line, function: rows.innermost[row]!, times: 0, self: noSum() }))
    entry.times = Math.max(entry.times, timesThere)
    add(entry.self, { instructions: times, cells: rows.cells[row]! })
  }
  return [...found].toSorted(([a], [b]) => a - b).map(([, entry]) => entry)
}
