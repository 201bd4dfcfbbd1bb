/** Register values as sums of the values that registers have at one place: what a loop's addresses and bounds are made of. */
import type { Instr } from '../../isa/row.ts'
import { writes } from '../../isa/registers-used.ts'

/** The sum of `coefficient × register` over `terms`, ascending by register, plus `constant`, modulo 2^XLEN. Registers stand for their values at the loop's header. */
export interface Affine {
  readonly terms: readonly { readonly register: number; readonly coefficient: number }[]
  readonly constant: number
}

/** Values of 32 registers; undefined where nothing is known. */
export type Values = (Affine | undefined)[]

const MOST_TERMS = 2, MOST_SHIFT = 12, MOST = 2 ** 31
const ZERO: Affine = { terms: [], constant: 0 }
const REGISTERS: readonly Affine[] = Array.from({ length: 32 }, (_, register) => (register === 0 ? ZERO : { terms: [{ register, coefficient: 1 }], constant: 0 }))

/** Every register stands for itself. */
export const entryValues = (): Values => REGISTERS.slice()

const sameAffine = (a: Affine | undefined, b: Affine | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.constant === b.constant && sameTerms(a, b))

export const sameTerms = (a: Affine, b: Affine): boolean =>
  a.terms.length === b.terms.length && a.terms.every(({ register, coefficient }, index) => b.terms[index]!.register === register && b.terms[index]!.coefficient === coefficient)

const bounded = (value: Affine): Affine | undefined =>
  (value.terms.length <= MOST_TERMS && Math.abs(value.constant) < MOST && value.terms.every(({ coefficient }) => coefficient <= 2 ** MOST_SHIFT) ? value : undefined)

function sum(a: Affine | undefined, b: Affine | undefined): Affine | undefined {
  if (a === undefined || b === undefined) return undefined
  const coefficients = new Map<number, number>()
  for (const { register, coefficient } of [...a.terms, ...b.terms]) coefficients.set(register, (coefficients.get(register) ?? 0) + coefficient)
  return bounded({ terms: [...coefficients].map(([register, coefficient]) => ({ register, coefficient })).toSorted((x, y) => x.register - y.register), constant: a.constant + b.constant })
}

export const plus = (value: Affine | undefined, constant: number): Affine | undefined => value && bounded({ terms: value.terms, constant: value.constant + constant })

const scaled = (value: Affine | undefined, factor: number): Affine | undefined =>
  value && bounded({ terms: value.terms.map(({ register, coefficient }) => ({ register, coefficient: coefficient * factor })), constant: value.constant * factor })

/** Brings `values` behind one instruction. */
export function step(values: Values, instr: Instr): void {
  if (writes(instr) === 0) return
  const { row, rd, rs1, rs2, imm } = instr
  values[rd] = row.kind === 'upper' ? bounded({ terms: [], constant: (row.relative ? instr.pc : 0) + imm })
    : row.name === 'addi' ? plus(values[rs1], imm)
      : row.name === 'add' ? sum(values[rs1], values[rs2])
        : row.name === 'slli' && imm <= MOST_SHIFT ? scaled(values[rs1], 2 ** imm)
          : undefined
}

/** Keeps in `into` what both know. */
export function meetValues(into: Values, other: Values): void {
  for (let register = 1; register < 32; register++) if (!sameAffine(into[register], other[register])) into[register] = undefined
}
