/** C of what the analyses of loops say: sums of registers, strides, how often a loop goes on. */
import type { Xlen } from '../../elf/image.ts'
import { SLOTS, type Sum } from '../../analysis/loops/affine.ts'
import { MOST_REGISTER_STRIDE, type Stride } from '../../analysis/loops/strides.ts'
import type { Count } from '../../analysis/loops/trips.ts'
import { registerNames, STACK_POINTER } from '../../isa/registers.ts'
import { addressOf } from '../operands.ts'

/** C of what a register, or a word of the stack that stands for one, holds at the header. */
export type NameOf = (register: number) => string

/** `slots`: offsets of those words from the stack pointer. */
export const namesWith =
  (slots: readonly number[], xlen: Xlen): NameOf =>
  register =>
    registerNames[register] ?? `*(u${xlen} *)(m + ${addressOf(STACK_POINTER, slots[register - SLOTS]!)})`

/** The sum of the terms and `constant` as C of type reg; with less than two parts it needs no parentheses. */
export function affineText({ terms, constant }: Sum, nameOf: NameOf): string {
  const parts = terms.map(({ register, coefficient }) =>
    coefficient === 1 ? nameOf(register) : `${nameOf(register)} * ${coefficient}`,
  )
  if (constant !== 0 || parts.length === 0) parts.push(`(reg)${constant}`)
  return parts.length === 1 ? parts[0]! : `(${parts.join(' + ')})`
}

function magnitude({ constant, register, factor }: Stride, nameOf: NameOf): string {
  if (register === 0) return `${Math.abs(constant)}`
  return factor === 1 ? nameOf(register) : `${nameOf(register)} * ${factor}`
}

/**
 * The stride's absolute value as C, with `times` in front where that is given; it has type reg where a register is in
 * it.
 */
export function strideText(stride: Stride, nameOf: NameOf, times?: string): string {
  const own = magnitude(stride, nameOf)
  if (times === undefined) return own
  return own === '1' ? times : `${times} * ${own}`
}

/** A count as C of type reg. */
export function countText({ low, high, stride, end, signed }: Count, nameOf: NameOf): string {
  const [from, to] = [affineText(low, nameOf), affineText(high, nameOf)]
  const step = strideText(stride, nameOf)
  const distance = `${to} - ${from}`
  // A register that is 0 leads nowhere, and one that is large might be a multiple of 2^XLEN by its factor.
  const leads = stride.register === 0 ? '' : `${nameOf(stride.register)} - 1 < ${MOST_REGISTER_STRIDE} && `
  const type = signed ? '(sreg)' : ''
  switch (end) {
    case 'met':
      return step === '1' ? distance : `${leads}(${distance}) % (${step}) == 0 ? (${distance}) / (${step}) : 0`
    case 'reached':
      return `${leads}${type}${from} < ${type}${to} ? (${distance} - 1) / (${step}) + 1 : 0`
    case 'passed':
      return `${leads}${type}${from} <= ${type}${to} ? (${distance}) / (${step}) + 1 : 0`
  }
}
