/** Packets `g`, `G`, `p` and `P`: x0 … x31, then pc. */
import type { Debugger } from '../sdk/debugger/debugger.ts'
import { MALFORMED, NOWHERE, OK } from './answers.ts'
import { number, registerHex, registerOf } from './hex.ts'

const PC = 32

const valueOf = ({ registers, pc }: Debugger, register: number): bigint =>
  register === PC ? BigInt(pc) : registers[register]!

export const readAll = (guest: Debugger): string =>
  [...guest.registers, BigInt(guest.pc)].map(value => registerHex(value, guest.xlen)).join('')

export function readOne(guest: Debugger, text: string): string {
  const register = number(text)
  if (register === undefined) return MALFORMED
  return register > PC ? NOWHERE : registerHex(valueOf(guest, register), guest.xlen)
}

function write(guest: Debugger, register: number, value: bigint): void {
  // What is as it was is no change of the run.
  if (valueOf(guest, register) === value) return
  if (register === PC) guest.jump(Math.min(Number(value), Number.MAX_SAFE_INTEGER))
  else guest.writeRegister(register, value)
}

export function writeOne(guest: Debugger, text: string): string {
  const [, name, digits] = /^([0-9a-f]+)=([0-9a-f]+)$/i.exec(text) ?? []
  const register = number(name)
  const value = digits === undefined ? undefined : registerOf(digits, guest.xlen)
  if (register === undefined || value === undefined) return MALFORMED
  if (register > PC) return NOWHERE
  write(guest, register, value)
  return OK
}

export function writeAll(guest: Debugger, text: string): string {
  const digits = guest.xlen / 4
  if (text.length !== (PC + 1) * digits) return MALFORMED
  const values = Array.from({ length: PC + 1 }, (_, register) =>
    registerOf(text.slice(register * digits, (register + 1) * digits), guest.xlen),
  )
  if (values.includes(undefined)) return MALFORMED
  for (const [register, value] of values.entries()) write(guest, register, value!)
  return OK
}
