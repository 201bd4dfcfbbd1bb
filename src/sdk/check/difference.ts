/** What differs between two runs that should be in the same state. */
import { hexText } from '../../hex.ts'
import { registerNames } from '../../isa/registers.ts'
import { touchedStretches } from '../../load/touched.ts'
import { STRETCH_BYTES } from '../../program/nonzero-pages.ts'
import type { Run } from '../contract.ts'

export interface Difference {
  /** One clause for a person. */
  readonly text: string
  /** The first register that differs, where one does. */
  readonly register?: number
}

/** Undefined where nothing differs. Memory is not compared. */
export function difference(native: Run, expected: Run): Difference | undefined {
  const register = native.registers.findIndex((value, index) => value !== expected.registers[index])
  if (register >= 0) {
    const value = ({ registers }: Run): string => hexText(registers[register]!)
    return { register, text: `${registerNames[register]!} is ${value(native)}, expected ${value(expected)}` }
  }
  const facts = (run: Run): Record<string, unknown> => ({
    pc: run.pc,
    outcome: run.outcome,
    instret: run.instret,
    cost: run.cost,
    exitCode: run.exitCode,
    trap: run.trap && `${run.trap.kind} at ${run.trap.pc}`,
    publicValues: Buffer.from(run.publicValues).toString('hex'),
  })
  const a = facts(native)
  const b = facts(expected)
  const name = Object.keys(a).find(key => a[key] !== b[key])
  if (name === undefined) return differentHeights(native, expected)
  return { text: `${name} is ${String(a[name])}, expected ${String(b[name])}` }
}

/** The first segment, or height of the open segment, that differs. */
function differentHeights(native: Run, expected: Run): Difference | undefined {
  const all = ({ segments, openSegment }: Run): string[] =>
    [...segments, ...(openSegment === undefined ? [] : [openSegment])].map(segment => JSON.stringify(segment))
  const a = all(native)
  const b = all(expected)
  const first = a.findIndex((segment, index) => segment !== b[index])
  if (first < 0 && a.length === b.length) return undefined
  // One of them has more.
  const at = first < 0 ? a.length : first
  return { text: `segment ${at} is ${a[at] ?? 'missing'}, expected ${b[at] ?? 'none'}` }
}

/** Index of the first byte that differs; what nobody has touched is zero in both. */
export function firstDifferentByte(a: Uint8Array, b: Uint8Array): number | undefined {
  const touched = new Set([...touchedStretches(a), ...touchedStretches(b)])
  for (const at of [...touched].toSorted((first, second) => first - second)) {
    const left = a.subarray(at, at + STRETCH_BYTES)
    const right = b.subarray(at, at + STRETCH_BYTES)
    if (Buffer.compare(left, right) !== 0) return at + left.findIndex((byte, index) => byte !== right[index])
  }
  return undefined
}
