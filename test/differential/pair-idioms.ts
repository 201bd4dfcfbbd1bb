/** What compilers make of 64-bit arithmetic on RV32, at random: carries, products, shifts and rotations across two registers, with aliases and interruptions. */
import type { Random } from './generator.ts'

type Emit = (name: string, operands: { rd?: number; rs1?: number; rs2?: number; imm?: number }) => void
interface RegisterPair {
  readonly low: number
  readonly high: number
}

const PAIRS: readonly RegisterPair[] = [
  [5, 6],
  [7, 10],
  [11, 12],
  [13, 14],
  [16, 15],
  [17, 18],
].map(([low, high]) => ({ low: low!, high: high! }))
const TEMPORARIES = [19, 20, 21, 22, 28, 29]
/** Offsets lie close together, so that accesses overlap. */
const OFFSETS = 5

/**
 * Emits `count` operations on register pairs; `interrupt` puts something else between their instructions now and then.
 */
export function emitPairIdioms(
  emit: Emit,
  random: Random,
  count: number,
  bases: readonly number[],
  interrupt: () => void,
): void {
  const put: Emit = (name, operands) => {
    if (random.below(24) === 0) interrupt()
    emit(name, operands)
  }
  const pair = (): RegisterPair => {
    const { low, high } = random.pick(PAIRS)
    // Now and then the wrong way round, or halves of two.
    return random.below(12) === 0
      ? { low: high, high: low }
      : random.below(16) === 0
        ? { low, high: random.pick(PAIRS).high }
        : { low, high }
  }
  const temporary = (): number => random.pick(TEMPORARIES)
  const add = (to: RegisterPair, x: RegisterPair, z: RegisterPair): void => {
    const carry = temporary()
    const sum = temporary()
    const compared = random.pick([x.low, z.low])
    put('add', { rd: to.low, rs1: x.low, rs2: z.low })
    put('sltu', { rd: carry, rs1: to.low, rs2: compared })
    if (random.below(2) === 0) {
      put('add', { rd: sum, rs1: x.high, rs2: z.high })
      put('add', { rd: to.high, rs1: sum, rs2: carry })
    } else {
      put('add', { rd: sum, rs1: carry, rs2: x.high })
      put('add', { rd: to.high, rs1: z.high, rs2: sum })
    }
  }
  const funnel = (rd: number, high: number, low: number, amount: number): void => {
    const one = temporary()
    const two = temporary()
    put('slli', { rd: one, rs1: high, imm: amount })
    put('srli', { rd: two, rs1: low, imm: 32 - amount })
    put('or', random.below(2) === 0 ? { rd, rs1: one, rs2: two } : { rd, rs1: two, rs2: one })
  }
  const idioms: readonly (() => void)[] = [
    () => add(pair(), pair(), pair()),
    () => {
      const to = pair()
      const x = pair()
      const z = pair()
      const borrow = temporary()
      const rest = temporary()
      put('sltu', { rd: borrow, rs1: x.low, rs2: z.low })
      put('sub', { rd: rest, rs1: x.high, rs2: z.high })
      put('sub', { rd: to.low, rs1: x.low, rs2: z.low })
      put('sub', { rd: to.high, rs1: rest, rs2: borrow })
    },
    () => {
      const to = pair()
      const x = pair()
      const imm = random.below(64) - 32
      const carry = temporary()
      put('addi', { rd: to.low, rs1: x.low, imm })
      put('sltu', { rd: carry, rs1: to.low, rs2: x.low })
      put('add', { rd: to.high, rs1: x.high, rs2: carry })
      if (imm < 0) put('addi', { rd: to.high, rs1: to.high, imm: -1 })
    },
    () => {
      // Multiply and accumulate, the high halves summed first as gcc does.
      const to = pair()
      const a = pair().low
      const b = pair().low
      const low = temporary()
      const high = temporary()
      const carry = temporary()
      put('mul', { rd: low, rs1: a, rs2: b })
      put(random.pick(['mulhu', 'mulhu', 'mulh', 'mulhsu']), { rd: high, rs1: a, rs2: b })
      put('add', { rd: low, rs1: to.low, rs2: low })
      put('sltu', { rd: carry, rs1: low, rs2: to.low })
      put('add', { rd: to.high, rs1: to.high, rs2: high })
      put('addi', { rd: to.low, rs1: low, imm: 0 })
      put('add', { rd: to.high, rs1: carry, rs2: to.high })
    },
    () => {
      const { low, high } = pair()
      const to = pair()
      const amount = 1 + random.below(31)
      funnel(TEMPORARIES[0]!, high, low, amount)
      funnel(to.low, low, high, amount)
      put('addi', { rd: to.high, rs1: TEMPORARIES[0]!, imm: 0 })
    },
    () => {
      const { low, high } = pair()
      const to = pair()
      const amount = 1 + random.below(31)
      const half = temporary()
      if (random.below(2) === 0) {
        funnel(half, high, low, amount)
        put('slli', { rd: to.low, rs1: low, imm: amount })
        put('addi', { rd: to.high, rs1: half, imm: 0 })
      } else {
        funnel(half, high, low, amount)
        put(random.pick(['srli', 'srai']), { rd: to.high, rs1: high, imm: 32 - amount })
        put('addi', { rd: to.low, rs1: half, imm: 0 })
      }
    },
    () => {
      const name = random.pick(['xor', 'and', 'or'])
      const to = pair()
      const x = pair()
      const z = pair()
      put(name, { rd: to.low, rs1: x.low, rs2: z.low })
      put(name, { rd: to.high, rs1: z.high, rs2: x.high })
    },
    () => {
      const to = pair()
      const x = pair()
      const name = random.pick(['xori', 'andi', 'ori'])
      put(name, { rd: to.low, rs1: x.low, imm: random.pick([-1, 255]) })
      put(name, { rd: to.high, rs1: x.high, imm: random.pick([-1, 0]) })
    },
    () => {
      const to = pair()
      const rs1 = random.pick(bases)
      const imm = 4 * random.below(OFFSETS) + (random.below(8) === 0 ? 2 : 0)
      put('lw', { rd: to.low, rs1, imm })
      put('lw', { rd: to.high, rs1, imm: imm + 4 })
    },
    () => {
      const from = pair()
      const rs1 = random.pick(bases)
      const imm = 4 * random.below(OFFSETS)
      put(random.pick(['sw', 'sw', 'sw', 'sb']), { rs1, rs2: from.low, imm })
      put('sw', { rs1, rs2: from.high, imm: imm + 4 })
    },
    () => {
      const to = pair()
      put('lui', { rd: to.low, imm: random.word() & ~0xfff })
      put('addi', { rd: to.high, rs1: 0, imm: random.pick([0, 1, -1]) })
    },
  ]
  for (let n = 0; n < count; n++) random.pick(idioms)()
}
