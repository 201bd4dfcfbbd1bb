/** Guests that the metering tests run: prebuilt ones, random programs, and assembled ones that use host instructions a lot. */
import { readFile } from 'node:fs/promises'
import { u64, utf8, type ExecuteOptions, type Guest, type Rvr } from '../../src/index.ts'
import type { Xlen } from '../../src/elf/image.ts'
import type { MachineFile } from '../../src/machine/machine.ts'
import { kernelGuest } from '../bench/kernels.ts'
import { randomGuest } from '../differential/generator.ts'
import { DATA, fixture, program } from '../run/support.ts'
import type { Assembler } from '../support/assembler.ts'

export interface Subject {
  readonly name: string
  readonly xlen: Xlen
  readonly abi: 'openvm' | 'linux'
  readonly elf: string | Uint8Array
  readonly options: ExecuteOptions
}

export const load = async (rvr: Rvr, { elf, abi }: Subject, machine?: MachineFile): Promise<Guest> =>
  rvr.load(typeof elf === 'string' ? await readFile(elf) : elf, { abi, ...(machine && { machine }) })

const TEXT_LENGTH = 3

/** Counts down `turns` with some arithmetic and a store to a leaf that was touched often. */
function busy(code: Assembler, label: string, turns: number): void {
  code
    .li('t0', turns)
    .label(label)
    .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
    .op('xor', { rd: 't1', rs1: 't1', rs2: 't0' })
    .op('sw', { rs1: 'gp', rs2: 't1', imm: 32 })
    .op('bne', { rs1: 't0', target: label })
}

/** Hint buffers of 1 … 1001 words at unaligned places, hint stores, public values and text. */
export const hints = (xlen: Xlen): Uint8Array =>
  program(xlen, code => {
    code
      .li('gp', DATA)
      .li('s0', 0x400003)
      .li('s1', 1)
      .li('s2', 0)
      .li('t2', 0x0a_62_61)
      .op('sw', { rs1: 'gp', rs2: 't2' })
    code.label('loop').op('hint_random', { rd: 's1' }).op('hint_buffer', { rd: 's0', rs1: 's1' })
    code
      .li('a0', 2)
      .op('hint_random', { rd: 'a0' })
      .op('hint_store', { rd: 'gp' })
      .op('addi', { rd: 's3', rs1: 's0', imm: 1021 })
      .op('hint_store', { rd: 's3' })
    code.li('t2', 0x0a_62_61).op('add', { rd: 't2', rs1: 't2', rs2: 's2' }).op('sw', { rs1: 'gp', rs2: 't2' })
    busy(code, 'busy', 37)
    code
      .op('andi', { rd: 'a1', rs1: 's1', imm: 56 })
      .op('reveal', { rd: 'a1', rs1: 't1' })
      .li('a2', TEXT_LENGTH)
      .op('print_str', { rd: 'gp', rs1: 'a2' })
    code
      .op('addi', { rd: 's0', rs1: 's0', imm: 1500 })
      .op('addi', { rd: 's1', rs1: 's1', imm: 25 })
      .op('addi', { rd: 's2', rs1: 's2', imm: 1 })
    code.li('a3', 41).op('bne', { rs1: 's2', rs2: 'a3', target: 'loop' }).op('terminate', { imm: 7 })
  })

/** System calls that write to memory and to standard output, many within one interval between checks. */
export const systemCalls = (xlen: Xlen): Uint8Array =>
  program(xlen, code => {
    const call = (number: number, arguments_: () => void): void => {
      arguments_()
      code.li('a7', number).op('ecall')
    }
    code.li('gp', DATA).li('s0', 0x400005).li('s2', 60)
    code.label('loop')
    call(63, () => code.li('a0', 0).op('addi', { rd: 'a1', rs1: 's0', imm: 0 }).li('a2', 9))
    call(278, () => code.op('addi', { rd: 'a0', rs1: 's0', imm: 64 }).li('a1', 40).li('a2', 0))
    busy(code, 'busy', 61)
    call(64, () => code.li('a0', 1).op('addi', { rd: 'a1', rs1: 's0', imm: 0 }).li('a2', 9))
    code
      .op('lbu', { rd: 't3', rs1: 's0', imm: 70 })
      .op('add', { rd: 's4', rs1: 's4', rs2: 't3' })
      .op('sw', { rs1: 's0', rs2: 's4', imm: 200 })
    code
      .op('addi', { rd: 's0', rs1: 's0', imm: 333 })
      .op('addi', { rd: 's2', rs1: 's2', imm: -1 })
      .op('bne', { rs1: 's2', target: 'loop' })
    call(93, () => code.li('a0', 3))
  })

/** Many leaves, few instructions: one store to each leaf of a range and back, in steps that leave the range's pages. */
export const scattered = (xlen: Xlen): Uint8Array =>
  program(xlen, code => {
    code.li('s0', 0x400000).li('s1', 0x41000).li('s2', 1500)
    code
      .label('loop')
      .op('sw', { rs1: 's0', rs2: 's2' })
      .op('lh', { rd: 'a0', rs1: 's0', imm: 15 })
      .op('add', { rd: 's0', rs1: 's0', rs2: 's1' })
    code.op('addi', { rd: 's2', rs1: 's2', imm: -1 }).op('bne', { rs1: 's2', target: 'loop' }).op('terminate')
  })

const input = utf8('The quick brown fox jumps over the lazy dog. '.repeat(20))

export const assembled = (xlen: Xlen): Subject[] => [
  { name: 'hints', xlen, abi: 'openvm', elf: hints(xlen), options: {} },
  { name: 'system calls', xlen, abi: 'linux', elf: systemCalls(xlen), options: { inputs: [input], seed: 5n } },
  { name: 'scattered', xlen, abi: 'openvm', elf: scattered(xlen), options: {} },
]

export const fixtures = (xlen: Xlen): Subject[] => [
  { name: 'fibonacci', xlen, abi: 'openvm', elf: fixture('fibonacci', xlen), options: { inputs: [u64(1500)] } },
  { name: 'echo', xlen, abi: 'openvm', elf: fixture('echo', xlen), options: { inputs: [utf8('Grüße')] } },
  { name: 'exitcode', xlen, abi: 'openvm', elf: fixture('exitcode', xlen), options: { inputs: [Uint8Array.of(42)] } },
  { name: 'traps', xlen, abi: 'openvm', elf: fixture('traps', xlen), options: { inputs: [Uint8Array.of(1)] } },
  { name: 'hello', xlen, abi: 'linux', elf: fixture('hello', xlen), options: {} },
  {
    name: 'args',
    xlen,
    abi: 'linux',
    elf: fixture('args', xlen),
    options: { args: ['args', 'one', 'two'], inputs: [utf8('standard input\n')] },
  },
]

export const kernel = (xlen: Xlen, name: string): Subject => ({
  name: `bench-${name}`,
  xlen,
  abi: 'linux',
  elf: kernelGuest(name, xlen),
  options: { args: [name, '1'] },
})
export const randomCases = (xlen: Xlen, seed: number, cases: number): Subject => ({
  name: `random cases, seed ${seed}`,
  xlen,
  abi: 'linux',
  elf: randomGuest(xlen, seed, cases).elf,
  options: {},
})
