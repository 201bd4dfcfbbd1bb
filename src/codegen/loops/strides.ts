/** By how much registers, and sums of them, change in each iteration of a loop. */
import { registerNames } from '../../isa/registers.ts'
import type { Affine, Values } from './affine.ts'

/** `constant`, or `factor` times a register that the loop leaves alone. The latter is tested to be at most MOST_REGISTER_STRIDE, so both are known to be small. */
export interface Stride {
  readonly constant: number
  /** 0 where the stride is the constant. */
  readonly register: number
  readonly factor: number
}

/** A chunk of 4096 iterations with this stride stays within 256 MiB, half of guest memory. */
export const MOST_REGISTER_STRIDE = 2 ** 16
export const MOST_FACTOR = 8

const constantStride = (constant: number): Stride => ({ constant, register: 0, factor: 0 })

export const isStill = ({ constant, register }: Stride): boolean => constant === 0 && register === 0

const sameStride = (a: Stride, b: Stride): boolean => a.constant === b.constant && a.register === b.register && a.factor === b.factor

/** Of each register, in front of the loop; undefined where ways round differ or nothing is known. `backEdges`: values at the end of each way round, in terms of those at the header. */
export function stridesOf(backEdges: readonly Values[]): (Stride | undefined)[] {
  const strides = Array.from({ length: 32 }, (_, register): Stride | undefined => {
    if (register === 0) return constantStride(0)
    let stride: Stride | undefined
    for (const values of backEdges) {
      const own = strideOf(values[register], register)
      if (own === undefined || (stride !== undefined && !sameStride(stride, own))) return undefined
      stride = own
    }
    return stride
  })
  // A register leads on evenly as long as it does not change itself.
  return strides.map(stride => (stride === undefined || stride.register === 0 || (strides[stride.register] !== undefined && isStill(strides[stride.register]!)) ? stride : undefined))
}

function strideOf(value: Affine | undefined, register: number): Stride | undefined {
  const own = value?.terms.find(term => term.register === register), other = value?.terms.find(term => term.register !== register)
  if (value === undefined || own?.coefficient !== 1) return undefined
  if (other === undefined) return constantStride(value.constant)
  return value.constant === 0 && other.coefficient <= MOST_FACTOR ? { constant: 0, register: other.register, factor: other.coefficient } : undefined
}

/** Of a sum of registers. */
export function strideOfTerms(terms: Affine['terms'], strides: readonly (Stride | undefined)[]): Stride | undefined {
  let sum = constantStride(0)
  for (const { register, coefficient } of terms) {
    const own = strides[register]
    if (own === undefined) return undefined
    if (isStill(own)) continue
    if (own.register === 0 && sum.register === 0) sum = constantStride(sum.constant + own.constant * coefficient)
    else if (isStill(sum) && own.factor * coefficient <= MOST_FACTOR) sum = { ...own, factor: own.factor * coefficient }
    else return undefined
  }
  return sum
}

/** The stride's absolute value as C, with `times` in front where that is given; it has type reg where a register is in it. */
export function strideText({ constant, register, factor }: Stride, times?: string): string {
  const own = register === 0 ? `${Math.abs(constant)}` : factor === 1 ? registerNames[register]! : `${registerNames[register]!} * ${factor}`
  return times === undefined ? own : own === '1' ? times : `${times} * ${own}`
}
