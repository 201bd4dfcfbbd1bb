/** `rvr run --signature`: what a bare program has written between two symbols, and guests that have no such range. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { widths } from '../run/support.ts'
import { inProcess } from './in-process.ts'

const directory = mkdtempSync(join(tmpdir(), 'rvr-signature-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const TEXT = 0x8000_0000
const TOHOST = TEXT + 0x1000
const DATA = TEXT + 0x2000
const WORDS = 6

/** Writes 0, −3, −6, … as words, then ends with code 0. */
function guest(xlen: 32 | 64, symbols: Readonly<Record<string, number>>): string {
  const code = assembler(xlen, TEXT).li('s0', TOHOST).li('s1', DATA).li('t0', WORDS).li('t1', 0)
  code.label('next').op('sw', { rs1: 's1', rs2: 't1' }).op('addi', { rd: 's1', rs1: 's1', imm: 4 })
  code.op('addi', { rd: 't1', rs1: 't1', imm: -3 }).op('addi', { rd: 't0', rs1: 't0', imm: -1 })
  code.op('bne', { rs1: 't0', target: 'next' }).li('t2', 1).op('sw', { rs1: 's0', rs2: 't2' })
  const segments = [
    { address: TEXT, bytes: code.finish(), flags: 5 },
    { address: TOHOST, bytes: new Uint8Array(8), flags: 6 },
    { address: DATA, bytes: new Uint8Array(4 * WORDS), flags: 6 },
  ]
  const named = Object.entries({ tohost: TOHOST, ...symbols }).map(([name, address]) => ({ name, address, type: 1 }))
  const file = join(directory, `guest-${xlen}.elf`)
  writeFileSync(file, buildElf({ xlen, entry: TEXT, segments, symbols: named }))
  return file
}

const sign = (file: string, ...others: string[]) =>
  inProcess(['run', file, '--abi', 'htif', '--tier', 'interp', '--signature', join(directory, 'out'), ...others])

test.each(widths)('RV%i: a word on each line', async xlen => {
  const file = guest(xlen, { begin_signature: DATA, end_signature: DATA + 4 * WORDS })
  const { status, stdout } = await sign(file, '--json')
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ exitCode: 0, signature: join(directory, 'out') })
  const wanted = Array.from({ length: WORDS }, (_, index) => (2 ** 32 - 3 * index) % 2 ** 32)
  const lines = wanted.map(word => `${word.toString(16).padStart(8, '0')}\n`)
  expect(readFileSync(join(directory, 'out'), 'utf8')).toBe(lines.join(''))
})

test.each([
  [{}, 'the guest has no symbol begin_signature'],
  [{ begin_signature: DATA }, 'the guest has no symbol end_signature'],
  [
    { begin_signature: DATA, end_signature: DATA + 6 },
    'no range of words in guest memory: from 0x80002000 to 0x80002006',
  ],
  [{ begin_signature: DATA, end_signature: DATA - 4 }, 'no range of words'],
  [{ begin_signature: 0x1000, end_signature: 0x1004 }, 'no range of words'],
  [{ begin_signature: DATA, end_signature: DATA + 2 ** 25 }, 'no range of words'],
])('symbols %j are refused before the guest runs', async (symbols, wanted) => {
  const { status, stderr } = await sign(guest(64, symbols))
  expect(status).toBe(2)
  expect(stderr).toContain(wanted)
})
