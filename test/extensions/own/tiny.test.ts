/** Rows of every kind in an extension of one's own: branches, updates, overlapping operands, lengths in words, refusals, hints of the host, inline C. */
import { describe, expect, test } from 'vitest'
import type { Xlen } from '../../../src/elf/image.ts'
import { encode } from '../../../src/isa/encoding.ts'
import { expectPieces, floorLimits, piecesOf, plainPieces, trace } from '../../metering/support.ts'
import {
  artifactOf,
  DATA,
  engines,
  errorOf,
  expectSame,
  modeNames,
  program,
  TEXT,
  useRvr,
  widths,
} from '../../run/support.ts'
import { registerNumber, type Assembler, type Register } from '../../support/assembler.ts'
import { sample } from '../../support/exhaustive.ts'
import { randomSource } from '../../support/random.ts'

const host = useRvr('shared', 'quick')
const TINY = new URL('tiny', import.meta.url).pathname
const extensions = [TINY]

/** Words of the extension by what they do. */
const word = (funct3: number, rd: Register, rs1: Register, rs2: Register): number =>
  encode(
    { format: 'R', match: 0x7b | (funct3 << 12) },
    { rd: registerNumber(rd), rs1: registerNumber(rs1), rs2: registerNumber(rs2) },
  )
const same = (rs1: Register, rs2: Register, distance: number): number =>
  encode({ format: 'B', match: 0x7b }, { rs1: registerNumber(rs1), rs2: registerNumber(rs2), imm: distance })
const twist = (rd: Register, rs1: Register): number => word(1, rd, rs1, 0)
const mix = (rd: Register, rs1: Register, rs2: Register): number => word(2, rd, rs1, rs2)
const count = (rd: Register, rs2: Register): number => word(3, rd, 0, rs2)
const scale = (rd: Register, rs1: Register): number => word(4, rd, rs1, 0)
const hint = (rs1: Register): number => word(5, 0, rs1, 0)

const PLACES = 24

/** Operations on places that overlap in every way, in an order and with branches that depend on the data. */
const everything = (xlen: Xlen, seed: number): Uint8Array =>
  program(xlen, code => {
    const random = randomSource(seed)
    const place = (register: Register): unknown =>
      code.op('addi', { rd: register, rs1: 's0', imm: 64 + random(PLACES) })
    code
      .li('s0', DATA)
      .li('s1', 120)
      .li('s5', 16)
      .op('hint_random', { rd: 's5' })
      .op('hint_buffer', { rd: 's0', rs1: 's5' })
      .label('round')
    for (let index = 0; index < 14; index++) {
      for (const register of ['a0', 'a1', 'a2'] as const) place(register)
      switch (index % 7) {
        case 0:
          code.word(twist('a0', 'a1'))
          break
        case 1:
          code.word(mix('a0', 'a1', 'a2'))
          break
        // Equal in the first round and whenever the data are; the distance skips an instruction.
        case 2:
          code.word(same('a0', index % 2 === 0 ? 'a1' : 'a0', 8)).op('addi', { rd: 's3', rs1: 's3', imm: 1 })
          break
        case 3:
          code
            .li('a3', 8 * random(3))
            .op('sb', { rs1: 'a0' })
            .word(count('a0', 'a3'))
          break
        case 4:
          code.word(scale('s3', 's3')).op('sw', { rs1: 'a1', rs2: 's3' }).word(scale(0, 's3'))
          break
        case 5:
          code.word(hint('a2')).op('hint_store', { rd: 'a0' })
          break
        default:
          code.word(twist('a0', 'a0')).word(mix('a1', 'a1', 'a1'))
      }
    }
    code
      .op('addi', { rd: 's1', rs1: 's1', imm: -1 })
      .op('bne', { rs1: 's1', target: 'round' })
      .op('reveal', { rs1: 's3' })
      .op('terminate')
  })

