/** libsecp256k1 as a guest: its verdicts are those of another implementation, in every mode and engine. */
import { expect, test } from 'vitest'
import type { Xlen } from '../../src/elf/image.ts'
import { expectSame, widths } from '../run/support.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { witnessOf } from './built.ts'
import { COMPILE_MS, describeGuest, outputInQemu, outputOf, thorough } from './running.ts'
import { expectedOutput, inputOf, signatureRecords } from './signatures.ts'

/** Compiling takes the time: one mode at each width, unless more is asked for. */
const modesOf = (xlen: Xlen): readonly string[] =>
  thorough || isExhaustive ? ['pure', 'metered-cost', 'metered'] : [xlen === 64 ? 'pure' : 'metered-cost']

describeGuest('secp-verify', widths, guest => {
  const records = signatureRecords(45, 2025)
  const expected = expectedOutput(records)

  test('the records are of every kind, and this machine agrees about them', () => {
    for (const verdict of ['valid', 'invalid', 'no signature', 'no public key'])
      expect(expected).toMatch(new RegExp(`^\\d+ ${verdict}$`, 'm'))
    expect(outputOf(witnessOf('secp-verify'), [], inputOf(records))).toBe(expected)
  })

  test.each(widths)(
    'RV%i verifies',
    async xlen => {
      expect(outputInQemu('secp-verify', xlen, inputOf(records)) ?? expected).toBe(expected)
      const counts = new Set<bigint>()
      for (const mode of modesOf(xlen)) {
        const { run, stdout } = await guest.run(xlen, mode, 'native', { inputs: [inputOf(records)] })
        expect(run).toMatchObject({ outcome: 'terminated', exitCode: 0 })
        expect(stdout).toBe(expected)
        counts.add(run.instret)
        run.dispose()
      }
      expect(counts.size).toBe(1)
    },
    COMPILE_MS,
  )

  test.each(widths)(
    'RV%i: both engines stand in the same state after three million instructions',
    async xlen => {
      const options = { inputs: [inputOf(records)], maxInstructions: 3_000_000n }
      const mode = modesOf(xlen).at(-1)!
      const native = await guest.run(xlen, mode, 'native', options)
      const interpreted = await guest.run(xlen, mode, 'interp', options)
      expect(native.run.outcome).toBe('suspended')
      expectSame(native.run, interpreted.run)
      native.run.dispose()
      interpreted.run.dispose()
    },
    COMPILE_MS,
  )

  test('a count that the input does not hold ends the guest', async () => {
    const { run, stdout } = await guest.run(64, 'pure', 'native', { inputs: [inputOf(records).subarray(0, 200)] })
    expect([run.exitCode, stdout]).toEqual([1, ''])
    run.dispose()
  })
})
