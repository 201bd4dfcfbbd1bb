/** By how much registers, and sums of them, change in each iteration of a loop. */
import { sameTerms, union, type Affine, type Sum, type Values } from './affine.ts'

/**
 * `constant`, or `factor` times a register that the loop leaves alone. The latter is tested to be at most
 * MOST_REGISTER_STRIDE, so both are known to be small.
 */
export interface Stride {
  readonly constant: number
  /** 0 where the stride is the constant. */
  readonly register: number
  readonly factor: number
  /** Sums that have to lie in 32 bits in each iteration. */
  readonly narrow: readonly Sum[]
}

/** Addresses `value of terms + low … + high` at the header, which move by `stride` in each iteration. */
export interface HoistedCheck {
  readonly terms: Sum['terms']
  readonly low: number
  readonly high: number
  readonly stride: Stride
}

/** What the test in front of a loop has to say besides where accesses go. */
export interface Assumptions {
  /** Registers that are strides. */
  readonly registers: Set<number>
  narrow: readonly Sum[]
}

const MOST_FACTOR = 8
/** A chunk of 4096 iterations with this stride, times a factor, stays within 256 MiB, half of guest memory. */
export const MOST_REGISTER_STRIDE = 2 ** 16 / MOST_FACTOR

const constantStride = (constant: number, narrow: readonly Sum[] = []): Stride => ({
  constant,
  register: 0,
  factor: 0,
  narrow,
})

export const isStill = ({ constant, register }: Stride): boolean => constant === 0 && register === 0

const sameStride = (a: Stride, b: Stride): boolean =>
  a.constant === b.constant && a.register === b.register && a.factor === b.factor

/**
 * Of each register, in front of the loop; undefined where ways round differ or nothing is known. `backEdges`: values at
 * the end of each way round, in terms of those at the header.
 */
export function stridesOf(backEdges: readonly Values[]): (Stride | undefined)[] {
  const strides = Array.from({ length: backEdges[0]?.length ?? 0 }, (_, register): Stride | undefined => {
    if (register === 0) return constantStride(0)
    let stride: Stride | undefined
    for (const values of backEdges) {
      const own = ownStride(values[register], register)
      if (own === undefined || (stride !== undefined && !sameStride(stride, own))) return undefined
      stride = { ...own, narrow: union(own.narrow, stride?.narrow ?? []) }
    }
    return stride
  })
  // A register leads on evenly as long as it does not change itself.
  return strides.map(stride =>
    stride === undefined ||
    stride.register === 0 ||
    (strides[stride.register] !== undefined && isStill(strides[stride.register]!))
      ? stride
      : undefined,
  )
}

function ownStride(value: Affine | undefined, register: number): Stride | undefined {
  const own = value?.terms.find(term => term.register === register)
  const other = value?.terms.find(term => term.register !== register)
  if (value === undefined || own?.coefficient !== 1) return undefined
  if (other === undefined) return constantStride(value.constant, value.narrow)
  return value.constant === 0 && other.coefficient <= MOST_FACTOR
    ? { constant: 0, register: other.register, factor: other.coefficient, narrow: value.narrow }
    : undefined
}

/** Of a sum of registers. */
function strideOfTerms(terms: Sum['terms'], strides: readonly (Stride | undefined)[]): Stride | undefined {
  let sum = constantStride(0)
  for (const { register, coefficient } of terms) {
    const own = strides[register]
    if (own === undefined) return undefined
    const narrow = union(sum.narrow, own.narrow)
    if (own.register === 0 && sum.register === 0)
      sum = constantStride(sum.constant + own.constant * coefficient, narrow)
    else if (isStill(own)) sum = { ...sum, narrow }
    else if (isStill(sum) && own.factor * coefficient <= MOST_FACTOR)
      sum = { ...own, factor: own.factor * coefficient, narrow }
    else return undefined
  }
  return sum
}

/** How a value moves, if it does so evenly under assumptions that are added to `assumptions`. */
export function strideOf(
  value: Affine,
  strides: readonly (Stride | undefined)[],
  assumptions: Assumptions,
): Stride | undefined {
  const stride = strideOfTerms(value.terms, strides)
  if (stride === undefined) return undefined
  const narrow = [...union(value.narrow, stride.narrow)]
  for (const own of narrow) {
    const other = strideOfTerms(own.terms, strides)
    if (other === undefined) return undefined
    for (const another of union(narrow, other.narrow).slice(narrow.length)) narrow.push(another)
  }
  for (const { register } of [stride, ...narrow.map(own => strideOfTerms(own.terms, strides)!)])
    if (register !== 0) assumptions.registers.add(register)
  assumptions.narrow = union(assumptions.narrow, narrow)
  return stride
}

/** Checks that the sums lie in 32 bits, one for those of the same terms. */
export function narrowChecks({ narrow }: Assumptions, strides: readonly (Stride | undefined)[]): HoistedCheck[] {
  const checks: { -readonly [K in keyof HoistedCheck]: HoistedCheck[K] }[] = []
  for (const { terms, constant } of narrow) {
    const known = checks.find(check => sameTerms(check, { terms }))
    if (known === undefined)
      checks.push({ terms, low: constant, high: constant + 1, stride: strideOfTerms(terms, strides)! })
    else {
      known.low = Math.min(known.low, constant)
      known.high = Math.max(known.high, constant + 1)
    }
  }
  return checks
}
