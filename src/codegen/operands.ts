/** C expressions for registers, constants and addresses. */
import { registerNames } from '../isa/registers.ts'
import type { Xlen } from '../elf/image.ts'

const OPERANDS = registerNames.map((name, register) => (register === 0 ? '(reg)0' : name))
const BASES = registerNames.map(name => `(uint64_t)${name}`)

/** A register as an operand; x0 is the constant 0. */
export const operand = (register: number): string => OPERANDS[register]!

/** A sign-extended immediate as a value of type reg. */
export const constant = (value: number): string => (value < 0 ? `(reg)${value}` : `${value}`)

/** A code address or upper immediate, which may be any 32-bit value, signed or not, as a value of type reg. */
export function wideConstant(value: number, xlen: Xlen): string {
  if (value >= 0) return `(reg)0x${value.toString(16)}u`
  return `(reg)0x${xlen === 64 ? 'ffffffff' : ''}${(value >>> 0).toString(16)}u`
}

/** A checked address as an offset into guest memory. */
export function addressOf(base: number, offset: number): string {
  if (base === 0) return `${offset}`
  const register = BASES[base]!
  if (offset === 0) return register
  return offset < 0 ? `${register} - ${-offset}` : `${register} + ${offset}`
}

/** The argument in which a warm register travels. */
export const warmName = (register: number): string => `${registerNames[register]!}_in`

/** The register's lane in the state block, where registers live that are no arguments of the regions. */
export const stateOf = (register: number): string => `state(m)->x[${register}]`
