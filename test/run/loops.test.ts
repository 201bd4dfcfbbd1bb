/** Innermost loops, which run in chunks: ends of every kind, traps within a chunk, copies that overlap, and stops anywhere are those of the interpreter. */
import { expect, inject, test } from 'vitest'
import { MEMORY_BYTES, type Xlen } from '../../src/elf/image.ts'
import { Rvr } from '../../src/index.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { randomSource } from '../support/random.ts'
import { expectSame } from './support.ts'

const TEXT = 0x10000
const DATA = 0x400000
const WORDS = 64

/** A loop of words from a0 on: a2 becomes a sum, the words become others. `a0` moves by `step`. */
const words = (a: Assembler, step: number): Assembler =>
  a
    .label(`loop ${a.pc}`)
    .op('lw', { rd: 't0', rs1: 'a0' })
    .op('add', { rd: 'a2', rs1: 'a2', rs2: 't0' })
    .op('xori', { rd: 't0', rs1: 't0', imm: 0x55 })
    .op('sw', { rs1: 'a0', rs2: 't0' })
    .op('addi', { rd: 'a0', rs1: 'a0', imm: step })

type Case = (a: Assembler, loop: (name: string, write: (again: string) => unknown) => void, xlen: Xlen) => unknown

/** Runs `write` behind a label and gives it the label's name. */
const copy =
  (from: number, to: number, load: string, store: string, step: number): Case =>
  (a, loop) => {
    a.li('a0', DATA + from)
      .li('a1', DATA + to)
      .li('a3', DATA + from + 57 * step)
    loop('copy', again =>
      a
        .op(load, { rd: 't0', rs1: 'a0' })
        .op(store, { rs1: 'a1', rs2: 't0' })
        .op('addi', { rd: 'a0', rs1: 'a0', imm: step })
        .op('addi', { rd: 'a1', rs1: 'a1', imm: step })
        .op('bne', { rs1: 'a0', rs2: 'a3', target: again }),
    )
  }

const range =
  (from: number, to: number, step: number, branch: string): Case =>
  (a, loop) => {
    a.li('a0', from).li('a1', to)
    loop('words', again =>
      words(a, step).op(
        branch,
        step > 0
          ? { rs1: 'a0', rs2: 'a1', target: again }
          : branch === 'bne'
            ? { rs1: 'a0', rs2: 'a1', target: again }
            : { rs1: 'a1', rs2: 'a0', target: again },
      ),
    )
  }