describe.each(widths)('RV%i', xlen => {
  // The widths share the modes, but for the one in which there is most to see.
  const modes = modeNames.filter(mode => mode === 'metered' || sample(modeNames, xlen / 32).includes(mode))
  test.each(modes)('mode %s: native code and interpreter agree', async mode => {
    const guest = await host.rvr.load(everything(xlen, xlen), { extensions })
    using wanted = await guest.interpret(mode).execute({ seed: 3n })
    const artifacts = await Promise.all(engines.map(engine => artifactOf(guest, mode, engine)))
    for (const artifact of artifacts) {
      using run = await artifact.execute({ seed: 3n })
      expect(run).toMatchObject({ outcome: 'terminated', exitCode: 0 })
      expectSame(run, wanted)
      expect(run.segments).toEqual(wanted.segments)
      expect(run.profile?.extraRows).toEqual(wanted.profile?.extraRows)
    }
    if (mode !== 'metered') return
    const traced = trace(guest, { seed: 3n })
    const floor = floorLimits(guest, traced)
    for (const segmentLimits of [
      {},
      { maxTraceHeight: 512 },
      { maxTraceHeight: 2048 },
      { maxMemoryBytes: floor.maxMemoryBytes + 3_000_000 },
      { maxInteractions: floor.maxInteractions + 60_000 },
    ]) {
      const pieces = plainPieces(guest, traced, segmentLimits)
      for (const artifact of artifacts) {
        using metered = await artifact.execute({ seed: 3n, segmentLimits })
        expectPieces(piecesOf(metered), pieces, guest, `${artifact.engine}, ${JSON.stringify(segmentLimits)}`)
      }
    }
  })

  test.each(engines)('%s: what each operation does', async engine => {
    const store = (code: Assembler, at: number, bytes: readonly number[]): void =>
      bytes.forEach((byte, index) => code.li('t0', byte).op('sb', { rs1: 's0', rs2: 't0', imm: at + index }))
    const elf = program(xlen, code => {
      code
        .li('s0', DATA)
        .op('addi', { rd: 's1', rs1: 's0', imm: 4 })
        .op('addi', { rd: 's2', rs1: 's0', imm: 64 })
        .op('addi', { rd: 's3', rs1: 's0', imm: 128 })
      store(code, 0, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20])
      code
        .word(twist('s1', 's0'))
        .li('a1', 8)
        .word(count('s2', 'a1'))
        .word(mix('s3', 's2', 's2'))
        .li('a2', 5)
        .word(scale('a2', 'a2'))
        .li('a3', -1)
        .word(scale('a3', 'a3'))
        .word(hint('s0'))
        .op('hint_store', { rd: 's2' })
        .word(same('s0', 's2', 8))
        .li('a4', 1)
        .word(same('s0', 's0', 8))
        .li('a5', 1)
        .word(same('s0', 's3', 8))
        .li('a6', 1)
        .op('terminate')
    })
    const guest = await host.rvr.load(elf, { extensions, config: { app_vm_config: { tiny: { factor: 7 } } } })
    using run = await (await artifactOf(guest, 'metered-cost', engine)).execute()
    expect(run).toMatchObject({ outcome: 'terminated', exitCode: 0 })
    const source = Array.from({ length: 20 }, (_, i) => i + 1)
    // Sixteen bytes from 4 on, times 7, plus sixteen from 0 on in reverse, which the operation must have read before it
    // wrote.
    const twisted = [...source.slice(0, 4), ...source.slice(4).map((byte, i) => (byte * 7 + source[15 - i]!) & 255)]
    expect([...run.memory.read(DATA, 20)]).toEqual(twisted)
    const counted = [1, 1, 1, 1, 1, 1, 1, 1, ...Array.from({ length: 16 }, () => 0)]
    expect([...run.memory.read(DATA + 128, 24)]).toEqual(counted.map((byte, i) => byte ^ counted[23 - i]!))
    const word = xlen / 8
    expect([...run.memory.read(DATA + 64, 8)]).toEqual([...twisted.slice(0, word), ...counted.slice(word, 8)])
    const mask = (1n << BigInt(xlen)) - 1n
    expect([run.registers[12], run.registers[13]]).toEqual([35n, mask - 6n])
    // Taken where the eight bytes are equal: on RV64 the hint made them so.
    expect([run.registers[14], run.registers[15], run.registers[16]]).toEqual([xlen === 64 ? 0n : 1n, 0n, 1n])
  })

  test.each(engines)(
    '%s: a length that is no number of words, a refusal and a branch to nowhere trap',
    async engine => {
      const trapOf = async (write: (code: Assembler) => unknown): Promise<object> => {
        const guest = await host.rvr.load(
          program(xlen, code => {
            code.li('s0', DATA).li('a0', 3)
            write(code)
            code.op('terminate')
          }),
          { extensions },
        )
        using run = await (await artifactOf(guest, 'pure', engine)).execute()
        const bytes = run.memory.read(DATA, 8)
        return {
          kind: run.trap?.kind,
          address: run.trap?.address,
          message: run.trap?.message,
          symbol: run.trap?.symbol,
          instruction: run.trap?.instruction,
          first: bytes[0],
        }
      }
      expect(await trapOf(code => code.word(count('s0', 'a0')))).toMatchObject({
        kind: 'operand-invalid',
        instruction: 'tiny_count s0,zero,a0',
        message: `tiny_count: a length of 3 bytes, wanted a multiple of ${xlen / 8} up to 64`,
        first: 0,
      })
      expect(
        await trapOf(code => code.li('a0', -1).op('sb', { rs1: 's0', rs2: 'a0' }).li('a0', 8).word(count('s0', 'a0'))),
      ).toMatchObject({ kind: 'operand-invalid', message: 'tiny_count: the first byte is full', first: 255 })
      expect(await trapOf(code => code.word(same('s0', 's0', -2048)))).toMatchObject({
        kind: 'jump-outside',
        address: BigInt(TEXT + 8 - 2048),
      })
      expect(await trapOf(code => code.li('s1', 0x1fff_fff8).word(mix('s0', 's0', 's1')))).toMatchObject({
        kind: 'load-outside',
        address: 0x1fff_fff8n,
        message: expect.stringContaining('read of 24 bytes'),
        first: 0,
      })
      expect(await trapOf(code => code.li('s1', 0x1fff_fff1).word(twist('s1', 's0')))).toMatchObject({
        kind: 'store-outside',
        address: 0x1fff_fff1n,
        message: expect.stringContaining('write of 16 bytes'),
      })
      expect(await trapOf(code => code.li('s1', -8).word(hint('s1')))).toMatchObject({
        kind: 'load-outside',
        message: 'tiny_hint reads outside of memory',
      })
    },
  )
})

test('its table: absent it is on with its defaults, present it is read, and what it throws is the error', async () => {
  const elf = program(64, code => code.li('a0', 10).word(scale('a0', 'a0')).op('reveal', { rs1: 'a0' }).op('terminate'))
  const value = async (config: object | undefined): Promise<number> => {
    const guest = await host.rvr.load(elf, { extensions, ...(config && { config: { app_vm_config: config } }) })
    using run = await guest.interpret('pure').execute()
    return run.publicValues[0]!
  }
  expect([
    await value(undefined),
    await value({}),
    await value({ tiny: {} }),
    await value({ tiny: { factor: 20 } }),
  ]).toEqual([30, 30, 30, 200])
  const error = await errorOf(value({ tiny: { factor: 'many' } }))
  expect(error).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(
      `${TINY}/extension.ts: field app_vm_config.tiny.factor: found "many", wanted a whole number from 0 to 255`,
    ),
  })
  expect(error.hint).toBeTruthy()
})
