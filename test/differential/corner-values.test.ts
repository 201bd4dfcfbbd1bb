/** Every instruction on all pairs of corner values: all witnesses agree. */
import { expect, test } from 'vitest'
import { modes } from '../../src/modes/registry.ts'
import { cornerGuest } from './corner-guest.ts'
import { sample } from '../support/exhaustive.ts'
import { agreeEverywhere } from './witnesses.ts'

for (const xlen of [32, 64] as const) {
  for (const cc of [undefined, 'gcc']) {
    test(`rv${xlen}, ${cc ?? 'default compiler'}`, async () => {
      const { elf, lanes, describe } = cornerGuest(xlen)
      expect(lanes).toBeGreaterThan(4000)
      await agreeEverywhere(
        xlen,
        elf,
        lanes * (xlen / 8),
        byte => describe(Math.floor(byte / (xlen / 8))),
        // Widths and compilers share the modes.
        { cc, modes: sample(modes, (xlen / 32) * 2 + (cc === undefined ? 0 : 1), modes.length) },
      )
    })
  }
}
