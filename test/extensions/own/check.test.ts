/** Checked runs of guests with extensions whose C is wrong: found at the call, and never blamed on rvr. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Artifact, Guest } from '../../../src/index.ts'
import { encode } from '../../../src/isa/encoding.ts'
import { DATA, errorOf, program, useRvr } from '../../run/support.ts'
import type { ModeName } from '../../../src/index.ts'

const host = useRvr('own')

/** What the functions do wrong, in the order of their funct7; each only with the value 7 in rs2. */
const wrongs = ['result', 'memory', 'answer', 'outside', 'state', 'nothing'] as const

const extension = `
const sum = ([bytes, value]) => ({ result: bytes.reduce((total, byte) => total + BigInt(byte), value) })
const add = ([bytes, value]) => { for (let at = 0; at < bytes.length; at++) bytes[at] += Number(value); return {} }
const row = (name, funct7, more) => ({ kind: 'call', format: 'R', name, mask: 0xfe00707f, match: 0x5b + funct7 * 0x2000000, c: 'c_' + name, ...more })
const summing = { operands: [{ register: 'rs1', access: 'read', bytes: 16 }, { register: 'rs2', access: 'value' }], result: 'register', execute: sum }
const adding = { operands: [{ register: 'rd', access: 'update', bytes: 16 }, { register: 'rs2', access: 'value' }], execute: add }
export default {
  name: 'sums',
  rows: [row('result', 0, summing), row('memory', 1, adding), row('answer', 2, summing), row('outside', 3, adding), row('state', 4, summing), row('nothing', 5, summing)],
  sources: ['sums.c'],
}
`
const source = `
#include <stdint.h>
static uint64_t sum(const uint8_t *bytes, uint64_t value) { for (int i = 0; i < 16; i++) value += bytes[i]; return value; }
static void add(uint8_t *bytes, uint64_t value) { for (int i = 0; i < 16; i++) bytes[i] += value; }
int c_result(const uint8_t *bytes, uint64_t value, uint64_t *result) { *result = sum(bytes, value) ^ (value == 7); return 1; }
int c_memory(uint8_t *bytes, uint64_t value) { add(bytes, value); if (value == 7) bytes[5]++; return 1; }
int c_answer(const uint8_t *bytes, uint64_t value, uint64_t *result) { *result = sum(bytes, value); return value != 7; }
int c_outside(uint8_t *bytes, uint64_t value) { add(bytes, value); if (value == 7) bytes[16] = 1; return 1; }
int c_state(const uint8_t *bytes, uint64_t value, uint64_t *result) { static int calls; *result = sum(bytes, value) + (value == 7 && ++calls > 1); return 1; }
int c_nothing(const uint8_t *bytes, uint64_t value, uint64_t *result) { *result = sum(bytes, value); return 1; }
`

/** Calls with 1, 2, … 12 in rs2, a tenth of all instructions; what a call does is undone after it. */
const guestOf = (funct7: number, keeps: boolean): Uint8Array =>
  program(64, code => {
    const isUpdate = funct7 === 1 || funct7 === 3
    code
      .li('s0', DATA)
      .li('t1', 12)
      .li('t0', 0)
      .label('round')
      .op('addi', { rd: 't0', rs1: 't0', imm: 1 })
      .label('call')
      .word(encode({ format: 'R', match: 0x5b + funct7 * 0x2000000 }, { rd: isUpdate ? 8 : 10, rs1: 8, rs2: 5 }))
    if (keeps) code.op('add', { rd: 's2', rs1: 's2', rs2: 'a0' })
    code
      .op('sd', { rs1: 's0', rs2: 0 })
      .op('sd', { rs1: 's0', rs2: 0, imm: 8 })
      .op('sd', { rs1: 's0', rs2: 0, imm: 16 })
      .li('a0', 0)
      .op('bne', { rs1: 't0', rs2: 't1', target: 'round' })
      .op('terminate')
  })

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rvr-sums-'))
  await writeFile(join(directory, 'extension.mjs'), extension)
  await writeFile(join(directory, 'sums.c'), source)
})
afterAll(() => rm(directory, { recursive: true, force: true }))

