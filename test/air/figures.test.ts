/** The machine files that rvr ships say of their chips what the AIRs' declarations come to. */
import { expect, test } from 'vitest'
import { figuresOf } from '../../src/air/figures.ts'
import { shippedAirs } from '../../src/air/load.ts'
import type { Xlen } from '../../src/elf/image.ts'
import { defaultMachine } from '../../src/machine/machine.ts'

const fromAirs = (xlen: Xlen) =>
  shippedAirs(xlen).airs.map(air => ({
    name: air.name,
    ...figuresOf(air),
    constantHeight: air.height,
    operations: air.instructions.length > 0 ? air.instructions : undefined,
  }))

const fromFile = (xlen: Xlen) =>
  defaultMachine(xlen).chips.map(({ name, width, interactions, nextRow = false, constantHeight, operations }) => ({
    name,
    width,
    interactions,
    nextRow,
    constantHeight,
    operations,
  }))

test('RV64IM: every chip, in order', () => {
  expect(fromAirs(64)).toEqual(fromFile(64))
})

test('RV32IM: every chip, in order, but for the leaves of memory, which the machine file takes from RV64IM', () => {
  const leaves = ({ name }: { readonly name: string }): boolean => name === 'PersistentBoundary'
  expect(fromAirs(32).filter(chip => !leaves(chip))).toEqual(fromFile(32).filter(chip => !leaves(chip)))
  expect(fromAirs(32).find(leaves)).toMatchObject({ width: 21, interactions: 4 })
})

/** Published, in the order of the chips. */
const constraints: Readonly<Record<Xlen, readonly number[]>> = {
  32: [0, 9, 3, 36, 64, 11, 4, 8, 17, 76, 28, 22, 5, 9, 9, 25, 11, 25, 18, 19, 1, 282, 10],
  64: [
    0, 9, 11, 38, 62, 101, 8, 2, 1, 8, 3, 12, 5, 20, 43, 66, 6, 4, 8, 10, 23, 9, 8, 11, 8, 11, 12, 8, 11, 12, 7, 10, 11,
    28, 37, 5, 28, 37, 43, 66, 20, 8, 4, 11, 19, 1, 282, 10,
  ],
}

test.each([32, 64] as const)('RV%iIM: as many constraints as are published', xlen => {
  expect(shippedAirs(xlen).airs.map(air => air.constraints.length)).toEqual(constraints[xlen])
})
