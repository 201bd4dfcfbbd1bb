/** Guests of random innermost loops, counted and others: the first word of the stack says which one is run. */
import { MEMORY_BYTES, type Xlen } from '../../src/elf/image.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { isExhaustive } from '../support/exhaustive.ts'

const TEXT = 0x10000
const DATA = 0x300000
/** Each is a function more that compilers take their time with. */
export const LOOPS = isExhaustive || process.env['RVR_FUZZ_ROUNDS'] !== undefined ? 40 : 20

type Random = (below: number) => number
const pool = ['a0', 'a1', 'a2', 'a3', 'a4', 't0', 't1', 's0', 's1'] as const
type Register = (typeof pool)[number] | 'sp'

/**
 * What registers hold in front of a loop: places in memory and its ends, small numbers, ends of 32 bits and of XLEN.
 */
function initial(random: Random, xlen: Xlen): number | bigint {
  const near = (value: number | bigint): bigint => BigInt(value) + BigInt(random(4096) - 2048)
  switch (random(9)) {
    case 0:
    case 1:
      return near(DATA)
    case 2:
      return near(MEMORY_BYTES - 4096 * random(6))
    case 3:
      return random(64) - 32
    case 4:
      return random(2000)
    case 5:
      return BigInt.asIntN(xlen, near(2 ** 31))
    case 6:
      return BigInt.asIntN(xlen, 1n << BigInt(xlen - 1 - random(4)))
    default:
      return DATA + random(512) * 8
  }
}

function writeLoop(a: Assembler, xlen: Xlen, index: number, random: Random): void {
  const one = <T>(list: readonly T[]): T => list[random(list.length)]!
  const registers: readonly Register[] = random(3) === 0 ? [...pool, 'sp'] : pool
  for (const register of pool) a.li(register, initial(random, xlen))
  const movesStack = random(5) === 0
  if (movesStack) a.li('sp', (random(2) === 0 ? DATA : MEMORY_BYTES - 4096 * (1 + random(6))) + 8 * random(256))
  const fixed = one(pool)
  const moving = pool.filter(register => register !== fixed)
  const loads = xlen === 64 ? ['lb', 'lhu', 'lw', 'ld', 'ld'] : ['lb', 'lhu', 'lw', 'lw']
  const stores = xlen === 64 ? ['sb', 'sw', 'sd', 'sd'] : ['sb', 'sh', 'sw', 'sw']
  const offset = (): number => 8 * (random(8) - 3) + (random(6) === 0 ? random(8) : 0)
  const instruction = (): unknown => {
    const rd = random(12) === 0 ? one(registers) : one(moving)
    const rs1 = one(registers)
    const rs2 = one(registers)
    const words = xlen === 64 && random(3) === 0 ? 'w' : ''
    switch (random(10)) {
      case 0:
      case 1:
        return a.op(`addi${words}`, { rd, rs1: rd, imm: one([1, -1, 4, 8, -8, 3, 24]) })
      case 2:
        return a.op(`add${words}`, { rd, rs1: rd, rs2: fixed })
      case 3:
        return a.op(`addi${words}`, { rd, rs1, imm: random(64) - 32 })
      case 4:
        return a.op(one([`add${words}`, 'xor', 'sub']), { rd, rs1, rs2 })
      case 5:
        return a.op('slli', { rd, rs1, imm: 1 + random(4) })
      case 6:
      case 7:
        return a.op(one(loads), { rd, rs1: random(2) === 0 ? 'sp' : rs1, imm: offset() })
      default:
        return a.op(one(stores), { rs1: random(3) > 0 ? 'sp' : rs1, rs2, imm: offset() })
    }
  }
  const some = (): void => {
    for (let count = 1 + random(4); count > 0; count--) instruction()
  }
  const counter = one(moving)
  const compare = (target: string): unknown =>
    a.op(one(['beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu']), {
      ...(random(2) === 0 ? { rs1: counter, rs2: fixed } : { rs1: fixed, rs2: counter }),
      target,
    })
  a.label(`loop ${index}`)
  some()
  if (movesStack) a.op('addi', { rd: 'sp', rs1: 'sp', imm: one([16, -16, 8, 48]) })
  if (random(3) === 0) {
    compare(`exit ${index}`)
    some()
    a.op('jal', { target: `loop ${index}` })
  } else {
    some()
    if (random(2) === 0) a.op('addi', { rd: counter, rs1: counter, imm: one([1, -1, 8, -4]) })
    compare(`loop ${index}`)
  }
  a.label(`exit ${index}`).op('jal', { target: 'end' })
}

/**
 * A counted loop that keeps most of its values in words of the stack, where its pointers may lead as well. Rotations of
 * two words on RV32 are pairs, which go from iteration to iteration in one variable where nothing meets the words.
 */
