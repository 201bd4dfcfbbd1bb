/** Where the regions of a guest are cut into C files. */
import { createHash } from 'node:crypto'

/** Sizes are guest instructions. */
export interface UnitLimits {
  /** The size of a C file: small enough that two compilers have work, large enough that headers do not matter. */
  readonly size: number
  /**
   * Guests with this many instructions, and names of functions, have units that stay the same when other functions
   * change.
   */
  readonly stableFrom: number
  /**
   * Stable units: below `least` no cut, from `most` on one at the next function, between them in front of functions
   * with certain names.
   */
  readonly least: number
  readonly most: number
  /** One function in so many has such a name. */
  readonly oneIn: number
}

export const defaultUnitLimits: UnitLimits = { size: 5000, stableFrom: 20_000, least: 1500, most: 6000, oneIn: 16 }

/**
 * May a stable unit start with the function? Its name alone decides, so that a guest that grows elsewhere is cut in the
 * same places.
 */
export const startsUnit = (name: string, { oneIn }: UnitLimits): boolean =>
  createHash('sha256').update(name).digest().readUInt32LE() % oneIn === 0
