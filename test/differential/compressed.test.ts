/** Programs with compressed instructions among words, on which all witnesses agree in every mode. */
import { describe, test } from 'vitest'
import { modes } from '../../src/modes/registry.ts'
import { quickly } from '../run/support.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { machineWithNops } from '../support/sets.ts'
import { randomGuest } from './generator.ts'
import { agreeEverywhere } from './witnesses.ts'

/** The native interpreter counts like compiled code; one mode with a test in front of spans is among them. */
const counted = modes.filter(({ name }) => isExhaustive || ['metered', 'calls', 'profile'].includes(name))

describe.each([32, 64] as const)('RV%i', xlen => {
  test.each(isExhaustive ? [1, 2, 3, 4] : [1])('random programs, seed %i', async seed => {
    const cc = isExhaustive && seed % 2 === 0 ? 'gcc' : quickly().cc
    const { elf, outputBytes } = randomGuest(xlen, xlen + seed, isExhaustive ? 60 : 8, { compressed: true })
    const described = (byte: number): string => `case ${Math.floor(byte / 256)}, byte ${byte % 256}`
    await agreeEverywhere(xlen, elf, outputBytes, described, {
      cc,
      modes: counted,
      load: { isa: `rv${xlen}imc`, machine: machineWithNops(xlen) },
      interpreterCc: quickly().cc,
    })
  })
})