async function compiled(
  wrong: (typeof wrongs)[number],
  mode: ModeName = 'pure',
  keeps = false,
): Promise<{ guest: Guest; artifact: Artifact }> {
  const guest = await host.rvr.load(guestOf(wrongs.indexOf(wrong), keeps), { extensions: [directory] })
  return { guest, artifact: await guest.compile(mode) }
}

describe('fault 3: a wrong C function of an extension', () => {
  // Three instructions before the first round, seven or so in each; the wrong call is the second one of round 7.
  test.each([
    [
      'result',
      'its result is 0x6, expected 0x7',
      { register: 'rs1', access: 'read', value: '0x300000', bytes: 16, begins: '00'.repeat(16) },
    ],
    [
      'memory',
      'it leaves 0x8 at 0x300005, expected 0x7',
      { register: 'rd', access: 'update', value: '0x300000', bytes: 16, begins: '00'.repeat(16) },
    ],
    ['answer', 'it answers 0 (refused), expected 1 (done)', { register: 'rs1' }],
    ['outside', 'it writes at 0x300010, outside of its operands', { register: 'rd' }],
  ] as const)('in its %s, without a trace at the end', async (wrong, text, operand) => {
    const { guest, artifact } = await compiled(wrong)
    using plain = await guest.interpret('pure').execute()
    const error = await errorOf(guest.check(artifact))
    expect(error).toMatchObject({
      code: 'CHECK_DIVERGED',
      details: {
        pc: 0x200810,
        instret: 47n,
        extension: 'sums',
        instruction: wrong,
        function: `c_${wrong}`,
        kind: wrong,
        difference: text,
      },
    })
    expect(error.details['operands']).toMatchObject([operand, { register: 'rs2', access: 'value', value: '0x7' }])
    expect(error.message).toMatch(
      new RegExp(
        `^the C function c_${wrong} of extension sums is wrong at instruction 47, 0x200810 \\(_start\\+0x10\\): ${wrong} `,
      ),
    )
    expect(error.hint).toContain(`Correct c_${wrong}`)
    expect(error.hint).not.toContain('rvr')
    expect(plain.instret).toBe(88n)
  })

  test('in mode metered, behind a limit, in the interval of a later stretch', async () => {
    const { guest, artifact } = await compiled('result', 'metered')
    expect(await errorOf(guest.check(artifact))).toMatchObject({ details: { instret: 47n, kind: 'result' } })
    const { run, instructions } = await guest.check(artifact, { maxInstructions: 46n })
    expect([run.outcome, instructions]).toEqual(['suspended', 46n])
    run.dispose()
  })

  test('that keeps state: the calls agree, and nobody says that it is rvr', async () => {
    const { guest, artifact } = await compiled('state', 'pure', true)
    const error = await errorOf(guest.check(artifact))
    expect(error).toMatchObject({ code: 'CHECK_DIVERGED', details: { difference: expect.stringContaining('s2 is') } })
    expect(Number(error.details['instret'])).toBeLessThanOrEqual(101)
    expect(error.message).toMatch(
      /differ after instructions \d+ to \d+, which begin at 0x2008\w\w \(_start.*the interpreter last writes s2 at instruction \d+, 0x200814/,
    )
    expect(error.hint).toContain('Every call of sums did what its reference semantics do')
    expect(error.hint).not.toContain('defect in rvr')
  })

  test('sound C agrees, and what cannot be checked is said', async () => {
    const { guest, artifact } = await compiled('nothing')
    const { run, instructions } = await guest.check(artifact)
    expect([run.outcome, instructions]).toEqual(['terminated', run.instret])
    run.dispose()
    expect(await errorOf(guest.check(guest.interpret('pure')))).toMatchObject({
      code: 'USAGE',
      hint: expect.stringContaining('guest.compile'),
    })
    const other = await host.rvr.load(guestOf(0, true), { extensions: [directory] })
    expect(await errorOf(other.check(artifact))).toMatchObject({ code: 'USAGE' })
  })
})
