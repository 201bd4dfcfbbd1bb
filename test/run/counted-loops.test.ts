/** Loops that are counted in front of them: every branch, every direction, steps in registers, exits in the middle, values at the edges. */
import { expect, inject, test } from 'vitest'
import type { Xlen } from '../../src/elf/image.ts'
import { Rvr } from '../../src/index.ts'
import { defaultMachine } from '../../src/machine/machine.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { randomSource } from '../support/random.ts'
import { piecesOf } from '../metering/support.ts'
import { expectSame } from './support.ts'

const TEXT = 0x10000
const DATA = 0x400000

interface Step {
  readonly only?: Xlen
  /** The loop writes nothing but the stack. */
  readonly onStack?: true
  readonly write: (a: Assembler, register: 'a0' | 'a3') => unknown
}

/**
 * How a loop moves a0, which starts at `start`, against a1: by a constant, by what a4 holds, the same in 32 bits, or in
 * a word of the stack.
 */
const steps: Readonly<Record<string, Step>> = {
  up: { write: (a, r) => a.op('addi', { rd: r, rs1: r, imm: 3 }) },
  down: { write: (a, r) => a.op('addi', { rd: r, rs1: r, imm: -4 }) },
  register: { write: (a, r) => a.op('add', { rd: r, rs1: r, rs2: 'a4' }) },
  scaled: { write: (a, r) => a.op('slli', { rd: 't2', rs1: 'a4', imm: 2 }).op('add', { rd: r, rs1: 't2', rs2: r }) },
  'on the stack': { onStack: true, write: (a, r) => a.op('addi', { rd: r, rs1: r, imm: 5 }) },
  'on the stack by a register': { onStack: true, write: (a, r) => a.op('add', { rd: r, rs1: r, rs2: 'a4' }) },
  'up in 32 bits': { only: 64, write: (a, r) => a.op(r === 'a0' ? 'addiw' : 'addi', { rd: r, rs1: r, imm: 3 }) },
  'register in 32 bits': { only: 64, write: (a, r) => a.op(r === 'a0' ? 'addw' : 'add', { rd: r, rs1: r, rs2: 'a4' }) },
}

/** Where a0 and a3 live in loops that keep them on the stack. */
const HOMES = { a0: -64, a3: -96 } as const
const word = (xlen: Xlen, kind: 'l' | 's'): string => kind + (xlen === 64 ? 'd' : 'w')
const spill = (a: Assembler, xlen: Xlen, register: keyof typeof HOMES): unknown =>
  a.op(word(xlen, 's'), { rs1: 'sp', rs2: register, imm: HOMES[register] })
const reload = (a: Assembler, xlen: Xlen, register: keyof typeof HOMES): unknown =>
  a.op(word(xlen, 'l'), { rd: register, rs1: 'sp', imm: HOMES[register] })

interface Shape {
  readonly branch: string
  readonly swapped: boolean
  readonly middle: boolean
  readonly step: string
}

const shapes = (xlen: Xlen): Shape[] =>
  ['beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu'].flatMap(branch =>
    [false, true].flatMap(swapped =>
      [false, true].flatMap(middle =>
        Object.entries(steps)
          .filter(([, { only }]) => only === undefined || only === xlen)
          .map(([step]) => ({ branch, swapped, middle, step })),
      ),
    ),
  )

const isAtLength = isExhaustive || process.env['RVR_FUZZ_ROUNDS'] !== undefined

/**
 * Numbers of the shapes that a guest has. Compiling them takes the time: none has all, unless at length, but every step
 * and every branch. Modes pure and metered-cost have different halves.
 */
function chosenShapes(xlen: Xlen, mode: string): ReadonlySet<number> {
  const ways = Object.values(steps).filter(({ only }) => only === undefined || only === xlen).length
  const isChosen = (index: number): boolean => {
    if (isAtLength) return true
    if (mode === 'metered') return index % 5 === 0
    return (index + Math.floor(index / ways)) % 2 === (mode === 'pure' ? 1 : 0)
  }
  return new Set([...shapes(xlen).keys()].filter(isChosen))
}

/** Words are added up in a2 and written back; t0 and t1 hold something else in each iteration. */
function loop(a: Assembler, xlen: Xlen, index: number, { branch, swapped, middle, step }: Shape): void {
  const { write, onStack } = steps[step]!
  const body = (): unknown =>
    a
      .op('lw', { rd: 't0', rs1: 'a3', imm: 8 })
      .op('add', { rd: 't0', rs1: 't0', rs2: 'a0' })
      .op('xor', { rd: 't1', rs1: 't0', rs2: 'a2' })
      .op('add', { rd: 'a2', rs1: 'a2', rs2: 't1' })
      .op('sw', onStack ? { rs1: 'sp', rs2: 't0', imm: -40 } : { rs1: 'a3', rs2: 't0', imm: 8 })
  const compare = (target: string): unknown =>
    a.op(branch, { ...(swapped ? { rs1: 'a1', rs2: 'a0' } : { rs1: 'a0', rs2: 'a1' }), target })
  const keep = (how: typeof spill): void => {
    if (onStack) for (const register of ['a0', 'a3'] as const) how(a, xlen, register)
  }
  const move = (): void => {
    write(a, 'a0')
    write(a, 'a3')
    keep(spill)
  }
  keep(spill)
  a.label(`loop ${index}`)
  keep(reload)
  body()
  if (middle) {
    compare(`exit ${index}`)
    move()
    a.op('jal', { target: `loop ${index}` }).label(`exit ${index}`)
  } else {
    move()
    compare(`loop ${index}`)
  }
  a.op('jal', { target: 'end' })
}

