/** Instructions with operands at the corners of their ranges, each as a case that can be executed and filled. */
import type { AirSet } from '../../src/air/air.ts'
import type { Xlen } from '../../src/elf/image.ts'
import { encodeImmediate } from '../../src/isa/encoding.ts'
import type { Instr, Row } from '../../src/isa/row.ts'
import { decoderFor, instructionTables } from './execute.ts'
import { PUBLIC, RAM, SegmentMemory } from './memory.ts'

export interface Case {
  readonly name: string
  readonly instr: Instr
  readonly memory: () => SegmentMemory
  readonly hints?: readonly bigint[]
}

export const START = 300_000
const PC = 0x20_0800

/** The rows of one width that an AIR has. */
export function rowsOf(xlen: Xlen, { airs }: AirSet): readonly Row[] {
  const names = new Set(airs.flatMap(({ codings }) => codings.map(({ instruction }) => instruction)))
  return instructionTables
    .flatMap(({ rows }) => rows)
    .filter(({ only, kind, name: row }) => (only === undefined || only === xlen) && (kind === 'nop' || names.has(row)))
}

interface Registers {
  readonly rd: number
  readonly rs1: number
  readonly rs2: number
}

function instruction(row: Row, xlen: Xlen, { rd, rs1, rs2 }: Registers, imm: number): Instr {
  const hasRs2 = ['R', 'S', 'B'].includes(row.format)
  const hasRd = !['S', 'B'].includes(row.format)
  const hasRs1 = !['U', 'J'].includes(row.format)
  const fixed = row.kind === 'nop' && row.format === 'csr'
  const registers = fixed ? 0 : (hasRd ? rd << 7 : 0) | (hasRs1 ? rs1 << 15 : 0) | (hasRs2 ? rs2 << 20 : 0)
  const free = (row.match | registers | encodeImmediate(row.format, imm)) & ~(row.mask & ~row.match)
  const instr = decoderFor(xlen)(free | 0, PC)
  if (instr === undefined) throw new Error(`${row.name} with ${imm} is no instruction`)
  return instr
}

const DIFFERENT: Registers = { rd: 6, rs1: 5, rs2: 7 }
const SAME: Registers = { rd: 5, rs1: 5, rs2: 5 }
const TO_X0: Registers = { rd: 0, rs1: 5, rs2: 7 }
const FROM_X0: Registers = { rd: 6, rs1: 0, rs2: 0 }
const ALL_X0: Registers = { rd: 0, rs1: 0, rs2: 0 }

/** 0, 1, −1, the least and the greatest, their neighbours, and words without a pattern. */
export function cornerValues(xlen: Xlen): readonly bigint[] {
  const least = 1n << BigInt(xlen - 1)
  const numbers = [0n, 1n, -1n, least, least - 1n, least + 1n, -2n, 2n, 0x8000n, 0xffffn, 0x7fff_ffffn, 0x8000_0000n]
  const all = [...numbers, 0xffff_ffffn, 0x0123_4567_89ab_cdefn, 0xfedc_ba98_7654_3210n, BigInt(xlen), BigInt(xlen - 1)]
  return [...new Set(all.map(value => BigInt.asUintN(xlen, value)))]
}

const IMMEDIATES = [0, 1, -1, 2047, -2048, 4, -4, 0x555]
const OFFSETS = [0, 4, -4, 4092, -4096]
/** In the middle of a block, across its end, across the end of a page, and across 2^16. */
const ADDRESSES = [0x1_0000, 0x1_0fff, 0x1_fffd, 0x12_3458, 8, 0x1fff_fff0]

const name = (instr: Instr, ...facts: unknown[]): string =>
  `${instr.row.name} x${instr.rd}, x${instr.rs1}, x${instr.rs2}, ${instr.imm} (${facts.map(shown).join(', ')})`
const shown = (fact: unknown): string => (typeof fact === 'bigint' ? `0x${fact.toString(16)}` : String(fact))

/** Registers that an instruction reads, with times of earlier accesses at the corners of a gap. */
function memoryWith(xlen: Xlen, values: Readonly<Record<number, bigint>>): SegmentMemory {
  const memory = new SegmentMemory(xlen)
  const times = [0, 42, START - 1, START - (1 << 17), START - (1 << 17) - 1]
  for (const [index, [register, value]] of Object.entries(values).entries())
    memory.setRegister(Number(register), BigInt.asUintN(xlen, value), times[index % times.length]!)
  return memory
}

