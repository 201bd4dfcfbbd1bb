/** How wide a row of field arithmetic is, and its interactions: what the equations that it proves need. */
import { bitLength, fieldBytes } from './constants.ts'

/** Bits of a limb; bytes of a block, which is what one memory interaction moves. */
const LIMB_BITS = 8
const BLOCK_BYTES = 8

/** One equation `sum of products = quotient · p` of a row. */
export interface Equation {
  /** Greatest absolute value of the sum, where every element may be anything that fits into its limbs. */
  readonly most: bigint
  /** Are elements multiplied in it? */
  readonly isProduct: boolean
}

/** A row of field arithmetic. */
export interface FieldRow {
  readonly modulus: bigint
  /** Operands in memory that it reads, and elements of each; it writes as many elements. */
  readonly reads: number
  readonly elements: number
  /** Elements that it computes: the results and what stands between. */
  readonly variables: number
  readonly equations: readonly Equation[]
  /** Columns that tell its operations apart. */
  readonly flags: number
}

export interface RowFigures {
  readonly width: number
  readonly interactions: number
}

/** Greatest number in an element's limbs. */
export const greatestElement = (modulus: bigint): bigint => (1n << BigInt(8 * fieldBytes(modulus))) - 1n

/** Limbs of an equation's quotient and of its carries: the smaller the modulus, the larger the quotient. */
function checkedLimbs({ most, isProduct }: Equation, modulus: bigint): number {
  const limbs = fieldBytes(modulus)
  const quotient = Math.ceil(bitLength((most + modulus - 1n) / modulus) / LIMB_BITS)
  const product = quotient + Math.ceil(bitLength(modulus) / LIMB_BITS) - 1
  return quotient + Math.max(product, isProduct ? 2 * limbs - 1 : limbs)
}

/**
 * The figures of a row: what reads and writes memory, then the elements, quotients and carries, each limb of which is
 * checked by one interaction.
 */
export function fieldRowFigures({ modulus, reads, elements, variables, equations, flags }: FieldRow): RowFigures {
  const limbs = fieldBytes(modulus)
  const blocks = (elements * limbs) / BLOCK_BYTES
  const checked = variables * limbs + equations.reduce((sum, equation) => sum + checkedLimbs(equation, modulus), 0)
  return {
    // A read has a pointer, its limbs and a gap in time; each block a gap, and where it is written four cells of what
    // was there.
    width: 7 + 5 * reads + (2 * reads + 6) * blocks + 1 + reads * elements * limbs + flags + checked,
    interactions: 8 + 5 * reads + (4 * reads + 4) * blocks + checked,
  }
}
