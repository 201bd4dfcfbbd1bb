/** Legal runs that no proof can show, and tables that are refused before they are made. */
import { afterAll, describe, expect, inject, test } from 'vitest'
import { Rvr, u64 } from '../../src/index.ts'
import { fixtures, type Subject } from '../metering/guests.ts'
import { program, quickly, TEXT } from '../run/support.ts'
import type { Assembler } from '../support/assembler.ts'
import { expectHonest, planned } from './support.ts'

const rvr = await Rvr.create({ cacheDir: inject('sharedCache'), ...quickly() })
afterAll(() => rvr.dispose())

/** The engine and the reference refuse a run alike. */
async function refusal(subject: Subject): Promise<unknown> {
  const found = [await refusalOf(subject, 'reference')]
  // Guests of ABI linux have an engine of their own, which many-guests.test.ts makes.
  if (subject.abi === 'linux') return found[0]
  found.push(await refusalOf(subject, 'engine'))
  expect(found[1]).toEqual(found[0])
  return found[0]
}

async function refusalOf(subject: Subject, filler: 'reference' | 'engine'): Promise<unknown> {
  const { run } = await planned(rvr, subject)
  try {
    for await (const segment of run.traces({ filler })) segment.dispose()
  } catch (error) {
    return error
  }
  return undefined
}

const guest = (xlen: 32 | 64, write: (code: Assembler) => unknown): Subject => ({
  name: 'assembled',
  xlen,
  abi: 'openvm',
  elf: program(xlen, write),
  options: {},
})

const unprovable = (pc: number, instret: number, reason: RegExp) =>
  expect.objectContaining({
    code: 'UNPROVABLE',
    details: { pc, instret, reason: expect.stringMatching(reason) },
  })

test('RV64: base registers of 2^32 and more', async () => {
  const loads = guest(64, code => code.op('addi', { rd: 'a0', imm: -8 }).op('ld', { rd: 'a1', rs1: 'a0', imm: 16 }))
  expect(await refusal(loads)).toEqual(unprovable(TEXT + 4, 1, /x10 is 2\^32 or more/))
  const stores = guest(64, code => code.op('addi', { rd: 'a0', imm: -8 }).op('sb', { rs1: 'a0', imm: 8 }))
  expect(await refusal(stores)).toEqual(unprovable(TEXT + 4, 1, /x10 is 2\^32 or more/))
  const reveals = guest(64, code => code.op('addi', { rd: 'a0', imm: -8 }).op('reveal', { rd: 'a0', imm: 16 }))
  expect(await refusal(reveals)).toEqual(unprovable(TEXT + 4, 1, /x10 is 2\^32 or more/))
})

test('RV32: the same bases can be proved, and unaligned addresses cannot', async () => {
  const wraps = guest(32, code =>
    code.op('addi', { rd: 'a0', imm: -8 }).op('lw', { rd: 'a1', rs1: 'a0', imm: 16 }).op('terminate'),
  )
  expect(await expectHonest(rvr, wraps)).toBe(1)
  const unaligned = guest(32, code => code.op('lh', { rd: 'a1', imm: 3 }))
  expect(await refusal(unaligned)).toEqual(unprovable(TEXT, 0, /0x3 is no multiple of 2/))
})

describe.each([32, 64] as const)('RV%i', xlen => {
  test('calls of extensions', async () => {
    const calls = guest(xlen, code => code.li('a0', 0x400000).op('keccakf', { rd: 'a0' }))
    expect(await refusal(calls)).toEqual(
      unprovable(expect.any(Number) as never, 1, /no AIR has the instruction keccakf/),
    )
  })

  test('guests of ABI linux', async () => {
    const hello = fixtures(xlen).find(({ name }) => name === 'hello')!
    expect(await refusal(hello)).toMatchObject({
      code: 'UNPROVABLE',
      details: { reason: expect.stringMatching(/ecall/) },
    })
  })

  test('traps', async () => {
    const trapping = guest(xlen, code => code.op('addi', { rd: 'a0', imm: 1 }).op('jalr', { imm: 0 }))
    expect(await refusal(trapping)).toMatchObject({
      code: 'UNPROVABLE',
      details: { reason: expect.stringMatching(/traps/) },
    })
  })

  test('words that are no instructions end a run that can be proved', async () => {
    const ends = guest(xlen, code => code.op('addi', { rd: 'a0', imm: 1 }).word(0))
    expect(await expectHonest(rvr, ends)).toBe(1)
  })

  test('tables that take too much memory, and segments that are not there', async () => {
    const fibonacci = fixtures(xlen).find(({ name }) => name === 'fibonacci')!
    const { run } = await planned(rvr, fibonacci, { inputs: [u64(3)] })
    await expect(run.traces({ maxMemoryBytes: 1 << 20 }).next()).rejects.toMatchObject({ code: 'USAGE' })
    await expect(run.traces({ segment: 1 }).next()).rejects.toMatchObject({ code: 'USAGE' })
    await expect(run.traces({ signal: AbortSignal.abort() }).next()).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
