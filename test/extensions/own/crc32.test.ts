/** The documented example of a user's own extension: the same results, counts and cost in every mode and either engine; zlib agrees. */
import { describe, expect, test } from 'vitest'
import { MEMORY_BYTES } from '../../../src/elf/image.ts'
import { chipWidths } from './chip-widths.ts'
import { artifactOf, DATA, engines, expectSame, modeNames, useRvr, widths } from '../../run/support.ts'
import { sample } from '../../support/exhaustive.ts'
import { asked, askedGuest, busyGuest, CRC32, crcOf, MOST_BYTES, rangesGuest, ROUNDS } from './crc32-guest.ts'

const host = useRvr('shared', 'quick')

describe.each(widths)('RV%i', xlen => {
  // The widths share the modes.
  test.each(sample(modeNames, xlen / 32))('mode %s: native code and interpreter agree on everything', async mode => {
    const guest = await host.rvr.load(busyGuest(xlen), { extensions: [CRC32] })
    const [native, ...others] = await Promise.all(engines.map(engine => artifactOf(guest, mode, engine)))
    using run = await native!.execute({ seed: 5n })
    expect(run).toMatchObject({ outcome: 'terminated', exitCode: 3 })
    for (const other of others) {
      using wanted = await other.execute({ seed: 5n })
      expectSame(run, wanted)
      expect(run.segments).toEqual(wanted.segments)
      expect(run.profile?.counts).toEqual(wanted.profile?.counts)
    }
    // The last word at DATA is the CRC of itself as it was and of the sum beside it.
    const data = run.memory.read(DATA, 16)
    expect(BigInt(Buffer.from(run.publicValues).readUInt32LE(0))).toBe(BigInt(Buffer.from(data).readUInt32LE(0)))
    if (run.cost === undefined) return
    // Rows of both chips: one for each of 4 calls a round, and 64 for each.
    const plain = await host.rvr.load(busyGuest(xlen), {
      extensions: [CRC32],
      machine: chipWidths(guest.machine, { Crc32: 3, Crc32Block: 5 }),
    })
    using wider = await plain.interpret(mode).execute({ seed: 5n })
    expect(wider.cost! - run.cost!).toBe(BigInt(ROUNDS * 4 * (3 + 64 * 5)))
  })

  test.each(engines)('%s: the CRC is that of zlib, in every length and at every place', async engine => {
    const ranges = [
      [DATA, 0],
      [DATA, 1],
      [DATA + 3, 61],
      [0x1f_0001, 255],
      [MEMORY_BYTES - MOST_BYTES, MOST_BYTES],
      [MEMORY_BYTES - 1, 1],
      [MEMORY_BYTES, 0],
      [0, MOST_BYTES],
    ] as const
    const guest = await host.rvr.load(rangesGuest(xlen, ranges), { extensions: [CRC32] })
    using run = await (await artifactOf(guest, 'metered', engine)).execute()
    expect(run).toMatchObject({ outcome: 'terminated', exitCode: 0 })
    const values = Buffer.from(run.publicValues)
    for (const [index, [address, length]] of ranges.entries()) {
      expect(BigInt(values.readUInt32LE(8 * index)), `${length} bytes at ${address}`).toBe(
        crcOf(run.memory.read(address, length)),
      )
    }
  })

  const END = BigInt(MEMORY_BYTES)
  const most = BigInt(MOST_BYTES)
  const top = 1n << BigInt(xlen)
  const bad = [
    [
      'a length of one byte too much',
      0x300000n,
      most + 1n,
      'operand-invalid',
      'crc32: a length of 4097 bytes, wanted up to 4096',
    ],
    [
      'a length of all ones',
      0x300000n,
      top - 1n,
      'operand-invalid',
      `crc32: a length of ${top - 1n} bytes, wanted up to 4096`,
    ],
    [
      'a bad length before a bad address',
      END,
      most + 1n,
      'operand-invalid',
      'crc32: a length of 4097 bytes, wanted up to 4096',
    ],
    [
      'a range that ends one byte behind memory',
      END - 7n,
      8n,
      'load-outside',
      'read of 8 bytes at 0x1ffffff9, but guest memory ends at 0x20000000',
    ],
    ['a range behind memory', END, 1n, 'load-outside', 'read of 1 byte at 0x20000000'],
    ['no bytes behind the end of memory', END + 1n, 0n, 'load-outside', 'read of 0 bytes at 0x20000001'],
    [
      'a range that begins below address 0',
      top - 4n,
      8n,
      'load-outside',
      `read of 8 bytes at 0x${(top - 4n).toString(16)}`,
    ],
    ...(xlen === 64
      ? ([
          [
            'an address that is good but for bit 32',
            0x1_0030_0000n,
            8n,
            'load-outside',
            'read of 8 bytes at 0x100300000',
          ],
          [
            'an address that is good but for bit 63',
            (1n << 63n) + 0x30_0000n,
            8n,
            'load-outside',
            'read of 8 bytes at 0x8000000000300000',
          ],
          [
            'a length that is good but for bit 32',
            0x30_0000n,
            (1n << 32n) + 8n,
            'operand-invalid',
            'crc32: a length of 4294967304 bytes',
          ],
          [
            'a length that is good but for bit 63',
            0x30_0000n,
            (1n << 63n) + 8n,
            'operand-invalid',
            'crc32: a length of 9223372036854775816 bytes',
          ],
        ] as const)
      : []),
  ] as const

  test.each(engines)('%s: traps change nothing', async engine => {
    const mode = 'metered'
    const guest = await host.rvr.load(askedGuest(xlen), { extensions: [CRC32] })
    const artifact = await artifactOf(guest, mode, engine)
    using good = await artifact.execute({ inputs: [asked(xlen, 0x30_0000n, 2n)] })
    expect(good).toMatchObject({ outcome: 'terminated', exitCode: 0 })
    const { pc } = good
    const call = pc - 8
    for (const [what, address, length, kind, message] of bad) {
      using run = await artifact.execute({ inputs: [asked(xlen, address, length)] })
      expect(run, what).toMatchObject({
        outcome: 'trapped',
        pc: call,
        instret: good.instret - 3n,
        trap: {
          kind,
          pc: call,
          symbol: expect.stringMatching(/^_start\+0x/),
          instruction: 'crc32 a0,a1,a2',
          message: expect.stringContaining(message),
        },
      })
      expect(run.trap!.address, what).toBe(kind === 'load-outside' ? address : undefined)
      expect([run.registers[10], run.registers[11], run.registers[12]], what).toEqual([77n, address, length])
      expect(Buffer.from(run.publicValues).toString('hex'), what).toBe('00'.repeat(64))
      if (engine !== 'native') continue
      using reference = await guest.interpret(mode).execute({ inputs: [asked(xlen, address, length)] })
      expectSame(run, reference)
      expect(run.segments, what).toEqual(reference.segments)
    }
  })
})
