/** Counted loops that keep words of the stack in variables: other accesses that come close to these words, byte by byte. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import type { Xlen } from '../../src/elf/image.ts'
import { Rvr } from '../../src/index.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { expectSame } from './support.ts'

const TEXT = 0x10000
const STACK = 0x200000
const RESULTS = 0x300000
const FIRST_WORD = 64
const WORDS = 7

const variants = (['load', 'store', 'both'] as const).flatMap(access =>
  [4, -4, 1, 0].map(stride => ({ access, stride })),
)

/**
 * The loop of one variant runs five times for each place of its pointer, from well below the words to well above them.
 */
function variant(a: Assembler, xlen: Xlen, index: number, { access, stride }: (typeof variants)[number]): void {
  const bytes = xlen / 8
  const [load, store] = xlen === 64 ? ['ld', 'sd'] : ['lw', 'sw']
  const first = STACK + FIRST_WORD
  // On RV64 the last word has 32 bits.
  const offsetOf = (word: number): number => FIRST_WORD + word * bytes
  const read = (rd: 't0', word: number): unknown =>
    a.op(word === WORDS - 1 ? 'lw' : load!, { rd, rs1: 'sp', imm: offsetOf(word) })
  const write = (rs2: 't0' | 's2', word: number): unknown =>
    a.op(word === WORDS - 1 ? 'sw' : store!, { rs1: 'sp', rs2, imm: offsetOf(word) })
  a.li('s2', first - 32)
    .li('s3', first + WORDS * bytes + 32)
    .label(`place ${index}`)
  for (let word = 0; word < WORDS; word++) write('s2', word)
  a.op('addi', { rd: 'a2', rs1: 's2', imm: 0 }).li('a4', 5).label(`loop ${index}`)
  for (let word = 0; word < WORDS; word++) {
    read('t0', word)
    a.op('add', { rd: 't0', rs1: 't0', rs2: 'a4' })
    write('t0', (word + 3) % WORDS)
    if (word !== 3) continue
    if (access !== 'store')
      a.op('lw', { rd: 't1', rs1: 'a2' })
        .op('slli', { rd: 't2', rs1: 's4', imm: 1 })
        .op('add', { rd: 's4', rs1: 't1', rs2: 't2' })
    if (access !== 'load') a.op('sw', { rs1: 'a2', rs2: 'a4' })
  }
  a.op('addi', { rd: 'a2', rs1: 'a2', imm: stride })
    .op('addi', { rd: 'a4', rs1: 'a4', imm: -1 })
    .op('bne', { rs1: 'a4', rs2: 'zero', target: `loop ${index}` })
  for (let word = 0; word < WORDS; word++) {
    read('t0', word)
    a.op(store!, { rs1: 'a5', rs2: 't0', imm: word * 8 })
  }
  a.op(store!, { rs1: 'a5', rs2: 's4', imm: WORDS * 8 }).op('addi', { rd: 'a5', rs1: 'a5', imm: 64 })
  a.op('addi', { rd: 's2', rs1: 's2', imm: 1 }).op('bne', { rs1: 's2', rs2: 's3', target: `place ${index}` })
}

function guest(xlen: Xlen): Uint8Array {
  const a = assembler(xlen, TEXT).li('sp', STACK).li('a5', RESULTS)
  for (const [index, each] of variants.entries()) variant(a, xlen, index, each)
  a.li('a7', 93).li('a0', 0).op('ecall')
  return buildElf({ xlen, entry: TEXT, segments: [{ address: TEXT, bytes: a.finish(), flags: 5 }] })
}

test.each([
  [32, undefined, 'pure'],
  [64, undefined, 'metered-cost'],
  [64, 'gcc', 'pure'],
  [32, undefined, 'metered'],
] as const)('RV%i, %s, mode %s', async (xlen, cc, mode) => {
  const directory = await mkdtemp(join(tmpdir(), 'rvr-test-'))
  await using rvr = await Rvr.create({ cacheDir: inject('sharedCache'), ...(cc !== undefined && { cc }) })
  const loaded = await rvr.load(guest(xlen), { abi: 'linux' })
  try {
    const native = await loaded.compile(mode, { emitDirectory: directory })
    using wanted = await loaded.interpret(mode).execute()
    using found = await native.execute()
    expectSame(found, wanted)
    expect(found.instret).toBe(wanted.instret)
    const text = await readFile(join(directory, 'unit_000.c'), 'utf8')
    expect(text.match(/ uint32_t w/g)?.length, 'loops with variables').toBeGreaterThanOrEqual(variants.length)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
