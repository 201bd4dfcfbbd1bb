/** What differs between two runs that should be in the same state. */
import { registerNames } from '../../isa/registers.ts'
import type { Run } from '../run.ts'

export interface Difference {
  /** One clause for a person. */
  readonly text: string
  /** The first register that differs, where one does. */
  readonly register?: number
}

/** Undefined where nothing differs. Memory is not compared. */
export function difference(native: Run, expected: Run): Difference | undefined {
  const register = native.registers.findIndex((value, index) => value !== expected.registers[index])
  if (register >= 0) return { register, text: `${registerNames[register]!} is 0x${native.registers[register]!.toString(16)}, expected 0x${expected.registers[register]!.toString(16)}` }
  const facts = (run: Run): Record<string, unknown> => ({
    pc: run.pc, outcome: run.outcome, instret: run.instret, cost: run.cost, exitCode: run.exitCode, trap: run.trap && `${run.trap.kind} at ${run.trap.pc}`, publicValues: Buffer.from(run.publicValues).toString('hex'),
  })
  const a = facts(native), b = facts(expected)
  const name = Object.keys(a).find(key => a[key] !== b[key])
  return name === undefined ? differentHeights(native, expected) : { text: `${name} is ${String(a[name])}, expected ${String(b[name])}` }
}

/** The first segment, or height of the open segment, that differs. */
function differentHeights(native: Run, expected: Run): Difference | undefined {
  const all = (run: Run): string[] => [...run.segments, ...(run.openSegment === undefined ? [] : [run.openSegment])].map(segment => JSON.stringify(segment))
  const a = all(native), b = all(expected)
  const at = a.findIndex((segment, index) => segment !== b[index])
  return at < 0 && a.length === b.length ? undefined : { text: `segment ${Math.max(at, 0)} is ${a[Math.max(at, 0)]}, expected ${b[Math.max(at, 0)]}` }
}

export function firstDifferentByte(a: Uint8Array, b: Uint8Array): number | undefined {
  const CHUNK = 1 << 20
  for (let at = 0; at < a.length; at += CHUNK) {
    const left = a.subarray(at, at + CHUNK), right = b.subarray(at, at + CHUNK)
    if (Buffer.compare(left, right) !== 0) return at + left.findIndex((byte, index) => byte !== right[index])
  }
  return undefined
}