function writeStackLoop(a: Assembler, xlen: Xlen, index: number, random: Random): void {
  const one = <T>(list: readonly T[]): T => list[random(list.length)]!
  const scratch = ['a0', 'a1', 't0', 't1', 's0'] as const
  const pointers = ['a2', 'a3'] as const
  const bytes = xlen / 8
  for (const register of scratch) a.li(register, initial(random, xlen))
  for (const pointer of pointers) a.li(pointer, random(3) === 0 ? DATA + 4096 : DATA + 4 * (random(48) - 16))
  const down = random(2) === 0
  a.li('sp', DATA)
    .li('a4', 1 + random(12))
    .li('s1', 0)
    .li('s4', 0)
  const offset = (): number => bytes * random(12)
  const isWritten = random(2) === 0
  const word = (kind: 'l' | 's'): string =>
    `${kind}${random(60) === 0 ? 'b' : xlen === 64 && random(40) > 0 ? 'd' : 'w'}`
  const instruction = (): unknown => {
    switch (random(9)) {
      case 0:
      case 1:
      case 2:
        return a.op(word('l'), { rd: one(scratch), rs1: 'sp', imm: offset() })
      case 3:
      case 4:
      case 5:
        return a.op(word('s'), { rs1: 'sp', rs2: one(scratch), imm: offset() })
      case 6: {
        if (random(3) === 0)
          return isWritten
            ? a.op(one(['sw', 'sb']), { rs1: one(pointers), rs2: one(scratch), imm: 4 * random(4) })
            : undefined
        // What was read is in the sum at the end.
        return a
          .op(one(['lw', 'lbu']), { rd: 'a0', rs1: one(pointers), imm: 4 * random(4) })
          .op('slli', { rd: 't0', rs1: 's4', imm: 1 })
          .op('add', { rd: 's4', rs1: 'a0', rs2: 't0' })
      }
      case 7:
        return a.op(one(['xor', 'add', 'sub', 'and']), { rd: one(scratch), rs1: one(scratch), rs2: one(scratch) })
      default: {
        const by = 1 + random(31)
        const low = offset()
        const high = offset()
        a.op('lw', { rd: 'a0', rs1: 'sp', imm: low }).op('lw', { rd: 'a1', rs1: 'sp', imm: high })
        a.op('srli', { rd: 't0', rs1: 'a0', imm: 32 - by })
          .op('slli', { rd: 't1', rs1: 'a1', imm: by })
          .op('or', { rd: 's0', rs1: 't1', rs2: 't0' })
        a.op('srli', { rd: 't0', rs1: 'a1', imm: 32 - by })
          .op('slli', { rd: 't1', rs1: 'a0', imm: by })
          .op('or', { rd: 't1', rs1: 't1', rs2: 't0' })
        return random(2) === 0
          ? undefined
          : a
              .op('sw', { rs1: 'sp', rs2: 's0', imm: random(2) === 0 ? high : offset() })
              .op('sw', { rs1: 'sp', rs2: 't1', imm: random(2) === 0 ? low : offset() })
      }
    }
  }
  a.label(`loop ${index}`)
  for (let count = 20 + random(40); count > 0; count--) instruction()
  for (const pointer of pointers)
    if (random(3) > 0) a.op('addi', { rd: pointer, rs1: pointer, imm: one([4, 8, -4, 1]) })
  a.op('addi', down ? { rd: 'a4', rs1: 'a4', imm: -1 } : { rd: 's1', rs1: 's1', imm: 1 })
  const isLeftEarly = random(3) === 0
  if (isLeftEarly)
    a.op(down ? 'beq' : 'bgeu', { rs1: down ? 'a4' : 's1', rs2: down ? 's1' : 'a4', target: `exit ${index}` })
  for (let count = isLeftEarly ? 1 + random(5) : 0; count > 0; count--) instruction()
  if (isLeftEarly) a.op('jal', { target: `loop ${index}` })
  else a.op('bne', { rs1: 'a4', rs2: 's1', target: `loop ${index}` })
  a.label(`exit ${index}`).op('jal', { target: 'end' })
}

export function loopGuest(xlen: Xlen, random: Random): Uint8Array {
  const a = assembler(xlen, TEXT)
  a.op('lw', { rd: 's2', rs1: 'sp' })
  for (let index = 0; index < LOOPS; index++) {
    a.li('s3', index).op('bne', { rs1: 's2', rs2: 's3', target: `not ${index}` })
    if (random(3) === 0) writeStackLoop(a, xlen, index, random)
    else writeLoop(a, xlen, index, random)
    a.label(`not ${index}`)
  }
  a.label('end').li('a7', 93).li('a0', 0).op('ecall')
  return buildElf({ xlen, entry: TEXT, segments: [{ address: TEXT, bytes: a.finish(), flags: 5 }] })
}
