/** The guest kitchen-sink: all extensions together, checked by the guest itself and by hashes that noble makes. */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { describe, expect, test } from 'vitest'
import { useRvr } from '../../run/support.ts'
import { bytesOf } from './probe-operations.ts'
import { isExhaustive, sample } from '../../support/exhaustive.ts'
import { randomSource } from '../../support/random.ts'
import { fromLittleEndian, heldAt, loadGuest, runModes, runOn } from './support.ts'

const holder = useRvr('shared', 'quick')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Lengths around the ends of blocks. */
const lengths = [0, 1, 55, 56, 63, 64, 111, 112, 135, 136, 137, 1000]
const records = lengths.map(length => bytesOf(randomSource(length), length))

/** No guest compiles longer; extension-probe has every instruction at both widths, and in all engines. */
const cases = [
  [64, 'pure'],
  [32, 'metered-cost'],
] as const

describe.each(isExhaustive ? cases : cases.slice(0, 1))('RV%i', (xlen, mode) => {
  test('every check holds on both engines', async () => {
    const guest = await loadGuest(holder.rvr, 'kitchen-sink', xlen)
    const record = records.at(-1)!
    const { instret, digest } = await runModes(
      guest,
      { inputs: [record] },
      ({ run, text }) => {
        expect(text).toBe(
          `keccak256 ${hex(keccak_256(record))}\nsha256 ${hex(sha256(record))}\nsha512 ${hex(sha512(record))}\n`,
        )
        expect(run.exitCode).toBe(0)
        expect(fromLittleEndian(run.publicValues.subarray(32, 40))).toBe(162n)
        expect(fromLittleEndian(run.publicValues.subarray(40, 48))).toBe(0n)
        return { instret: run.instret, digest: hex(run.publicValues.subarray(0, 32)) }
      },
      [mode],
      heldAt(xlen, 32),
    )
    // Metering changes nothing of it.
    const { run } = await runOn('interp', guest, 'metered', { inputs: [record] })
    expect({ instret: run.instret, digest: hex(run.publicValues.subarray(0, 32)) }).toEqual({ instret, digest })
  })

  test('other records', async () => {
    const guest = await loadGuest(holder.rvr, 'kitchen-sink', xlen)
    for (const record of sample(records.slice(0, -1), 0)) {
      const { run, text } = await runOn('native', guest, mode, { inputs: [record] })
      expect([run.outcome, run.exitCode, text]).toEqual([
        'terminated',
        0,
        `keccak256 ${hex(keccak_256(record))}\nsha256 ${hex(sha256(record))}\nsha512 ${hex(sha512(record))}\n`,
      ])
      run[Symbol.dispose]()
    }
  })
})
