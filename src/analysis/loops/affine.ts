/** Register values as sums of what registers hold at one place: what a loop's addresses and bounds are made of. */
import { upperValue } from '../../isa/results.ts'
import type { Instr } from '../../isa/row.ts'
import { writes } from '../../isa/registers-used.ts'
import { slotOf } from './slots.ts'

/**
 * The sum of `coefficient × register` over `terms`, ascending by register, plus `constant`, modulo 2^XLEN. Registers
 * stand for their values at the loop's header; from 32 on they are words of the stack (slots.ts).
 */
export interface Affine extends Sum {
  /** Sums that have to lie in 32 bits for this one to hold: an instruction on the way keeps no more of them. */
  readonly narrow: readonly Sum[]
}

export interface Sum {
  readonly terms: readonly { readonly register: number; readonly coefficient: number }[]
  readonly constant: number
}

/** Values of 32 registers and of slots; undefined where nothing is known. */
export type Values = (Affine | undefined)[]

const MOST_TERMS = 2
const MOST_SHIFT = 12
const MOST = 2 ** 31
const ZERO: Affine = { terms: [], constant: 0, narrow: [] }
/** The number of the first slot. */
export const SLOTS = 32
const REGISTERS: readonly Affine[] = Array.from({ length: 64 }, (_, register) =>
  register === 0 ? ZERO : { terms: [{ register, coefficient: 1 }], constant: 0, narrow: [] },
)
export const MOST_SLOTS = REGISTERS.length - SLOTS

/** Every register and each of so many slots stand for themselves. */
export const entryValues = (slots: number): Values => REGISTERS.slice(0, SLOTS + slots)

export const sameTerms = (a: Pick<Sum, 'terms'>, b: Pick<Sum, 'terms'>): boolean =>
  a.terms.length === b.terms.length &&
  a.terms.every(
    ({ register, coefficient }, index) =>
      b.terms[index]!.register === register && b.terms[index]!.coefficient === coefficient,
  )

const sameSum = (a: Sum, b: Sum): boolean => a.constant === b.constant && sameTerms(a, b)

export const isAmong = (list: readonly Sum[], one: Sum): boolean => list.some(other => sameSum(one, other))

/** All of them once. */
export const union = (...lists: (readonly Sum[])[]): readonly Sum[] =>
  lists.reduce((all, list) => (list.length === 0 ? all : [...all, ...list.filter(one => !isAmong(all, one))]))

const bounded = (value: Affine): Affine | undefined =>
  value.terms.length <= MOST_TERMS &&
  value.narrow.length <= MOST_TERMS &&
  Math.abs(value.constant) < MOST &&
  value.terms.every(({ coefficient }) => coefficient <= 2 ** MOST_SHIFT)
    ? value
    : undefined

function sum(a: Affine | undefined, b: Affine | undefined): Affine | undefined {
  if (a === undefined || b === undefined) return undefined
  const coefficients = new Map<number, number>()
  for (const { register, coefficient } of [...a.terms, ...b.terms])
    coefficients.set(register, (coefficients.get(register) ?? 0) + coefficient)
  const terms = [...coefficients]
    .map(([register, coefficient]) => ({ register, coefficient }))
    .toSorted((x, y) => x.register - y.register)
  return bounded({ terms, constant: a.constant + b.constant, narrow: union(a.narrow, b.narrow) })
}

export const plus = (value: Affine | undefined, constant: number): Affine | undefined =>
  value && bounded({ ...value, constant: value.constant + constant })

const scaled = (value: Affine | undefined, factor: number): Affine | undefined =>
  value &&
  bounded({
    ...value,
    terms: value.terms.map(({ register, coefficient }) => ({ register, coefficient: coefficient * factor })),
    constant: value.constant * factor,
  })

/** The value's lower 32 bits, sign-extended. */
const narrowed = (value: Affine | undefined): Affine | undefined =>
  value && bounded(value.terms.length === 0 ? value : { ...value, narrow: union(value.narrow, [value]) })

/** The sum that an instruction computes, or keeps the lower 32 bits of; undefined where it is none. */
function sumOf(values: Values, { row, rs1, rs2, imm }: Instr): Affine | undefined {
  if (row.kind !== 'alu') return undefined
  return row.source === 'register' ? sum(values[rs1], values[rs2]) : plus(values[rs1], imm)
}

/** The sum of which an instruction keeps the lower 32 bits, where it is one. */
export const cutSum = (values: Values, instr: Instr): Affine | undefined =>
  instr.rd !== 0 && instr.row.kind === 'alu' && instr.row.op === 'addw' ? sumOf(values, instr) : undefined

function resultOf(values: Values, instr: Instr): Affine | undefined {
  const { row, rs1, imm } = instr
  if (row.kind === 'upper') return bounded({ ...ZERO, constant: upperValue(instr) })
  if (row.kind !== 'alu') return undefined
  if (row.op === 'add') return sumOf(values, instr)
  if (row.op === 'sll')
    return row.source === 'immediate' && imm <= MOST_SHIFT ? scaled(values[rs1], 2 ** imm) : undefined
  return narrowed(cutSum(values, instr))
}

/** Brings `values` behind one instruction. `slots`: offsets of the words of the stack that are followed. */
export function step(values: Values, instr: Instr, slots: readonly number[]): void {
  const slot = slots.length === 0 ? -1 : slotOf(instr, slots)
  if (slot >= 0 && instr.row.kind === 'store') values[SLOTS + slot] = values[instr.rs2]
  if (writes(instr) !== 0) values[instr.rd] = slot >= 0 ? values[SLOTS + slot] : resultOf(values, instr)
}

/** Keeps in `into` what both know. */
export function meetValues(into: Values, other: Values): void {
  for (let register = 1; register < into.length; register++) {
    const a = into[register]
    const b = other[register]
    if (a !== b)
      into[register] =
        a !== undefined && b !== undefined && sameSum(a, b) ? { ...a, narrow: union(a.narrow, b.narrow) } : undefined
  }
}