const cases: Readonly<Record<string, Case>> = {
  'words upwards to an end': range(DATA, DATA + 148, 4, 'bne'),
  'a step that is no power of two': range(DATA, DATA + 12 * 11, 12, 'bne'),
  'less than an end that is not met, unsigned': range(DATA, DATA + 150, 20, 'bltu'),
  'less than an end that is not met, signed': range(DATA, DATA + 151, 20, 'blt'),
  'downwards to an end': range(DATA + 200, DATA, -4, 'bne'),
  'downwards while greater': range(DATA + 201, DATA + 3, -12, 'blt'),
  'once, because the end is behind': range(DATA + 40, DATA, 4, 'bltu'),
  once: range(DATA, DATA + 4, 4, 'bne'),
  'a step that misses the end runs into the end of memory': range(MEMORY_BYTES - 40, MEMORY_BYTES + 6, 4, 'bne'),
  'the end of memory, words half outside': range(MEMORY_BYTES - 42, MEMORY_BYTES + 6, 4, 'bltu'),
  'downwards below address 0': range(44, -400, -4, 'bne'),
  'a counter that wraps around': (a, loop) => {
    a.li('a0', -5).li('a1', 9)
    loop('count', again =>
      a
        .op('add', { rd: 'a2', rs1: 'a2', rs2: 'a0' })
        .op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
        .op('bne', { rs1: 'a0', rs2: 'a1', target: again }),
    )
  },
  'a sum of two registers is the address': (a, loop) => {
    a.li('a0', DATA + 100)
      .li('a1', -60)
      .li('a3', 90)
    loop('sum', again =>
      a
        .op('add', { rd: 't0', rs1: 'a0', rs2: 'a1' })
        .op('lbu', { rd: 't1', rs1: 't0', imm: 3 })
        .op('addi', { rd: 't1', rs1: 't1', imm: 7 })
        .op('sb', { rs1: 't0', rs2: 't1', imm: 2 })
        .op('addi', { rd: 'a1', rs1: 'a1', imm: 2 })
        .op('blt', { rs1: 'a1', rs2: 'a3', target: again }),
    )
  },
  'a shifted counter is the address, up to the end of memory': (a, loop) => {
    a.li('a0', MEMORY_BYTES - 64)
      .li('a1', 0)
      .li('a3', 90)
    loop('shifted', again =>
      a
        .op('slli', { rd: 't0', rs1: 'a1', imm: 2 })
        .op('add', { rd: 't0', rs1: 't0', rs2: 'a0' })
        .op('sw', { rs1: 't0', rs2: 'a1' })
        .op('addi', { rd: 'a1', rs1: 'a1', imm: 1 })
        .op('blt', { rs1: 'a1', rs2: 'a3', target: again }),
    )
  },
  'bytes until a zero': (a, loop) => {
    a.li('a0', DATA + 2000)
      .li('a1', DATA + 5500)
      .li('t0', 1)
    loop('fill', again =>
      a
        .op('sb', { rs1: 'a0', rs2: 't0' })
        .op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
        .op('bne', { rs1: 'a0', rs2: 'a1', target: again }),
    )
    a.li('a0', DATA + 2000)
    loop('scan', again =>
      a
        .op('lbu', { rd: 't1', rs1: 'a0' })
        .op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
        .op('bne', { rs1: 't1', target: again }),
    )
  },
  'a pointer from memory, illegal in the fifth turn': (a, loop) => {
    a.li('a0', DATA + 3000)
      .li('t0', 1)
      .op('slli', { rd: 't0', rs1: 't0', imm: 30 })
      .op('sw', { rs1: 'a0', rs2: 't0', imm: 16 })
      .li('a1', DATA + 3000 + 64)
    loop('chase', again =>
      a
        .op('lw', { rd: 't1', rs1: 'a0' })
        .op('addi', { rd: 'a0', rs1: 'a0', imm: 4 })
        .op('lw', { rd: 't2', rs1: 't1', imm: 8 })
        .op('add', { rd: 'a2', rs1: 'a2', rs2: 't2' })
        .op('bne', { rs1: 'a0', rs2: 'a1', target: again }),
    )
  },
  'two ways round, one of them rare': (a, loop) => {
    a.li('a0', DATA)
      .li('a1', 50)
      .li('a3', DATA + 800)
    loop('two', again => {
      a.op('andi', { rd: 't0', rs1: 'a1', imm: 7 })
        .op('bne', { rs1: 't0', target: `${again} even` })
        .op('sw', { rs1: 'a3', rs2: 'a1', imm: -4 })
        .op('addi', { rd: 'a2', rs1: 'a2', imm: 3 })
      a.label(`${again} even`)
        .op('lw', { rd: 't1', rs1: 'a0', imm: 8 })
        .op('add', { rd: 'a2', rs1: 'a2', rs2: 't1' })
        .op('addi', { rd: 'a0', rs1: 'a0', imm: 4 })
        .op('addi', { rd: 'a1', rs1: 'a1', imm: -1 })
        .op('bne', { rs1: 'a1', target: again })
    })
  },
  'a copy to the next byte spreads it': copy(0, 1, 'lbu', 'sb', 1),
  'a copy to the byte before': copy(1, 0, 'lbu', 'sb', 1),
  'a copy three words on': copy(0, 12, 'lw', 'sw', 4),
  'a copy half a word on': copy(0, 2, 'lw', 'sw', 4),
  'sums of two words with a carry, and pointers beside them': (a, loop) => {
    a.li('a0', DATA)
      .li('a1', DATA + 512)
      .li('a3', DATA + 160)
    loop('wide', again => {
      a.op('lw', { rd: 't0', rs1: 'a0' })
        .op('lw', { rd: 't1', rs1: 'a0', imm: 4 })
        .op('lw', { rd: 't2', rs1: 'a1' })
        .op('lw', { rd: 't3', rs1: 'a1', imm: 4 })
      a.op('add', { rd: 't4', rs1: 't0', rs2: 't2' })
        .op('sltu', { rd: 't5', rs1: 't4', rs2: 't0' })
        .op('add', { rd: 't6', rs1: 't1', rs2: 't3' })
        .op('add', { rd: 't6', rs1: 't6', rs2: 't5' })
      a.op('sw', { rs1: 'a1', rs2: 't4' })
        .op('sw', { rs1: 'a1', rs2: 't6', imm: 4 })
        .op('addi', { rd: 'a0', rs1: 'a0', imm: 8 })
        .op('addi', { rd: 'a1', rs1: 'a1', imm: 8 })
        .op('bne', { rs1: 'a0', rs2: 'a3', target: again })
    })
  },
  'the stack pointer moves, beyond the end of memory': (a, loop) => {
    a.li('sp', MEMORY_BYTES - 12_000).li('a1', 4000)
    loop('pop', again =>
      a
        .op('lw', { rd: 't0', rs1: 'sp', imm: 8 })
        .op('add', { rd: 'a2', rs1: 'a2', rs2: 't0' })
        .op('addi', { rd: 'sp', rs1: 'sp', imm: 16 })
        .op('addi', { rd: 'a1', rs1: 'a1', imm: -1 })
        .op('bne', { rs1: 'a1', target: again }),
    )
  },
  'a step that is a multiple of 2^XLEN': (a, loop, xlen) => {
    a.li('a0', 45)
      .li('a1', 6)
      .li('a3', MEMORY_BYTES - 3000)
      .li('a4', 1)
      .op('slli', { rd: 'a4', rs1: 'a4', imm: xlen - 1 })
    loop('stand', again => {
      a.op('lw', { rd: 't0', rs1: 'a3' })
        .op('add', { rd: 'a2', rs1: 'a2', rs2: 't0' })
        .op('slli', { rd: 't2', rs1: 'a4', imm: 2 })
        .op('add', { rd: 'a0', rs1: 't2', rs2: 'a0' })
      a.op('addi', { rd: 'a3', rs1: 'a3', imm: 4 }).op('bne', { rs1: 'a0', rs2: 'a1', target: again })
    })
  },
  'high bits of an address count': (a, loop, xlen) => {
    a.li('a0', DATA)
      .li('t0', 1)
      .op('slli', { rd: 't0', rs1: 't0', imm: xlen === 64 ? 40 : 31 })
      .op('add', { rd: 'a0', rs1: 'a0', rs2: 't0' })
      .li('a1', 0)
    loop('high', again => words(a, 4).op('bne', { rs1: 'a0', rs2: 'a1', target: again }))
  },
  'calls far away, and returns': (a, loop) => {
    a.li('a0', DATA).li('a1', 9)
    loop('call', again => {
      a.op('auipc', { rd: 'ra' })
        .op('jalr', { rd: 'ra', rs1: 'ra', imm: 16 })
        .op('bne', { rs1: 'a1', target: again })
        .op('jal', { target: `${again} over` })
      a.op('addi', { rd: 'a1', rs1: 'a1', imm: -1 })
        .op('lw', { rd: 't0', rs1: 'a0', imm: 4 })
        .op('add', { rd: 'a2', rs1: 'a2', rs2: 't0' })
        .op('jalr', { rs1: 'ra' })
      a.label(`${again} over`)
    })
  },
  'long enough to be stopped anywhere': (a, loop) => {
    a.li('a1', 9000)
    loop('long', again =>
      a
        .op('add', { rd: 'a2', rs1: 'a2', rs2: 'a1' })
        .op('addi', { rd: 'a1', rs1: 'a1', imm: -1 })
        .op('bne', { rs1: 'a1', target: again }),
    )
  },
}

