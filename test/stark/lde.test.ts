/** The low-degree extension in C against polynomials that are evaluated term by term. */
import { afterAll, describe, expect, test } from 'vitest'
import { randomSource } from '../support/random.ts'
import { bytesOf, CANCELLED, DONE, kernels, ways, type LdeShape } from './kernels.ts'

const P = 2013265921n
const GENERATOR = 31n

const times = (a: bigint, b: bigint): bigint => (a * b) % P
const power = (a: bigint, exponent: bigint): bigint =>
  exponent === 0n ? 1n : times(power(times(a, a), exponent / 2n), exponent % 2n === 1n ? a : 1n)
const inverse = (a: bigint): bigint => power(a, P - 2n)
const rootOf = (k: number): bigint => power(power(GENERATOR, 15n), 2n ** BigInt(27 - k))

function reversed(index: number, bits: number): number {
  let result = 0
  for (let bit = 0; bit < bits; bit++) if ((index >> bit) & 1) result |= 1 << (bits - 1 - bit)
  return result
}

/** Σ values[i] × x^i. */
const evaluated = (values: readonly bigint[], x: bigint): bigint =>
  values.reduceRight((sum, value) => (times(sum, x) + value) % P, 0n)

/** What a column of values on shift × H becomes. */
function extended(column: readonly bigint[], logN: number, blowup: number, shift = 1n): number[] {
  const n = column.length
  const back = inverse(rootOf(logN))
  const coefficients = column.map((_, m) => {
    const sum = evaluated(column, power(back, BigInt(m)))
    return times(sum, times(inverse(BigInt(n)), power(inverse(shift), BigInt(m))))
  })
  const bits = logN + blowup
  return Array.from({ length: n << blowup }, (_, j) =>
    Number(evaluated(coefficients, times(GENERATOR, power(rootOf(bits), BigInt(reversed(j, bits)))))),
  )
}

const built = kernels()
afterAll(() => built[Symbol.dispose]())

/** A matrix with room for its extension; every word that is no cell of the trace is `rest`. */
function matrix({ stride, width, logN, blowup }: LdeShape, rest: number, at = 0): Uint32Array {
  const random = randomSource(stride * 1000 + width * 100 + logN)
  const rows = new Uint32Array(stride << (logN + blowup)).fill(rest)
  const edges = [0, 1, Number(P) - 1]
  for (let row = 0; row < 1 << logN; row++)
    for (let column = 0; column < width; column++)
      rows[row * stride + at + column] = edges[random(7)] ?? random(Number(P))
  return rows
}

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0)

const columnOf = (rows: Uint32Array, stride: number, column: number, height: number): number[] =>
  Array.from({ length: height }, (_, row) => rows[row * stride + column]!)

describe.each([
  { stride: 16, width: 3, logN: 0, blowup: 1 },
  { stride: 16, width: 16, logN: 1, blowup: 3 },
  { stride: 16, width: 1, logN: 2, blowup: 1 },
  { stride: 48, width: 37, logN: 3, blowup: 2 },
  { stride: 16, width: 9, logN: 4, blowup: 1 },
  { stride: 80, width: 66, logN: 5, blowup: 1 },
  { stride: 16, width: 2, logN: 6, blowup: 2 },
  { stride: 16, width: 1, logN: 7, blowup: 1 },
])('$width columns of 2^$logN rows, $blowup more', shape => {
  const { stride, width, logN, blowup } = shape
  const height = 1 << (logN + blowup)

  test('values on g times H, and zeros behind the columns', () => {
    const rows = matrix(shape, 0xffffffff)
    const columns = Array.from({ length: width }, (_, column) => columnOf(rows, stride, column, 1 << logN).map(BigInt))
    expect(built.lde(rows, shape)).toEqual({ status: 0, progress: (height * stride) / 16 })
    for (const [index, column] of columns.entries())
      expect(columnOf(rows, stride, index, height)).toEqual(extended(column, logN, blowup))
    for (let column = width; column < stride; column++)
      expect(columnOf(rows, stride, column, height)).toEqual(zeros(height))
  })

  test('of values on a coset, beside columns that stay', () => {
    const at = width < stride ? stride - width : 0
    const rows = matrix(shape, 77, at)
    const columns = Array.from({ length: width }, (_, k) => columnOf(rows, stride, at + k, 1 << logN).map(BigInt))
    expect(built.ldeShifted(rows, shape, { shift: 12345, at }).status).toBe(0)
    for (const [index, column] of columns.entries())
      expect(columnOf(rows, stride, at + index, height)).toEqual(extended(column, logN, blowup, 12345n))
    for (let column = 0; column < at; column++)
      expect(columnOf(rows, stride, column, height)).toEqual(zeros(height).map(() => 77))
  })
})

/** A column that is a few terms c × X^m, whose values need no transform. */
interface Terms {
  readonly terms: readonly { readonly c: bigint; readonly m: number }[]
}

const valueOf = ({ terms }: Terms, x: bigint): bigint =>
  terms.reduce((sum, { c, m }) => (sum + times(c, power(x, BigInt(m)))) % P, 0n)

test.each([
  { stride: 48, width: 41, logN: 11, blowup: 1 },
  { stride: 16, width: 5, logN: 12, blowup: 2 },
  { stride: 80, width: 66, logN: 13, blowup: 1 },
])('$width columns of 2^$logN rows, on every kind of CPU and any number of threads', shape => {
  const { stride, width, logN, blowup } = shape
  const random = randomSource(logN)
  const columns = Array.from({ length: width }, (_, column) => ({
    terms: [0, 1, 2].map(k => ({ c: BigInt(random(Number(P))), m: k === 0 ? column : random(1 << logN) })),
  }))
  const powers = Array.from({ length: 1 << logN }, () => 1n)
  for (let r = 1; r < powers.length; r++) powers[r] = times(powers[r - 1]!, rootOf(logN))
  const trace = new Uint32Array(stride << (logN + blowup))
  for (const [column, { terms }] of columns.entries())
    for (let r = 0; r < powers.length; r++) {
      const sum = terms.reduce((all, { c, m }) => all + c * powers[(r * m) % powers.length]!, 0n)
      trace[r * stride + column] = Number(sum % P)
    }
  const rows = trace.slice()
  expect(built.lde(rows, shape)).toMatchObject(DONE)
  const bits = logN + blowup
  for (let sample = 0; sample < 300; sample++) {
    const [j, column] = [random(1 << bits), random(width)]
    const x = times(GENERATOR, power(rootOf(bits), BigInt(reversed(j, bits))))
    expect(rows[j * stride + column]).toBe(Number(valueOf(columns[column]!, x)))
  }
  for (const work of ways) {
    const others = trace.slice()
    expect(built.lde(others, shape, work)).toMatchObject(DONE)
    expect(Buffer.compare(bytesOf(others), bytesOf(rows))).toBe(0)
  }
})

test('it stops when it is told to', () => {
  const shape = { stride: 16, width: 16, logN: 8, blowup: 1 }
  expect(built.lde(matrix(shape, 0), shape, { cancelled: true })).toMatchObject(CANCELLED)
})
