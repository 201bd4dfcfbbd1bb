/** How the protocol numbers what stops a guest. */
import type { TrapKind } from '../program/trap.ts'
import type { DebugStop } from '../sdk/debugger/contract.ts'

const SIGINT = 2
const SIGILL = 4
export const SIGTRAP = 5
const SIGABRT = 6
const SIGBUS = 10
const SIGSEGV = 11

/** All others are what a host refuses its guest. */
const SIGNALS: Readonly<Partial<Record<TrapKind, number>>> = {
  'load-outside': SIGSEGV,
  'store-outside': SIGSEGV,
  'jump-outside': SIGSEGV,
  'fetch-outside': SIGSEGV,
  'jump-misaligned': SIGBUS,
  'illegal-instruction': SIGILL,
}

const EBREAK = /^(c\.)?ebreak$|^\.word 0x00100073$|^\.word 0x00009002$/

export function signalOf(stop: DebugStop): number {
  if (stop.reason === 'request') return SIGINT
  if (stop.reason !== 'trap') return SIGTRAP
  const { kind, instruction } = stop.trap
  return kind === 'illegal-instruction' && EBREAK.test(instruction) ? SIGTRAP : (SIGNALS[kind] ?? SIGABRT)
}

export const byteHex = (value: number): string => (value & 0xff).toString(16).padStart(2, '0')
