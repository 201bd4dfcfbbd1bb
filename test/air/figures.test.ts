/** The machine files that rvr ships say of their chips what the AIRs' declarations come to. */
import { expect, test } from 'vitest'
import { figuresOf } from '../../src/air/figures.ts'
import { shippedAirs } from '../../src/air/load.ts'
import { defaultMachine } from '../../src/machine/machine.ts'

test('RV64IM: every chip, in order', () => {
  const fromAirs = shippedAirs(64).airs.map(air => ({
    name: air.name,
    ...figuresOf(air),
    constantHeight: air.height,
    operations: air.instructions.length > 0 ? air.instructions : undefined,
  }))
  const fromFile = defaultMachine(64).chips.map(chip => ({
    name: chip.name,
    width: chip.width,
    interactions: chip.interactions,
    nextRow: chip.nextRow ?? false,
    constantHeight: chip.constantHeight,
    operations: chip.operations,
  }))
  expect(fromAirs).toEqual(fromFile)
})
