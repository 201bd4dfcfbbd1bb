/** Calls of extensions that bring an AIR: traced and checked, and what of them cannot be proved. */
import { afterAll, describe, expect, inject, test } from 'vitest'
import { Rvr, RvrError } from '../../src/index.ts'
import type { Subject } from '../metering/guests.ts'
import { DATA, program, quickly } from '../run/support.ts'
import type { Assembler } from '../support/assembler.ts'
import { expectHonest, planned } from './support.ts'

const rvr = await Rvr.create({ cacheDir: inject('sharedCache'), ...quickly() })
afterAll(() => rvr.dispose())

const guest = (xlen: 32 | 64, write: (code: Assembler) => unknown): Subject => ({
  name: 'calls',
  xlen,
  abi: 'openvm',
  elf: program(xlen, write),
  options: {},
})

/** 4 words at an address. */
function store(code: Assembler, address: number, words: readonly number[]): void {
  code.li('t0', address)
  for (const [index, word] of words.entries()) {
    code.li('t1', word)
    code.op('sd', { rs1: 't0', rs2: 't1', imm: 8 * index })
  }
}

const [A, B, C] = [DATA, DATA + 32, DATA + 64]

/** Registers a0, a1, a2 as pointers, then both operations. */
function operate(code: Assembler, pointers: readonly [number, number, number]): void {
  for (const [index, name] of (['a0', 'a1', 'a2'] as const).entries()) code.li(name, pointers[index]!)
  for (const name of ['int256_add', 'int256_sub']) code.op(name, { rd: 'a0', rs1: 'a1', rs2: 'a2' })
}

async function refusal(subject: Subject): Promise<unknown> {
  const { run } = await planned(rvr, subject)
  try {
    for await (const segment of run.traces()) segment.dispose()
  } catch (error) {
    return error
  }
  return undefined
}

describe('int256_add and int256_sub', () => {
  test('operands of their own, the same, overlapping, and at the end of a page', async () => {
    const operands: readonly (readonly [number, number, number])[] = [
      [C, A, B],
      [A, A, A],
      [B, A, B],
      [A + 8, A, B],
      [A, A + 8, A + 16],
      [DATA + 4096 - 16, A, C],
    ]
    const subject = guest(64, code => {
      store(code, A, [-1, -1, -1, 5])
      store(code, B, [1, 0, -1, -6])
      for (const pointers of operands) operate(code, pointers)
      code.op('terminate')
    })
    expect(await expectHonest(rvr, subject)).toBe(1)
  })

  test('all registers the same one', async () => {
    const subject = guest(64, code => {
      store(code, A, [-1, 2, -1, -1])
      code.li('a0', A).op('int256_add', { rd: 'a0', rs1: 'a0', rs2: 'a0' })
      code.op('int256_add', { rd: 'zero', rs1: 'a0', rs2: 'zero' }).op('terminate')
    })
    expect(await expectHonest(rvr, subject)).toBe(1)
  })

  test('chips without AIR are named, and those with one have the rows that were predicted', async () => {
    const subject = guest(64, code => {
      operate(code, [C, A, B])
      code.op('terminate')
    })
    const { run } = await planned(rvr, subject)
    for await (const segment of run.traces()) {
      expect(segment.chipsWithoutAir).toContain('Int256Mul')
      expect(segment.chipsWithoutAir).not.toContain('Int256AddSub')
      expect(segment.chips.find(({ name }) => name === 'Int256AddSub')).toMatchObject({
        width: 107,
        rows: 2,
        predicted: 2,
      })
      expect(segment.chips.find(({ name }) => name === 'RangeTuple')).toMatchObject({ height: 2 ** 21 })
      segment.dispose()
    }
  })

  test.each([
    [[C + 4, A, B], /0x300044 is no multiple of 8/],
    [[C, A + 1, B], /0x300001 is no multiple of 8/],
    [[C, A, B - 2], /is no multiple of 8/],
  ] as const)('pointers %j', async (pointers, reason) => {
    const error = (await refusal(guest(64, code => operate(code, pointers)))) as RvrError
    expect(error).toMatchObject({ code: 'UNPROVABLE', details: { reason: expect.stringMatching(reason) as string } })
  })

  test('operations without AIR, and RV32', async () => {
    for (const [xlen, name] of [
      [64, 'int256_mul'],
      [32, 'int256_add'],
    ] as const) {
      const calls = guest(xlen, code => code.li('a0', A).op(name, { rd: 'a0', rs1: 'a0', rs2: 'a0' }))
      expect(await refusal(calls)).toMatchObject({
        code: 'UNPROVABLE',
        details: { reason: `no AIR has the instruction ${name}` },
      })
    }
  })
})
