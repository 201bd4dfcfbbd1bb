/** Random guest programs for the `linux` ABI: many short cases in one ELF, each ending with a dump of all registers. */
import type { Xlen } from '../../src/elf/image.ts'
import { encode } from '../../src/isa/encoding.ts'
import { rows as integerRows } from '../../src/isa/i/rows.ts'
import { rows as multiplyRows } from '../../src/isa/m/rows.ts'
import type { Row } from '../../src/isa/row.ts'
import { buildElf } from '../support/elf-builder.ts'
import { emitAtomics, isAtomic } from './atomics.ts'
import { compressProgram } from './compress.ts'
import { emitPairIdioms } from './pair-idioms.ts'

/** A small seeded generator (xorshift32); equal seeds give equal programs everywhere. */
export class Random {
  #state: number
  constructor(seed: number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) | 1
  }
  word(): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (this.#state = x)
  }
  below(limit: number): number {
    return (this.word() >>> 0) % limit
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }
}

const TEXT = 0x10000
const DATA = 0x800000
/**
 * gp points at the middle of a scratch area of 4096 bytes that begins with the pool of register values; tp at the next
 * dump.
 */
const GP = 3
const TP = 4
const POINTER = 8
const WALKER = 9
const COUNTER = 30
const JUMP = 31
const LINK = 1
const SCRATCH = 4096
const reserved = new Set([GP, TP, POINTER, WALKER, COUNTER])

class ProgramBuilder {
  readonly words: number[] = []
  readonly xlen: Xlen
  readonly #rows: Map<string, Row>
  constructor(xlen: Xlen, more: readonly Row[]) {
    this.xlen = xlen
    this.#rows = new Map(
      [...integerRows, ...multiplyRows, ...more]
        .filter(row => row.only === undefined || row.only === xlen)
        .map(row => [row.name, row]),
    )
  }
  get names(): string[] {
    return [...this.#rows.keys()]
  }
  row(name: string): Row {
    return this.#rows.get(name)!
  }
  emit(name: string, operands: { rd?: number | undefined; rs1?: number; rs2?: number; imm?: number }): void {
    this.words.push(encode(this.row(name), operands))
  }
  /** Leaves room for an instruction that needs to know how much follows; returns the setter. */
  hole(): (
    name: string,
    operands: (distance: number) => { rd?: number; rs1?: number; rs2?: number; imm?: number },
  ) => void {
    const at = this.words.length
    this.words.push(0)
    return (name, operands) => {
      this.words[at] = encode(this.row(name), operands((this.words.length - at) * 4))
    }
  }
  ecall(): void {
    this.words.push(0x73)
  }
}

const corners = [
  0n,
  1n,
  2n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0xffff_ffff_ffff_ffffn,
  31n,
  32n,
  63n,
  64n,
]

