/** Instructions of the sets beside I and M: corner values and random programs, on which all witnesses agree. */
import { describe, test } from 'vitest'
import type { Row } from '../../src/isa/row.ts'
import { setNames } from '../../src/isa/sets.ts'
import { modes } from '../../src/modes/registry.ts'
import { quickly } from '../run/support.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { machineWithNops, rowsOfSets } from '../support/sets.ts'
import { cornerGuest } from './corner-guest.ts'
import { randomGuest } from './generator.ts'
import { agreeEverywhere, type Ground } from './witnesses.ts'

const names = setNames.filter(name => !['i', 'm', 'c', 'zcb', 'zmmul'].includes(name))
/** qemu 7.2 does not know Zicond and Zawrs, and answers 63 for CTZW of 2^63. */
const isInQemu = ({ name }: Row): boolean => !/^(czero|wrs)|^ctzw$/.test(name)
const counted = modes.filter(({ name }) => isExhaustive || name === 'metered-cost')

describe.each([32, 64] as const)('RV%i', xlen => {
  const rows = rowsOfSets(names, xlen)
  const width = xlen / 8
  const ground: Ground & { readonly modes: typeof modes } = {
    modes: counted,
    load: { isa: `rv${xlen}im_${names.join('_')}`, machine: machineWithNops(xlen) },
    interpreterCc: quickly().cc,
  }
  // A row has the same C in native code and in the native interpreter: the widths share them, and the compilers.
  const cornerEngines = isExhaustive ? undefined : ([xlen === 32 ? 'native' : 'native-interp'] as const)
  const randomEngines = isExhaustive ? undefined : (['native'] as const)
  const compilers = isExhaustive ? [undefined, 'gcc'] : [xlen === 32 ? 'gcc' : undefined]

  describe.each(compilers)('%s', cc => {
    test.each([
      { who: 'qemu too', chosen: rows.filter(isInQemu), cpu: `rv${xlen},zbkb=on,zbkx=on` },
      { who: 'rvr alone', chosen: rows.filter(row => !isInQemu(row)), cpu: false as const },
    ])('corner values: $who', async ({ chosen, cpu }) => {
      const { elf, lanes, describe: named } = cornerGuest(xlen, chosen)
      const described = (byte: number): string => named(Math.floor(byte / width))
      const engines = cornerEngines
      await agreeEverywhere(xlen, elf, lanes * width, described, { ...ground, engines, cc, cpu })
    })

    test('random programs', async () => {
      const { elf, outputBytes } = randomGuest(xlen, xlen, isExhaustive ? 60 : 8, {
        more: rows.filter(isInQemu),
      })
      const described = (byte: number): string => `case ${Math.floor(byte / 256)}, x${Math.floor((byte % 256) / width)}`
      await agreeEverywhere(xlen, elf, outputBytes, described, {
        ...ground,
        engines: randomEngines,
        cc,
        cpu: `rv${xlen},zbkb=on,zbkx=on`,
      })
    })
  })
})
