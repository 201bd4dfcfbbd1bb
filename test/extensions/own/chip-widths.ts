/** A machine with some chips wider than they were: its costs tell how many rows these chips have. */
import type { Machine } from '../../../src/machine/machine.ts'

/** `wider` has cells to add to a row by chip name. */
export const chipWidths = (machine: Machine, wider: Readonly<Record<string, number>>): Machine => ({
  ...machine,
  chips: machine.chips.map(chip => ({ ...chip, width: chip.width + (wider[chip.name] ?? 0) })),
})