function emitCase(out: ProgramBuilder, random: Random): void {
  const { xlen } = out
  const load = xlen === 64 ? 'ld' : 'lw'
  const store = xlen === 64 ? 'sd' : 'sw'
  const width = xlen / 8
  const alu = out.names.filter(name => out.row(name).kind === 'alu')
  const memory = out.names.filter(name => ['load', 'store'].includes(out.row(name).kind))
  const branches = out.names.filter(name => out.row(name).kind === 'branch')
  const atomics = out.names.map(name => out.row(name)).filter(isAtomic)
  for (let r = 1; r < 32; r++)
    if (!reserved.has(r)) out.emit(load, { rd: r, rs1: GP, imm: -2048 + random.below(200) * 8 })
  let pointer = 0
  let walker = 0
  const point = (): void => {
    pointer = random.below(2000) - 1000
    out.emit('addi', { rd: POINTER, rs1: GP, imm: pointer })
    walker = Math.max(-1500, Math.min(1500, pointer + random.below(400) - 200))
    out.emit('addi', { rd: WALKER, rs1: POINTER, imm: walker - pointer })
  }
  point()
  const target = (): number => {
    for (;;) {
      const r = random.below(32)
      if (!reserved.has(r)) return r
    }
  }
  const arithmetic = (): void => {
    const name = random.pick(alu)
    const row = out.row(name)
    const imm =
      row.format === 'shift' ? random.below(64) : row.format === 'shiftw' ? random.below(32) : random.below(4096) - 2048
    out.emit(name, { rd: target(), rs1: random.below(32), rs2: random.below(32), imm })
  }
  const access = (reach = 400): void => {
    const name = random.pick(memory)
    out.emit(name, {
      rd: target(),
      rs1: random.pick([POINTER, WALKER]),
      rs2: random.below(32),
      imm: random.below(reach) - reach / 2,
    })
  }
  const simple = (): void => {
    const choice = random.below(10)
    if (choice < 6) arithmetic()
    else if (choice < 9) access()
    else if (random.below(2) === 0) out.emit('lui', { rd: target(), imm: random.word() & ~0xfff })
    // auipc would show where the code lies, which is the same everywhere: fine to compare.
    else out.emit('auipc', { rd: target(), imm: random.word() & ~0xfff })
  }
  const some = (most: number): void => {
    for (let n = 1 + random.below(most); n > 0; n--) simple()
  }
  const emit: ProgramBuilder['emit'] = (name, operands) => out.emit(name, operands)
  for (let item = 5 + random.below(12); item > 0; item--) {
    if (atomics.length > 0 && random.below(3) === 0)
      emitAtomics({ emit, random, rows: atomics, middle: GP, pointer: JUMP, target })
    switch (random.below(xlen === 32 ? 10 : 9)) {
      case 0: {
        const over = out.hole()
        some(4)
        over(random.pick(branches), distance => ({ rs1: random.below(32), rs2: random.below(32), imm: distance }))
        break
      }
      case 1: {
        const turns = 1 + random.below(9)
        out.emit('addi', { rd: COUNTER, rs1: 0, imm: turns })
        const start = out.words.length
        some(4)
        if (random.below(2) === 0) out.emit('addi', { rd: WALKER, rs1: WALKER, imm: random.below(9) })
        out.emit('addi', { rd: COUNTER, rs1: COUNTER, imm: -1 })
        out.emit('bne', { rs1: COUNTER, rs2: 0, imm: (start - out.words.length) * 4 })
        point()
        break
      }
      case 2: {
        const call = out.hole()
        const over = out.hole()
        call('jal', distance => ({ rd: LINK, imm: distance }))
        // The function may not change the link register before it returns.
        for (let n = 1 + random.below(3); n > 0; n--) {
          const before = out.words.length
          simple()
          if (((out.words[before]! >>> 7) & 31) === LINK) out.words.length = before
        }
        out.emit('jalr', { rd: 0, rs1: LINK, imm: 0 })
        over('jal', distance => ({ rd: 0, imm: distance }))
        break
      }
      case 3: {
        out.emit('auipc', { rd: JUMP, imm: 0 })
        const skip = random.below(3)
        out.emit('jalr', { rd: random.pick([0, LINK, JUMP]), rs1: JUMP, imm: 8 + skip * 4 })
        for (let n = 0; n < skip; n++) arithmetic()
        break
      }
      case 4:
        point()
        break
      case 9:
        emitPairIdioms(
          (name, operands) => out.emit(name, operands),
          random,
          3 + random.below(8),
          [POINTER, WALKER],
          simple,
        )
        break
      default:
        some(6)
    }
  }
  // Results: all registers, and a piece of what the case may have written.
  for (let r = 1; r < 32; r++) out.emit(store, { rs1: TP, rs2: r, imm: r * width })
  out.emit('addi', { rd: TP, rs1: TP, imm: 256 })
}

export interface RandomGuest {
  readonly elf: Uint8Array
  /** Bytes that the guest writes to standard output: 32 register lanes per case, then the scratch area. */
  readonly outputBytes: number
}

/** An ELF with `cases` random cases made from `seed`. `more`: instructions of sets that not every guest has.
 * `compressed`: with half-words among its words. */
export function randomGuest(
  xlen: Xlen,
  seed: number,
  cases: number,
  { more = [], compressed = false }: { readonly more?: readonly Row[]; readonly compressed?: boolean } = {},
): RandomGuest {
  const random = new Random(seed)
  const out = new ProgramBuilder(xlen, more)
  const dumpBytes = cases * 256 + 512
  const constant = (rd: number, value: number): void => {
    const low = (value << 20) >> 20
    out.emit('lui', { rd, imm: (value - low) & ~0xfff })
    out.emit(xlen === 64 ? 'addiw' : 'addi', { rd, rs1: rd, imm: low })
  }
  const dump = DATA + SCRATCH
  constant(GP, DATA + SCRATCH / 2)
  constant(TP, dump)
  for (let n = 0; n < cases; n++) emitCase(out, random)
  const body = out.words.length
  const write = (address: number, length: number): void => {
    constant(10, 1)
    constant(11, address)
    constant(12, length)
    constant(17, 64)
    out.ecall()
  }
  write(dump, cases * 256)
  write(DATA, SCRATCH)
  constant(10, 0)
  constant(17, 93)
  out.ecall()
  const data = new Uint8Array(SCRATCH)
  const lanes = new DataView(data.buffer)
  for (let at = 0; at < SCRATCH; at += 8)
    lanes.setBigUint64(
      at,
      random.below(3) === 0 ? random.pick(corners) : (BigInt(random.word() >>> 0) << 32n) | BigInt(random.word() >>> 0),
      true,
    )
  const kept = new Set([...reserved, LINK, JUMP])
  const text = compressed
    ? compressProgram(out.words, xlen, random, { registers: kept, from: body })
    : new Uint8Array(Uint32Array.from(out.words).buffer)
  return {
    elf: buildElf({
      xlen,
      entry: TEXT,
      flags: compressed ? 1 : 0,
      pageAligned: true,
      segments: [
        { address: TEXT, bytes: text, flags: 5 },
        { address: DATA, bytes: data, memorySize: SCRATCH + dumpBytes, flags: 6 },
      ],
    }),
    outputBytes: cases * 256 + SCRATCH,
  }
}