/** Chooses the case by the number of its arguments. The first words of memory are filled before. */
function guest(xlen: Xlen): Uint8Array {
  const a = assembler(xlen, TEXT)
  a.op('lw', { rd: 's1', rs1: 'sp' })
    .li('a0', DATA)
    .li('a1', DATA + WORDS * 4)
    .li('t0', 0x1234_5678)
  a.label('fill')
    .op('sw', { rs1: 'a0', rs2: 't0' })
    .op('slli', { rd: 't1', rs1: 't0', imm: 3 })
    .op('xor', { rd: 't0', rs1: 't0', rs2: 't1' })
    .op('addi', { rd: 'a0', rs1: 'a0', imm: 4 })
    .op('bne', { rs1: 'a0', rs2: 'a1', target: 'fill' })
  for (const [index, write] of Object.values(cases).entries()) {
    a.li('t0', index).op('bne', { rs1: 's1', rs2: 't0', target: `case ${index + 1}` })
    write(a, (name, body) => body((a.label(`${index} ${name}`), `${index} ${name}`)), xlen)
    a.op('jal', { target: 'end' }).label(`case ${index + 1}`)
  }
  // What the memory holds becomes a sum.
  a.label('end')
    .li('s2', DATA)
    .li('s3', DATA + 1024)
  a.label('add')
    .op('lw', { rd: 't0', rs1: 's2' })
    .op('add', { rd: 's4', rs1: 's4', rs2: 't0' })
    .op('slli', { rd: 't1', rs1: 's4', imm: 1 })
    .op('xor', { rd: 's4', rs1: 's4', rs2: 't1' })
    .op('addi', { rd: 's2', rs1: 's2', imm: 4 })
    .op('bne', { rs1: 's2', rs2: 's3', target: 'add' })
  a.li('a7', 93).li('a0', 0).op('ecall')
  return buildElf({ xlen, entry: TEXT, segments: [{ address: TEXT, bytes: a.finish(), flags: 5 }] })
}

test.each([
  [64, undefined, 'pure'],
  [64, 'gcc', 'metered-cost'],
  [32, undefined, 'metered-cost'],
  [32, 'gcc', 'pure'],
] as const)('RV%i, %s, mode %s', async (xlen, cc, mode) => {
  await using rvr = await Rvr.create({ cacheDir: inject('sharedCache'), ...(cc !== undefined && { cc }) })
  const loaded = await rvr.load(guest(xlen), { abi: 'linux' })
  const native = await loaded.compile(mode)
  const interpreter = loaded.interpret(mode)
  const random = randomSource(xlen)
  const outcomes = new Set<string>()
  for (const [index] of Object.keys(cases).entries()) {
    const args = Array.from({ length: index }, () => 'x')
    using wanted = await interpreter.execute({ args })
    using found = await native.execute({ args })
    expectSame(found, wanted)
    outcomes.add(wanted.trap?.kind ?? wanted.outcome)
    // Stopped somewhere, and gone on from there.
    const maxInstructions = random(Number(wanted.instret))
    using part = await interpreter.execute({ args, maxInstructions })
    using stopped = await native.execute({ args, maxInstructions })
    expectSame(stopped, part)
    using finished = await stopped.resume()
    expectSame(finished, wanted)
  }
  expect(outcomes).toEqual(new Set(['terminated', 'load-outside', 'store-outside']))
})