function* withTwo(row: Row, xlen: Xlen, immediates: readonly number[]): Generator<Case> {
  const values = cornerValues(xlen)
  for (const [index, x] of values.entries()) {
    for (const y of values) {
      const instr = instruction(row, xlen, DIFFERENT, immediates[index % immediates.length]!)
      yield { name: name(instr, x, y), instr, memory: () => memoryWith(xlen, { 5: x, 7: y, 6: 0x1234n }) }
    }
    for (const [position, registers] of [SAME, TO_X0, FROM_X0, ALL_X0].entries()) {
      const instr = instruction(row, xlen, registers, immediates[position % immediates.length]!)
      yield { name: name(instr, x), instr, memory: () => memoryWith(xlen, { 5: x, 7: x, 6: 7n }) }
    }
  }
}

function* withOne(row: Row, xlen: Xlen, immediates: readonly number[]): Generator<Case> {
  for (const x of cornerValues(xlen)) {
    for (const imm of immediates) {
      for (const registers of [DIFFERENT, SAME, TO_X0, FROM_X0, ALL_X0]) {
        const instr = instruction(row, xlen, registers, imm)
        yield { name: name(instr, x), instr, memory: () => memoryWith(xlen, { 5: x, 6: 7n }) }
      }
    }
  }
}

function* withAddress(row: Row, xlen: Xlen, width: number): Generator<Case> {
  const places = xlen === 64 ? Array.from({ length: 8 }, (_, place) => place) : [0, 1, 2, 3]
  for (const start of ADDRESSES) {
    for (const place of places) {
      const address = (start & ~7) + place
      if (xlen === 32 && address % width !== 0) continue
      for (const imm of [0, 1, -1, 2047, -2048]) {
        const base = address - imm
        if (base < 0) continue
        for (const registers of [DIFFERENT, SAME, TO_X0]) {
          const instr = instruction(row, xlen, registers, imm)
          const memory = (): SegmentMemory => {
            const made = memoryWith(xlen, { 7: 0xf1e2_d3c4_b5a6_9788n, 6: 0x1234n })
            made.setRegister(5, BigInt(base), 99)
            for (let block = (address & ~7) - 8; block <= address + 8; block += xlen / 8)
              if (block >= 0) made.set(RAM, block, BigInt.asUintN(xlen, 0x8f7e_6d5c_0b1a_29f8n * BigInt(block + 1)), 7)
            return made
          }
          yield { name: name(instr, address.toString(16)), instr, memory }
        }
      }
    }
  }
}

/** Accesses near address 0, by x0; what is stored is x0, too. */
function* nearZero(row: Row, xlen: Xlen): Generator<Case> {
  for (const imm of [0, 8, 2040]) {
    for (const registers of [FROM_X0, ALL_X0]) {
      const instr = instruction(row, xlen, registers, imm)
      const memory = (): SegmentMemory => {
        const made = memoryWith(xlen, { 6: 0x1234n })
        made.set(RAM, imm, BigInt.asUintN(xlen, 0x8f7e_6d5c_8b9a_a9f8n), 7)
        return made
      }
      yield { name: name(instr), instr, memory }
    }
  }
}

function* withHost(row: Row, xlen: Xlen): Generator<Case> {
  const isReveal = row.name === 'reveal'
  const isHint = row.name.startsWith('hint_') && !['hint_input', 'hint_random'].includes(row.name)
  // A buffer of several words lies across the end of a page; pointer and count, or pointer and value, may be one register.
  const choices: readonly (readonly [registers: Registers, pointer: number, words: number])[] = [
    [{ rd: 6, rs1: 5, rs2: 0 }, 0x2_0000, 1],
    [{ rd: 0, rs1: 5, rs2: 0 }, 0, 1],
    ...(row.name === 'hint_buffer'
      ? ([
          [{ rd: 6, rs1: 5, rs2: 0 }, 0x2_0000, 2],
          [{ rd: 6, rs1: 5, rs2: 0 }, 0x1_0ff8, 5],
          [{ rd: 5, rs1: 5, rs2: 0 }, 8, 8],
        ] as const)
      : []),
    ...(isReveal
      ? (
          [
            { rd: 5, rs1: 5, rs2: 0 },
            { rd: 6, rs1: 0, rs2: 0 },
          ] as const
        ).map(each => [each, 0, 1] as const)
      : []),
  ]
  for (const [registers, place, words] of choices) {
    if (isReveal && registers.rd === 0) continue
    const pointer = isReveal ? 16 : place
    const instr = instruction(row, xlen, registers, isReveal ? -8 : 0)
    const memory = (): SegmentMemory => {
      const made = memoryWith(xlen, { 6: BigInt(pointer), 5: BigInt(registers.rd === 5 ? pointer : words) })
      made.set(RAM, pointer, 0x0102_0304n, 12)
      made.set(PUBLIC, 8, 0x55n, 13)
      return made
    }
    const hints = Array.from({ length: words }, (_, k) => BigInt.asUintN(xlen, 0xfedc_ba98_7654_3210n + BigInt(k)))
    yield { name: name(instr, pointer, words), instr, memory, hints: isHint ? hints : [] }
  }
}

