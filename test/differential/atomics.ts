/** Atomic instructions for random programs, at aligned places of the scratch area. */
import type { Row } from '../../src/isa/row.ts'
import type { Random } from './generator.ts'

type Emit = (name: string, operands: { rd?: number; rs1?: number; rs2?: number; imm?: number }) => void

interface Ground {
  readonly emit: Emit
  readonly random: Random
  readonly rows: readonly Row[]
  /** gp, which points at the middle of the scratch area, and a register that may be lost. */
  readonly middle: number
  readonly pointer: number
  /** A register that may be written, but for the pointer. */
  readonly target: () => number
}

export const isAtomic = ({ format }: Row): boolean => format === 'amo' || format === 'lr'

/**
 * A change, or a word that is reserved and stored, with what keeps it from being stored now and then. Nothing else
 * writes between the two: other implementations may give a reservation up where the hart itself stores.
 */
export function emitAtomics({ emit, random, rows, middle, pointer, target }: Ground): void {
  const elsewhere = (): number => {
    for (;;) {
      const register = target()
      if (register !== pointer) return register
    }
  }
  const point = (): void => emit('addi', { rd: pointer, rs1: middle, imm: (random.below(256) - 128) * 8 })
  const named = (row: Row): void =>
    emit(row.name, { rd: elsewhere(), rs1: pointer, rs2: random.below(32), imm: random.below(4) })
  point()
  if (random.below(2) === 0) return named(random.pick(rows.filter(({ name }) => name.startsWith('amo'))))
  const suffix = random.pick(rows.filter(({ format }) => format === 'lr')).name.slice(-2)
  const half = (name: string): void => named(rows.find(row => row.name === `${name}${suffix}`)!)
  if (random.below(5) > 0) half('lr')
  if (random.below(5) === 0) point()
  else emit('addi', { rd: elsewhere(), rs1: random.below(32), imm: random.below(9) })
  half('sc')
  if (random.below(3) === 0) half('sc')
}
