/** Published numbers of AIRs that no machine file has: figures of chips are compared in test/machine. */
import { expect, test } from 'vitest'
import { shippedAirs } from '../../src/air/load.ts'
import type { Xlen } from '../../src/elf/image.ts'

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