/**
 * The first argument chooses a shape and says start, end and step, each as (character - 64) << (character - 33); the
 * loop starts 40 before and ends 40 behind that.
 */
function guest(xlen: Xlen, chosen: ReadonlySet<number>): Uint8Array {
  const a = assembler(xlen, TEXT)
  a.op(xlen === 32 ? 'lw' : 'ld', { rd: 's0', rs1: 'sp', imm: xlen / 8 }).li('a3', DATA + 4096)
  for (const [index, register] of (['a0', 'a1', 'a4'] as const).entries()) {
    a.op('lbu', { rd: register, rs1: 's0', imm: 1 + 2 * index })
      .op('addi', { rd: register, rs1: register, imm: -64 })
      .op('lbu', { rd: 't0', rs1: 's0', imm: 2 + 2 * index })
      .op('addi', { rd: 't0', rs1: 't0', imm: -33 })
    a.op('sll', { rd: register, rs1: register, rs2: 't0' })
  }
  a.op('addi', { rd: 'a0', rs1: 'a0', imm: -40 }).op('addi', { rd: 'a1', rs1: 'a1', imm: 40 })
  a.op('lbu', { rd: 's1', rs1: 's0' })
    .op('lbu', { rd: 't0', rs1: 's0', imm: 7 })
    .op('add', { rd: 's1', rs1: 's1', rs2: 't0' })
  for (const [index, shape] of shapes(xlen).entries()) {
    if (!chosen.has(index)) continue
    a.li('t0', 66 + index).op('bne', { rs1: 's1', rs2: 't0', target: `not ${index}` })
    loop(a, xlen, index, shape)
    a.label(`not ${index}`)
  }
  a.label('end').li('a7', 93).li('a0', 0).op('ecall')
  return buildElf({ xlen, entry: TEXT, segments: [{ address: TEXT, bytes: a.finish(), flags: 5 }] })
}

test.each([
  [64, undefined, 'pure'],
  [32, 'gcc', 'metered-cost'],
  [64, undefined, 'metered'],
] as const)('RV%i, %s, mode %s', async (xlen, cc, mode) => {
  await using rvr = await Rvr.create({ cacheDir: inject('sharedCache'), ...(cc !== undefined && { cc }) })
  const isMetered = mode === 'metered'
  // Checks lie close together, so that loops meet them.
  const usual = defaultMachine(xlen)
  const machine = { ...usual, limits: { ...usual.limits, checkInterval: 100 } }
  const chosen = chosenShapes(xlen, mode)
  const loaded = await rvr.load(guest(xlen, chosen), { abi: 'linux', ...(isMetered && { machine }) })
  const native = await loaded.compile(mode)
  const interpreter = loaded.interpret(mode)
  const random = randomSource(xlen + 1)
  const text = (value: number, shift = 0): string => String.fromCharCode(64 + value, 33 + shift)
  const triples = [
    [text(0), text(60), text(3)],
    [text(60), text(0), text(-3)],
    [text(-30), text(31), text(7)],
    [text(31), text(-30), text(1)],
    [text(0), text(0), text(0)],
    [text(5), text(45), text(8)],
    [text(45), text(6), text(-1, xlen - 1)],
    [text(-1, xlen - 3), text(1, xlen - 2), text(1, xlen - 4)],
    [text(1, xlen - 2), text(1, xlen - 1), text(1, xlen - 3)],
    [text(-9), text(9), text(1, 12)],
    [text(-20), text(20), text(1, 27)],
    // Around the ends of 32 bits.
    [text(-1, 31), text(1, 31), text(1, 28)],
    [text(1, 31), text(1, xlen === 64 ? 33 : 29), text(1, 29)],
    [text(63, 25), text(62, 25), text(1, 24)],
  ]
  // A few iterations, if nothing were lost at the end of 32 bits.
  const across = [text(1, 31), text(1, 31), text(1, 2)]
  const outcomes = new Map<string, number>()
  for (const [index, { step }] of shapes(xlen).entries()) {
    // The sum of two characters is the shape, so that there are enough.
    const first = 33 + Math.min(index, 90)
    const second = 66 + index - first
    if (!chosen.has(index)) continue
    // Not all of them with each shape unless at length: a run takes a while.
    const some = isAtLength ? triples : [triples[(index * 5) % triples.length]!]
    for (const triple of step.endsWith('in 32 bits') ? [...some, across] : some) {
      const args = [String.fromCharCode(first) + triple.join('') + String.fromCharCode(second)]
      // Native code runs until less than 4000 are left.
      const options = {
        args,
        maxInstructions: 5500 + random(1500),
        ...(isMetered && { segmentLimits: { maxTraceHeight: [64, 512, 8192][index % 3]! } }),
      }
      using wanted = await interpreter.execute(options)
      using found = await native.execute(options)
      expectSame(found, wanted)
      if (isMetered) expect(piecesOf(found), args[0]).toEqual(piecesOf(wanted))
      const outcome = wanted.trap?.kind ?? wanted.outcome
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
  }
  expect([...outcomes.keys()].toSorted()).toEqual(['load-outside', 'suspended', 'terminated'])
  expect(outcomes.get('terminated')).toBeGreaterThan(chosen.size / 4)
})
