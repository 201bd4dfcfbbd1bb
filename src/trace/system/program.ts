/** The program table, and the two rows of the machine's state before the segment and behind it. */
import type { Air } from '../../air/air.ts'
import type { Image } from '../../elf/image.ts'
import type { Decoder } from '../../isa/table.ts'
import { slotRanges } from '../../program/slots.ts'
import { refuseCompressed } from '../unprovable.ts'
import { terminating, UNKNOWN_EXIT_CODE, type Coder } from '../coding.ts'
import { powerOfTwoFrom, type Matrix } from '../matrix.ts'

const PC_STEP = 4
/** What no instruction leads to ends the guest with this. */
const PADDING_EXIT_CODE = 1

export interface ProgramEntry {
  readonly pc: number
  /** Opcode and operands. */
  readonly entry: readonly number[]
}

/** All words of the guest's code that its file holds. What no AIR has stands as what is no instruction does. */
export function programEntries(image: Image, decode: Decoder, coder: Coder): readonly ProgramEntry[] {
  refuseCompressed(image, decode)
  const entries: ProgramEntry[] = []
  for (const { base, end, written, wordAt } of slotRanges(image, PC_STEP)) {
    for (let pc = base; pc < Math.min(end, written); pc += PC_STEP) {
      const instr = decode(wordAt(pc), pc)
      const ends = instr?.row.kind === 'host' && instr.row.ends === true
      const coded = instr === undefined || ends ? undefined : coder(instr)
      const exitCode = ends ? instr.imm & 0xff : UNKNOWN_EXIT_CODE
      entries.push({ pc, entry: coded?.entry ?? terminating(exitCode) })
    }
  }
  return entries
}

/** With how often each was executed. */
export function programMatrix(air: Air, entries: readonly ProgramEntry[], counts: ReadonlyMap<number, number>): Matrix {
  const height = powerOfTwoFrom(entries.length)
  const width = air.columns.length
  const cells = new Uint32Array(height * width)
  for (const [index, { pc, entry }] of entries.entries()) {
    cells.set([pc, ...entry, counts.get(pc) ?? 0], index * width)
  }
  let pc = (entries.at(-1)?.pc ?? -PC_STEP) + PC_STEP
  for (let index = entries.length; index < height; index++, pc += PC_STEP)
    cells.set([pc, ...terminating(PADDING_EXIT_CODE), 0], index * width)
  return { air, height, rows: entries.length, cells }
}
