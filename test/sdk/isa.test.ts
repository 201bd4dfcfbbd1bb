/** Guests with further instruction sets: turned on by the file and by option, counted where a machine lists them, and never silently. */
import { expect, test } from 'vitest'
import type { Artifact, Run } from '../../src/index.ts'
import { buildElf } from '../support/elf-builder.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { machineWithNops, rowsOfSets } from '../support/sets.ts'
import { errorOf, TEXT, useRvr, widths } from '../run/support.ts'
import { unknownNote } from '../../src/report/run/unknown-word.ts'

const quick = useRvr('shared', 'quick')

/** `.riscv.attributes` with an architecture alone. */
function attributes(architecture: string): Uint8Array {
  const text = [...new TextEncoder().encode(architecture), 0]
  const part = [1, text.length + 6, 0, 0, 0, 5, ...text]
  return Uint8Array.of(0x41, part.length + 10, 0, 0, 0, ...new TextEncoder().encode('riscv\0'), ...part)
}

function guest(xlen: 32 | 64, write: (code: Assembler) => unknown, architecture?: string): Uint8Array {
  const code = assembler(xlen, TEXT, rowsOfSets(['zba', 'zbb', 'zicond'], xlen))
  write(code)
  const bytes = code.finish()
  return buildElf({
    xlen,
    entry: TEXT,
    segments: [{ address: TEXT, bytes, flags: 5 }],
    symbols: [{ name: '_start', address: TEXT }],
    sections:
      architecture === undefined
        ? undefined
        : [
            { name: '.text', address: TEXT, size: bytes.length, flags: 6 },
            { name: '.riscv.attributes', address: 0, size: 0, flags: 0, bytes: attributes(architecture) },
          ],
  })
}

const program = (code: Assembler): unknown =>
  code
    .li('a1', 0x1_2345)
    .op('zext.h', { rd: 'a0', rs1: 'a1' })
    .op('clz', { rd: 'a2', rs1: 'a1' })
    .op('sh1add', { rd: 'a3', rs1: 'a1', rs2: 'a0' })
    .op('terminate')

const resultsOf = ({ registers }: Run): readonly bigint[] => [registers[10]!, registers[12]!, registers[13]!]

test.each(widths)('RV%i: what the file lists is there, in every engine; --isa says otherwise', async xlen => {
  const { rvr } = quick
  const elf = guest(xlen, program, `rv${xlen}i2p1_m2p0_zba1p0_zbb1p0`)
  const asked = await rvr.load(elf)
  const wanted = [0x2345n, BigInt(xlen - 17), 0x2_468an + 0x2345n]
  const artifacts: Artifact[] = [asked.interpret('pure'), await asked.compile('pure')]
  artifacts.push(await asked.interpretNatively('pure'))
  for (const artifact of artifacts) {
    using run = await artifact.execute()
    expect([run.outcome, run.exitCode, run.unknownWord]).toEqual(['terminated', 0, undefined])
    expect(resultsOf(run)).toEqual(wanted)
  }
  const plain = await rvr.load(elf, { isa: `rv${xlen}im` })
  expect(plain.abi.digest).not.toBe(asked.abi.digest)
  using run = await plain.interpret('pure').execute()
  expect(run.exitCode).toBe(2)
  expect(unknownNote(run.unknownWord!, run.pc, xlen)).toMatch(
    /no instruction here; it is zext\.h of extension Zbb, which/,
  )
  // Without attributes the option alone turns them on.
  const bare = guest(xlen, program)
  using given = await (await rvr.load(bare, { isa: `rv${xlen}im_zba_zbb` })).interpret('pure').execute()
  expect(resultsOf(given)).toEqual(wanted)
})

test('modes that count rows refuse what the machine does not list, by name; a machine that lists it counts', async () => {
  const { rvr } = quick
  const isa = 'rv64im_zba_zbb'
  const elf = guest(64, program)
  const loaded = await rvr.load(elf, { isa })
  for (const mode of ['metered', 'metered-cost', 'profile', 'calls', 'preflight'] as const) {
    const error = await errorOf(loaded.compile(mode))
    expect(error.code).toBe('USAGE')
    expect(error.message).toMatch(/no chip for zext\.h \(extension Zbb\).* mode .*: zext\.h a0,a1 at 0x/)
    expect(error.details).toMatchObject({ instruction: 'zext.h', extension: 'Zbb', mode })
  }
  expect(() => loaded.interpret('metered')).toThrow(/zext\.h/)
  expect((await errorOf(loaded.interpretNatively('metered-cost'))).message).toMatch(/zext\.h/)
  // The result of another goes nowhere, so it is a nop to every machine.
  const discarding = guest(64, code => code.op('clz', { rd: 0, rs1: 'a0' }).op('terminate'))
  using counted = await (await rvr.load(discarding, { isa })).interpret('metered-cost').execute()
  expect(counted.cost).toBe(6n)
  const machine = machineWithNops(64)
  using priced = await (await rvr.load(elf, { isa, machine })).interpret('metered-cost').execute()
  using plain = await (
    await rvr.load(guest(64, code => code.li('a1', 0x1_2345).op('terminate')))
  )
    .interpret('metered-cost')
    .execute()
  expect(priced.cost! - plain.cost!).toBe(18n)
})
