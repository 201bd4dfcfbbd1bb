/** How often a loop of one block goes round, as a C expression over the registers in front of it. */
import type { Instr } from '../../isa/row.ts'
import { operand } from '../operands.ts'
import type { Affine, Values } from './affine.ts'

/** One side of the branch, in iteration i: `register + offset + i·stride`. */
interface Side { readonly register: number; readonly offset: number; readonly stride: number }

const text = ({ register, offset }: Side): string => (offset === 0 ? operand(register) : `(${operand(register)} + (reg)${offset})`)

function sideOf(value: Affine | undefined, strides: readonly (number | undefined)[]): Side | undefined {
  if (value === undefined || value.terms.length > 1) return undefined
  const term = value.terms[0]
  if (term === undefined) return { register: 0, offset: value.constant, stride: 0 }
  const stride = strides[term.register]
  return stride === undefined || term.coefficient !== 1 ? undefined : { register: term.register, offset: value.constant, stride }
}

/** An expression of type reg: how often in a row the branch back is taken at least. Undefined where it does not count. `values` are those behind the block, in terms of the registers in front of it. */
export function tripsOf({ row, rs1, rs2 }: Instr, values: Values, strides: readonly (number | undefined)[]): string | undefined {
  const a = sideOf(values[rs1], strides), b = sideOf(values[rs2], strides)
  if (a === undefined || b === undefined || (a.stride === 0) === (b.stride === 0)) return undefined
  const moving = a.stride === 0 ? b : a, fixed = a.stride === 0 ? a : b
  const step = Math.abs(moving.stride), up = moving.stride > 0
  const distance = up ? `${text(fixed)} - ${text(moving)}` : `${text(moving)} - ${text(fixed)}`
  if (row.name === 'bne') {
    // Where the step does not lead to the end exactly, nobody knows when it is met.
    return step === 1 ? distance : `(${distance}) % ${step} == 0 ? (${distance}) / ${step} : 0`
  }
  const signed = row.name === 'blt', isLess = signed || row.name === 'bltu'
  // Taken while moving < fixed upwards, or while fixed < moving downwards.
  if (!isLess || (up ? moving !== a : moving !== b)) return undefined
  const [low, high] = up ? [text(moving), text(fixed)] : [text(fixed), text(moving)]
  const type = signed ? '(sreg)' : ''
  return `${type}${low} < ${type}${high} ? (${distance} - 1) / ${step} + 1 : 0`
}

