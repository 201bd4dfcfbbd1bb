/** Every instruction on all pairs of corner values: all witnesses agree. */
import { expect, test } from 'vitest'
import { modes } from '../../src/modes/registry.ts'
import { cornerGuest } from './corner-guest.ts'
import { allRows } from '../support/assembler.ts'
import { sample } from '../support/exhaustive.ts'
import { agreeEverywhere } from './witnesses.ts'

for (const xlen of [32, 64] as const) {
  for (const cc of [undefined, 'gcc']) {
    test(`rv${xlen}, ${cc ?? 'default compiler'}`, async () => {
      // Compilers share the instructions.
      const turn = cc === undefined ? 0 : 1
      const { elf, lanes, describe } = cornerGuest(xlen, sample(allRows(xlen), turn))
      expect(lanes).toBeGreaterThan(2000)
      await agreeEverywhere(
        xlen,
        elf,
        lanes * (xlen / 8),
        byte => describe(Math.floor(byte / (xlen / 8))),
        // Widths and compilers share the modes.
        { cc, modes: sample(modes, (xlen / 32) * 2 + turn, modes.length) },
      )
    })
  }
}
