/** What can be compared of a run's cost, read from the JSON that `rvr run` and `rvr cost` print. */
import * as v from 'valibot'
import { ReadableNames } from '../../elf/demangle/names.ts'
import { RvrError } from '../../errors.ts'

export const breakdowns = ['chips', 'functions', 'opcodes'] as const
export type Breakdown = (typeof breakdowns)[number]

export interface Measurement {
  readonly cost: bigint
  readonly instret: bigint
  /** Number of segments, and the greatest memory estimate among them. */
  readonly segments?: number
  readonly peakMemoryBytes?: number
  /** Trace cells by name. */
  readonly chips?: ReadonlyMap<string, number>
  readonly functions?: ReadonlyMap<string, number>
  readonly opcodes?: ReadonlyMap<string, number>
  /** Digest of the machine it was measured on; in the JSON of `rvr cost`. */
  readonly machine?: string
  readonly outcome: string
}

const wholeNumber = v.pipe(v.number('a number'), v.safeInteger('a whole number'), v.minValue(0, 'a whole number'))
/** As `jsonInteger` writes it. */
const integer = v.union([wholeNumber, v.pipe(v.string(), v.regex(/^\d{16,20}$/))], 'a whole number')
const cells = v.record(v.string(), v.looseObject({ cells: wholeNumber }, 'an object with cells'), 'an object of names')

const Json = v.looseObject(
  {
    outcome: v.picklist(['terminated', 'suspended', 'trapped'], '"terminated", "suspended" or "trapped"'),
    mode: v.string('the name of a mode'),
    instret: integer,
    cost: v.optional(integer),
    segments: v.optional(v.array(v.looseObject({}), 'a list of segments')),
    openSegment: v.optional(v.looseObject({})),
    peakMemoryBytes: v.optional(wholeNumber),
    chips: v.optional(cells),
    functions: v.optional(cells),
    opcodes: v.optional(cells),
    machine: v.optional(v.string('a digest')),
  },
  'an object',
)

/**
 * Files of earlier versions of rvr have symbols as the guest has them: with hashes, which tell two builds of one
 * function apart.
 */
function byReadableName(symbols: ReadonlyMap<string, number>): Map<string, number> {
  const names = new ReadableNames().all([...symbols.keys()])
  const found = new Map<string, number>()
  for (const [index, count] of [...symbols.values()].entries())
    found.set(names[index]!, (found.get(names[index]!) ?? 0) + count)
  return found
}

const named = (entries: v.InferOutput<typeof cells>): Map<string, number> =>
  new Map(Object.entries(entries).map(([name, entry]) => [name, entry.cells]))

function problemOf(issue: v.InferIssue<typeof Json>): string {
  const field = v.getDotPath(issue)
  if (field === null) return 'it is not the JSON of a run'
  if (issue.received === 'undefined') return `field ${field} is missing`
  return `field ${field} is ${issue.received}, not ${issue.message}`
}

/** @throws RvrError `INPUT_INVALID` naming the field for anything that is not the JSON of a run with cost. */
export function readMeasurement(data: unknown, origin: string): Measurement {
  const refuse = (problem: string): RvrError =>
    new RvrError('INPUT_INVALID', `${origin} is no base to compare with: ${problem}`, {
      hint: 'Make one with rvr cost --save-base FILE, or with rvr cost --json or rvr run --mode metered --json.',
      details: { path: origin },
    })
  const { success, output, issues } = v.safeParse(Json, data)
  if (!success) {
    throw refuse(problemOf(issues[0]))
  }
  if (output.cost === undefined) throw refuse(`a run in mode ${output.mode} has no cost`)
  const { outcome, cost, instret, segments, openSegment, peakMemoryBytes, chips, functions, opcodes, machine } = output
  return {
    outcome,
    cost: BigInt(cost),
    instret: BigInt(instret),
    segments: segments && segments.length + (openSegment === undefined ? 0 : 1),
    peakMemoryBytes,
    chips: chips && named(chips),
    functions: functions && byReadableName(named(functions)),
    opcodes: opcodes && named(opcodes),
    machine,
  }
}
