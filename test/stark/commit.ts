/** The root of a tree of small tables, from the text of the protocol: polynomials are evaluated point by point. */
import type { ArchivedTable } from '../../src/archive/tables.ts'
import { add, GENERATOR, inverse, mul, power, reversed, root } from './slow/field.ts'
import { join, leaf, node, wordBytes, type Digest } from './slow/hash.ts'

type Table = Pick<ArchivedTable, 'height' | 'width' | 'cells'>

/** Coefficients of the polynomial with these values on the powers of the root of unity. */
function coefficients(values: readonly number[]): number[] {
  const n = values.length
  const back = inverse(root(Math.log2(n)))
  return values.map((_, k) => {
    const sum = values.reduce((all, value, r) => add(all, mul(value, power(back, (k * r) % n))), 0)
    return mul(sum, inverse(n))
  })
}

const valueAt = (polynomial: readonly number[], x: number): number =>
  polynomial.reduceRight((all, coefficient) => add(mul(all, x), coefficient), 0)

/** Rows of the committed columns, in the order of the tree. */
function extended({ height, width, cells }: Table, logBlowUp: number): number[][] {
  const columns = Array.from({ length: width }, (_, column) =>
    coefficients(Array.from({ length: height }, (_row, row) => cells[row * width + column]!)),
  )
  const bits = Math.log2(height) + logBlowUp
  return Array.from({ length: 2 ** bits }, (_, at) => {
    const x = mul(GENERATOR, power(root(bits), reversed(bits, at)))
    return columns.map(polynomial => valueAt(polynomial, x))
  })
}

/** 8 words. @param tables in the order of the AIRs */
export function slowRoot(tables: readonly Table[], logBlowUp: number): Uint32Array {
  const groups = new Map<number, number[][]>()
  for (const table of tables) {
    const rows = extended(table, logBlowUp)
    const before = groups.get(rows.length)
    groups.set(rows.length, before === undefined ? rows : before.map((row, at) => [...row, ...rows[at]!]))
  }
  const leaves = (length: number): Digest[] | undefined => groups.get(length)?.map(row => leaf(wordBytes(row)))
  let level = leaves(Math.max(...groups.keys()))!
  while (level.length > 1) {
    const length = level.length / 2
    const own = leaves(length)
    const below = level
    level = Array.from({ length }, (_, at) => {
      const above = node(below[2 * at]!, below[2 * at + 1]!)
      return own === undefined ? above : join(above, own[at]!)
    })
  }
  const view = new DataView(level[0]!.buffer, level[0]!.byteOffset)
  return Uint32Array.from({ length: 8 }, (_, word) => view.getUint32(4 * word, true))
}
