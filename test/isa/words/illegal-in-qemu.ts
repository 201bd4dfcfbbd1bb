/** Which instruction words qemu's user mode refuses: a program that executes each of them and catches what happens. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Xlen } from '../../../src/elf/image.ts'
import { assembler, type Assembler } from '../../support/assembler.ts'
import { buildElf } from '../../support/elf-builder.ts'

/**
 * The word under test stands in the middle of zeros, farther than any jump reaches: a word of zeros is illegal too, but
 * at another address.
 */
const TARGET = 0x1000_0000
const REACH = 2 ** 21
/** Every register but the one that led to the word holds the middle of these bytes, which are no code. */
const DATA = 0x2000_0000
const STACK = 0x2100_0000
const CODE = 0x3000_0000
const INDEX = 0x3100_0000
const WORDS = 0x3200_0000
const RESULTS = 0x3800_0000

const SIGILL = 4
const SIGNALS = [4, 5, 7, 8, 11]
const SA_SIGINFO = 4
const SA_ONSTACK = 0x0800_0000
const SA_NODEFER = 0x4000_0000
const WRITE = 64
const EXIT = 93
const SIGALTSTACK = 132
const SIGACTION = 134

/** The only register that a word may not use as an address: it holds `TARGET`. */
export const RESERVED_REGISTER = 31

function program(xlen: Xlen, count: number): Uint8Array {
  const a = assembler(xlen, CODE)
  const W = xlen / 8
  const store = xlen === 64 ? 'sd' : 'sw'
  const load = xlen === 64 ? 'ld' : 'lw'
  const call = (number: number, ...args: number[]): Assembler => {
    for (const [index, argument] of args.entries()) a.li(10 + index, argument)
    return a.li('a7', number).op('ecall')
  }
  const put = (address: number, values: readonly number[]): void => {
    for (const [index, value] of values.entries())
      a.li('t0', address + index * W)
        .li('t1', value)
        .op(store, { rs1: 't0', rs2: 't1' })
  }
  put(INDEX + 64, [STACK, 0, 65536])
  call(SIGALTSTACK, INDEX + 64, 0)
  // The handler's address follows the code that stores it; jal says where that is.
  a.op('jal', { rd: 't2', target: 'installed' })
  a.label('handler')
    .li('t0', INDEX)
    .op('lw', { rd: 't1', rs1: 't0' })
    .li('t2', RESULTS)
    .op('add', { rd: 't2', rs1: 't2', rs2: 't1' })
    .op('addi', { rd: 't1', rs1: 't1', imm: 1 })
    .op('sw', { rs1: 't0', rs2: 't1' })
    .op('addi', { rd: 't3', imm: SIGILL })
    .op('bne', { rs1: 'a0', rs2: 't3', target: 'next' })
    .op(load, { rd: 't3', rs1: 'a1', imm: xlen === 64 ? 16 : 12 })
    .li('t4', TARGET)
    .op('bne', { rs1: 't3', rs2: 't4', target: 'next' })
    .op('addi', { rd: 't3', imm: 1 })
    .op('sb', { rs1: 't2', rs2: 't3' })
    .op('jal', { target: 'next' })
  a.label('installed')
  put(INDEX + 128, [0, SA_SIGINFO | SA_ONSTACK | SA_NODEFER, 0, 0])
  a.li('t0', INDEX + 128).op(store, { rs1: 't0', rs2: 't2' })
  for (const signal of SIGNALS) call(SIGACTION, signal, INDEX + 128, 0, 8)
  a.label('next')
    .li('t0', INDEX)
    .op('lw', { rd: 't1', rs1: 't0' })
    .li('t2', count)
    .op('beq', { rs1: 't1', rs2: 't2', target: 'end' })
    .op('slli', { rd: 't1', rs1: 't1', imm: 2 })
    .li('t2', WORDS)
    .op('add', { rd: 't2', rs1: 't2', rs2: 't1' })
    .op('lw', { rd: 't2', rs1: 't2' })
    .li(RESERVED_REGISTER, TARGET)
    .op('sw', { rs1: RESERVED_REGISTER, rs2: 't2' })
  a.li(1, DATA + 4096)
  for (let register = 2; register < RESERVED_REGISTER; register++) a.op('addi', { rd: register, rs1: 1 })
  a.op('jalr', { rs1: RESERVED_REGISTER })
  a.label('end')
  call(WRITE, 1, RESULTS, count)
  call(EXIT, 0)
  return a.finish()
}

/** 1 for each word that is an illegal instruction to `qemu-riscv<xlen> -cpu rv<xlen>,<features>`, 0 for all others. */
export function illegalInQemu(xlen: Xlen, features: string, words: readonly number[]): Uint8Array {
  const code = program(xlen, words.length)
  const all = new Uint8Array(Uint32Array.from(words).buffer)
  const elf = buildElf({
    xlen,
    entry: CODE,
    pageAligned: true,
    segments: [
      { address: TARGET - REACH, bytes: new Uint8Array(), memorySize: 2 * REACH, flags: 7 },
      { address: DATA, bytes: new Uint8Array(), memorySize: 8192, flags: 6 },
      { address: STACK, bytes: new Uint8Array(), memorySize: 65536, flags: 6 },
      { address: CODE, bytes: code, flags: 5 },
      { address: INDEX, bytes: new Uint8Array(), memorySize: 4096, flags: 6 },
      { address: WORDS, bytes: all, flags: 4 },
      { address: RESULTS, bytes: new Uint8Array(), memorySize: words.length, flags: 6 },
    ],
  })
  const directory = mkdtempSync(join(tmpdir(), 'rvr-words-'))
  try {
    const file = join(directory, 'words.elf')
    writeFileSync(file, elf, { mode: 0o755 })
    const answer = execFileSync(`qemu-riscv${xlen}`, ['-cpu', `rv${xlen},${features}`, file], {
      maxBuffer: words.length + 1,
    })
    if (answer.length !== words.length)
      throw new Error(`qemu-riscv${xlen} answered for ${answer.length} words of ${words.length}`)
    return answer
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Is qemu's user mode installed for this width? */
export const hasQemu = (xlen: Xlen): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some(directory => existsSync(join(directory, `qemu-riscv${xlen}`)))
