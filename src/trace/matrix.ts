/** The table of an AIR in one segment: rows of canonical field elements, one after another. */
import type { Air } from '../air/air.ts'

/** Rows of a table at most: what provers take. */
export const MOST_ROWS = 2 ** 24

export interface Matrix {
  readonly air: Air
  /** Rows, with those that pad it: a power of two. */
  readonly height: number
  /** Rows that say something; padding comes behind them. */
  readonly rows: number
  /** Row by row, as many in each as the AIR has columns. */
  readonly cells: Uint32Array
  /** Of instructions: where each row comes from. */
  readonly origins?: Origins | undefined
}

/** By row: instructions retired before the one that the row is of, and its address. */
export interface Origins {
  readonly instret: Float64Array
  readonly pc: Uint32Array
}

/** Least power of two that is not less; 1 for 0. */
export const powerOfTwoFrom = (count: number): number => (count <= 1 ? 1 : 2 ** (32 - Math.clz32(count - 1)))

export const rowOf = ({ air, cells }: Matrix, row: number): Uint32Array =>
  cells.subarray(row * air.columns.length, (row + 1) * air.columns.length)

/** Rows without padding, as many as come. */
export function matrixOf(air: Air, rows: readonly ArrayLike<number>[], height = powerOfTwoFrom(rows.length)): Matrix {
  const cells = new Uint32Array(height * air.columns.length)
  for (const [index, row] of rows.entries()) cells.set(row, index * air.columns.length)
  return { air, height, rows: rows.length, cells }
}