/** Targets of jumps: odd ones, the jump itself, near 0 and just below 2^30. */
function* withTarget(row: Row, xlen: Xlen): Generator<Case> {
  for (const imm of IMMEDIATES) {
    for (const target of [0, 1, 2, 3, PC, PC + 1, 0x1_0000, 0x1_0001, 0xffff, 2 ** 30 - 1, 2 ** 30 - 4]) {
      for (const registers of [DIFFERENT, SAME, TO_X0]) {
        const instr = instruction(row, xlen, registers, imm)
        // The sum may pass 2^32 in registers of 32 bits only.
        if (xlen === 64 && target - imm < 0) continue
        yield { name: name(instr, target), instr, memory: () => memoryWith(xlen, { 5: BigInt(target - imm), 6: 7n }) }
      }
    }
  }
}

/** Numbers of 256 bits as words: corners of each word, and of what goes over into the next. */
const LONG: readonly (readonly bigint[])[] = [
  [0n, 0n, 0n, 0n],
  [1n, 0n, 0n, 0n],
  [-1n, -1n, -1n, -1n],
  [-1n, -1n, -1n, -1n >> 1n],
  [0n, 0n, 0n, 1n << 63n],
  [0n, 1n, 0n, 0n],
  [-1n, 0n, -1n, 0n],
  [0xffffn, 0x1_0000n, 0xffff_0000_0000n, 1n],
  [0x0123_4567_89ab_cdefn, 0xfedc_ba98_7654_3210n, 0x8000_7fff_8000_7fffn, 0x1111_2222_3333_4444n],
]

/** Where operands lie: apart, one and the same, overlapping, at the end of a page and of memory, at 0. */
const OPERANDS: readonly (readonly [rd: number, rs1: number, rs2: number])[] = [
  [0x2_0000, 0x1_0000, 0x1_0020],
  [0x1_0000, 0x1_0000, 0x1_0000],
  [0x1_0008, 0x1_0000, 0x1_0010],
  [0x1fff_ffe0, 0x0ff0, 0],
  [0, 0xffe8, 0x1fff_ffe0],
]

/** Calls on memory: registers of their own, one for all, and x0, which points to address 0. */
function* withPointers(row: Row, xlen: Xlen): Generator<Case> {
  for (const [index, x] of LONG.entries()) {
    for (const y of LONG) {
      const [rd, rs1, rs2] = OPERANDS[index % OPERANDS.length]!
      const instr = instruction(row, xlen, DIFFERENT, 0)
      yield { name: name(instr, ...x, ...y), instr, memory: () => memoryOf({ [6]: rd, [5]: rs1, [7]: rs2 }, x, y) }
    }
    for (const registers of [SAME, TO_X0, FROM_X0]) {
      const instr = instruction(row, xlen, registers, 0)
      yield { name: name(instr, ...x), instr, memory: () => memoryOf({ 5: 0x1_0000, 6: 0x1_0008, 7: 0x40 }, x, x) }
    }
  }

  function memoryOf(pointers: Readonly<Record<number, number>>, x: readonly bigint[], y: readonly bigint[]) {
    const values = Object.fromEntries(Object.entries(pointers).map(([register, at]) => [register, BigInt(at)]))
    const made = memoryWith(xlen, values)
    for (const [pointer, words] of [
      [pointers[6]!, LONG.at(-1)!],
      [pointers[5]!, x],
      [pointers[7]!, y],
    ] as const)
      for (const [k, word] of words.entries()) made.set(RAM, pointer + 8 * k, BigInt.asUintN(64, word), 7 + k)
    return made
  }
}

function* both(...parts: readonly Generator<Case>[]): Generator<Case> {
  for (const part of parts) yield* part
}

export function casesOf(row: Row, xlen: Xlen): Generator<Case> {
  const shifts = [0, 1, 7, 8, 15, 16, 17, 31, ...(xlen === 64 && row.format === 'shift' ? [32, 48, 63] : [])]
  switch (row.kind) {
    case 'alu':
      if (row.source === 'register') return withTwo(row, xlen, [0])
      return withOne(row, xlen, row.format.startsWith('shift') ? shifts : IMMEDIATES)
    case 'upper':
      return withOne(row, xlen, [0, 0x1000, -0x1000, 0x7fff_f000, -0x8000_0000, 0x1234_5000])
    case 'branch':
      return withTwo(row, xlen, OFFSETS)
    case 'load':
    case 'store':
      return both(withAddress(row, xlen, row.width), nearZero(row, xlen))
    case 'jal':
      return withOne(row, xlen, [0, 4, -4, 0xf_fffc, -0x10_0000])
    case 'jalr':
      return withTarget(row, xlen)
    case 'nop':
      return withOne(row, xlen, [0])
    case 'host':
      return withHost(row, xlen)
    case 'call':
      return withPointers(row, xlen)
  }
}
