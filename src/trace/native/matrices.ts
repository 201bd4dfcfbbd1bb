/** One allocation for all matrices of a segment. */
import type { Air, AirSet } from '../../air/air.ts'
import type { Matrix } from '../matrix.ts'

/** Bytes that each matrix begins at a multiple of. */
const ALIGNMENT_CELLS = 16

/** Where the matrix of an AIR is. */
export interface MatrixPlace {
  /** Index of its first cell. */
  readonly offset: number
  /** 0: there is none. */
  readonly height: number
  readonly rows: number
}

export interface MatrixPlan {
  readonly set: AirSet
  /** By AIR. */
  readonly places: readonly MatrixPlace[]
  readonly cells: number
}

/** By AIR, its height and its rows; matrices of no height are left out. */
export function planMatrices(
  set: AirSet,
  heightOf: (air: Air, index: number) => Omit<MatrixPlace, 'offset'>,
): MatrixPlan {
  let cells = 0
  const places = set.airs.map((air, index) => {
    const { height, rows } = heightOf(air, index)
    const place = { offset: cells, height, rows }
    cells = Math.ceil((cells + height * air.columns.length) / ALIGNMENT_CELLS) * ALIGNMENT_CELLS
    return place
  })
  return { set, places, cells }
}

/** As C has them: where each begins, and its height. */
export const placeRecords = ({ places }: MatrixPlan): BigUint64Array<ArrayBuffer> =>
  BigUint64Array.from(places.flatMap(({ offset, height }) => [BigInt(offset), BigInt(height)]))

/** Views of those that there are. */
export function matricesIn({ set, places }: MatrixPlan, cells: Uint32Array): Matrix[] {
  return set.airs.flatMap((air, index) => {
    const { offset, height, rows } = places[index]!
    if (height === 0) return []
    return [{ air, height, rows, cells: cells.subarray(offset, offset + height * air.columns.length) }]
  })
}
