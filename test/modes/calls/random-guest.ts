/** Random guests that call, return, jump and mark steps in every way there is, orderly and not. */
import type { Xlen } from '../../../src/elf/image.ts'
import { assembler, type Assembler } from '../../support/assembler.ts'
import { buildElf, type SymbolSpec } from '../../support/elf-builder.ts'
import { randomSource } from '../../support/random.ts'

const TEXT = 0x200800
const DATA = 0x300000
const STACK = DATA + 0x4000
/** The second stack, and where both have to lie. */
const OTHER_STACK = DATA + 0x6000
const [LOWEST, HIGHEST] = [DATA + 0x1000, DATA + 0x7f00]
/** Memory that nothing else uses, behind all stacks. */
const FREE = DATA + 0x10000
/** Bytes in front of the first function. */
const HEAD = 256
const FUNCTIONS = 9
const SLOTS = 96
const BYTES = SLOTS * 4
/** Slots behind the last function of a segment: what runs on leads back to the first function. */
const MARGIN = 24

export interface RandomGuestOptions {
  /** Function symbols for about every second function alone, or for none. */
  readonly symbols: 'all' | 'some' | 'none'
  /** Functions with code in a segment of its own, behind the first one. */
  readonly second?: boolean
  /** Loads and stores of all widths beside those of the stack, and loops along memory. */
  readonly accesses?: boolean
}

/**
 * s0 is the data, s1 what the guest's own chances come from, s2 and s3 other memory, s6 the stack that is not in use, s7 to s9 the middle and
 * the ends of all stacks, s10 how deep it may still recurse. Each function takes one from s11, and the guest ends when
 * nothing is left. Every address that may be taken for one of code is one.
 */
export function randomCalls(
  xlen: Xlen,
  seed: number,
  { symbols, second = false, accesses = false }: RandomGuestOptions,
): Uint8Array {
  const random = randomSource(seed)
  const bases = Array.from({ length: FUNCTIONS }, (_, index) => TEXT + HEAD + index * BYTES)
  if (second) for (const index of [FUNCTIONS - 2, FUNCTIONS - 1]) bases[index]! += 0x10000
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!
  const other = (): number => pick(bases) + (random(4) === 0 ? 4 * random(SLOTS) : 0)
  const code = assembler(xlen, TEXT)
  const far = assembler(xlen, second ? bases[FUNCTIONS - 2]! : 0)
  code.li('sp', STACK).li('s6', OTHER_STACK).li('s7', STACK).li('s8', LOWEST).li('s9', HIGHEST).li('s0', DATA)
  if (accesses) code.li('s2', FREE).li('s3', FREE)
  code
    .li('s1', 1 + random(1 << 30))
    .li('s10', 4)
    .li('s11', 150 + random(150))
    .li('t0', bases[1]!)
  if (random(2) === 0) writeDeep(code, bases[1]!)
  code
    .label('again')
    .op('jal', { rd: 'ra', imm: bases[0]! - code.pc })
    .op('jal', { target: 'again' })
  while (code.pc < bases[0]!) code.op('addi')
  for (const [index, base] of bases.entries()) {
    const own = second && index >= FUNCTIONS - 2 ? far : code
    writeFunction(own, { xlen, base, random, other, accesses })
  }
  for (const own of second ? [code, far] : [code]) {
    for (let slot = 0; slot < MARGIN; slot++) own.op('addi')
    own.op('jal', { imm: bases[0]! - own.pc })
  }
  const isNamed = (): boolean => symbols === 'all' || (symbols === 'some' && random(2) === 0)
  const named = bases.flatMap((address, index): SymbolSpec[] =>
    isNamed() ? [{ name: `f${index}`, address, size: random(2) * BYTES }] : [],
  )
  const data = new DataView(new ArrayBuffer(0x8000))
  for (let at = 0; at < data.byteLength; at += xlen / 8) data.setUint32(at, other(), true)
  for (let buffer = 0; buffer < 4; buffer++) data.setUint32(buffer * 16 + 8, STACK - 64 * buffer, true)
  const more = second ? [{ address: bases[FUNCTIONS - 2]!, bytes: far.finish(), flags: 5 }] : []
  return buildElf({
    xlen,
    entry: TEXT,
    segments: [
      { address: TEXT, bytes: code.finish(), flags: 5 },
      ...more,
      { address: DATA, bytes: new Uint8Array(data.buffer), flags: 6 },
    ],
    symbols: symbols === 'none' ? undefined : named,
  })
}

/** Recursion beyond the levels that are kept; from there a function is called, and then all of it is left at once. */
function writeDeep(code: Assembler, called: number): void {
  code.li('s5', 1020).op('auipc', { rd: 't3' }).op('addi', { rd: 't3', rs1: 't3', imm: 12 })
  code.op('jal', { rd: 'ra', target: 'deep' }).op('jal', { target: 'again' })
  code.label('deep').op('addi', { rd: 's5', rs1: 's5', imm: -1 }).op('beq', { rs1: 's5', target: 'deepest' })
  code.op('jal', { rd: 'ra', target: 'deep' }).label('deepest')
  code
    .op('jal', { rd: 'ra', imm: called - code.pc })
    .op('addi', { rd: 'ra', rs1: 't3' })
    .op('jalr', { rs1: 'ra' })
}

interface FunctionOptions {
  readonly xlen: Xlen
  readonly base: number
  readonly random: (below: number) => number
  /** Start of a function, now and then an address in its middle. */
  readonly other: () => number
  readonly accesses: boolean
}

function writeFunction(own: Assembler, { xlen, base, random, other, accesses }: FunctionOptions): void {
  const [load, store] = xlen === 64 ? ['ld', 'sd'] : ['lw', 'sw']
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!
  const go = (rd: 'x0' | 'ra' | 't0' | 't1'): void => {
    const target = other()
    if (random(2) === 0) own.op('jal', { rd, imm: target - own.pc })
    else own.li('t1', target).op('jalr', { rd, rs1: 't1' })
  }
  const mark = (): unknown => own.op('addi', { rd: 0, rs1: 0, imm: pick([1, 2, 3, -2048, 2047]) })
  const buffer = (): number => 16 * random(4)
  /** What one visit in `2 ** bits` does. */
  const seldom = (bits: number, write: () => unknown): void => {
    own.op('slli', { rd: 't2', rs1: 's1', imm: 2 }).op('add', { rd: 's1', rs1: 's1', rs2: 't2' })
    own.op('addi', { rd: 's1', rs1: 's1', imm: 2 * random(500) + 1 })
    own
      .op('srli', { rd: 't2', rs1: 's1', imm: 12 + random(16) })
      .op('andi', { rd: 't2', rs1: 't2', imm: 2 ** bits - 1 })
    const behind = `behind ${own.pc}`
    own.op('bne', { rs1: 't2', target: behind })
    write()
    own.label(behind)
  }
  const ways: (() => unknown)[] = [
    () => go('ra'),
    () => seldom(1, () => go('ra')),
    () => seldom(1, () => go('t0')),
    // Only its link register says that it is no call.
    () => seldom(3, () => go('t1')),
    () => seldom(2, () => go('x0')),
    mark,
    () => seldom(1, mark),
    // Recursion, as long as the counter lasts.
    () => {
      const behind = `no more ${own.pc}`
      own.op('beq', { rs1: 's10', target: behind }).op('addi', { rd: 's10', rs1: 's10', imm: -1 })
      own.op('jal', { rd: 'ra', imm: base - own.pc }).label(behind)
    },
    () => seldom(2, () => own.op('addi', { rd: 's10', rs1: 's10', imm: 1 + random(12) })),
    // What is open is left and come back to: where this function was called, and here.
    () => {
      const at = buffer()
      own.op(load, { rd: 't1', rs1: 'sp' }).op(store, { rs1: 's0', rs2: 't1', imm: at })
      own.op('addi', { rd: 't1', rs1: 'sp', imm: 16 }).op(store, { rs1: 's0', rs2: 't1', imm: at + 8 })
    },
    () => {
      const at = buffer()
      own.op('auipc', { rd: 't1' }).op('addi', { rd: 't1', rs1: 't1', imm: pick([16, 20, 8]) })
      own.op(store, { rs1: 's0', rs2: 't1', imm: at }).op(store, { rs1: 's0', rs2: 'sp', imm: at + 8 })
    },
    () =>
      seldom(3, () => {
        const at = buffer()
        own.op(load, { rd: 'ra', rs1: 's0', imm: at }).op(load, { rd: 'sp', rs1: 's0', imm: at + 8 })
        own.op('jalr', { rs1: pick(['ra', 'ra', 't0']) })
      }),
    // Returns that nobody called for.
    () => seldom(3, () => own.li('ra', other()).op('jalr', { rs1: 'ra' })),
    () => seldom(3, () => own.op('addi', { rd: 'ra', rs1: 'ra', imm: pick([4, -4, 64]) }).op('jalr', { rs1: 'ra' })),
    // Coroutines, by hint and by stack.
    () => seldom(3, () => own.op('jalr', { rd: 'ra', rs1: 't0' })),
    () => seldom(3, () => own.op('jalr', { rd: 't0', rs1: 'ra' })),
    () =>
      seldom(2, () =>
        own.op('addi', { rd: 't2', rs1: 'sp' }).op('addi', { rd: 'sp', rs1: 's6' }).op('addi', { rd: 's6', rs1: 't2' }),
      ),
    () => seldom(3, () => own.op('addi', { rd: 'sp', rs1: 'sp', imm: pick([16, -16]) })),
  ]
  if (accesses) {
    const access = (): unknown =>
      own.op(pick(['lb', 'lhu', 'lw', 'sb', 'sh', 'sw', load, store]), {
        rd: 'a0',
        rs1: 's2',
        rs2: 'a1',
        imm: random(3) === 0 ? 8 * random(64) : random(512),
      })
    ways.push(
      access,
      access,
      access,
      () => own.op('addi', { rd: 's2', rs1: pick(['s2', 's2', 's3']), imm: 32 + random(700) }),
      // A loop along memory.
      () =>
        own
          .li('t1', 1 + random(40))
          .op(pick(['sb', 'sw', store]), { rs1: 's2', rs2: 't1', imm: random(64) })
          .op('addi', { rd: 's2', rs1: 's2', imm: pick([1, 4, 8, 24]) })
          .op('addi', { rd: 't1', rs1: 't1', imm: -1 })
          .op('bne', { rs1: 't1', imm: -12 }),
    )
  }
  const end = base + BYTES
  own.op('addi', { rd: 's11', rs1: 's11', imm: -1 })
  own.op('bne', { rs1: 's11', imm: 8 }).op('terminate')
  // A stack that has run away is taken up in the middle.
  own.op('bltu', { rs1: 'sp', rs2: 's8', imm: 8 }).op('bltu', { rs1: 'sp', rs2: 's9', imm: 8 })
  own.op('addi', { rd: 'sp', rs1: 's7' })
  own.op('addi', { rd: 'sp', rs1: 'sp', imm: -16 }).op(store, { rs1: 'sp', rs2: 'ra', imm: 0 })
  while (own.pc < end - 25 * 4) pick(ways)()
  if (random(8) !== 0) own.op(load, { rd: 'ra', rs1: 'sp', imm: 0 })
  if (random(8) !== 0) own.op('addi', { rd: 'sp', rs1: 'sp', imm: 16 })
  if (random(8) !== 0) own.op('jalr', { rs1: pick(['ra', 'ra', 'ra', 't0']) })
  while (own.pc < end) own.op('addi')
}
