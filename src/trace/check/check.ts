/** The mock prover: is what a segment's tables say true? */
import type { AirSet } from '../../air/air.ts'
import { P } from '../../air/field.ts'
import { figuresOf } from '../../air/figures.ts'
import { powerOfTwoFrom, type Matrix } from '../matrix.ts'
import type { SegmentTables } from '../segment.ts'
import { airsOf } from '../system/airs.ts'
import type { TracedGuest } from '../steps.ts'
import { checkBuses } from './buses.ts'
import { checkConstraints } from './constraints.ts'
import type { SegmentCheck } from './failure.ts'
import { Findings } from './findings.ts'
import { placeOfRow } from './places.ts'

/** Public values of a segment's start, and those of the end in front of it that they have to be. */
const HANDED_ON: readonly (readonly [start: string, end: string])[] = [
  ['pc_first', 'pc_last'],
  ...Array.from({ length: 8 }, (_, at) => [`root_before[${at}]`, `root_after[${at}]`] as const),
]

/**
 * Checks all rows and messages of a segment, its public values, and that it begins where the segment before ended.
 *
 * @param before the segment in front of it, where there is one
 */
export function checkSegment(
  segment: SegmentTables,
  guest: TracedGuest,
  before?: Pick<SegmentTables, 'set' | 'publics'>,
): SegmentCheck {
  const findings = new Findings()
  checkShapes(segment, findings)
  // Rows of tables that have no shape mean nothing.
  if (findings.count > 0) return report(findings, 0, 0)
  for (const matrix of segment.tables) checkCells(matrix, guest, findings)
  checkPublics(segment, findings)
  if (findings.count > 0) return report(findings, 0, 0)
  let rows = 0
  for (const matrix of segment.tables) {
    checkConstraints(matrix, segment.publics.get(matrix.air) ?? [], guest, findings)
    rows += matrix.height
  }
  const messages = checkBuses(segment, guest, findings)
  if (before !== undefined) checkHandedOn(before, segment, findings)
  return report(findings, rows, messages)
}

const report = ({ count, listed }: Findings, rows: number, messages: number): SegmentCheck => ({
  passed: count === 0,
  failures: listed,
  failureCount: count,
  rows,
  messages,
})

/** Tables that a segment always has: those of the system. */
function alwaysThere(set: AirSet): ReadonlySet<string> {
  const { hashBus: _bus, ...system } = airsOf(set)
  const lookups = set.airs.filter(({ height }) => height !== undefined)
  return new Set([...Object.values(system), ...lookups].map(({ name }) => name))
}

function checkShapes({ set, tables }: SegmentTables, findings: Findings): void {
  const missing = new Set(alwaysThere(set))
  for (const { air, height, cells } of tables) {
    missing.delete(air.name)
    const { width } = figuresOf(air)
    const wanted = typeof air.height === 'number' ? air.height : powerOfTwoFrom(height)
    const message = `it has ${height} rows and ${cells.length} cells; wanted: ${wanted} rows of ${width} cells`
    if (height !== wanted || cells.length !== height * width)
      findings.add(() => ({ kind: 'table', air: air.name, message }))
  }
  for (const air of missing) findings.add(() => ({ kind: 'table', air, message: 'it is missing' }))
}

function checkCells(matrix: Matrix, guest: TracedGuest, findings: Findings): void {
  const { air, cells } = matrix
  const width = air.columns.length
  for (let at = 0; at < cells.length; at++) {
    const value = cells[at]!
    if (value < P) continue
    const row = Math.floor(at / width)
    const column = air.columns[at % width]!
    findings.add(() => ({ kind: 'cell', ...placeOfRow(matrix, row, guest), column, value }))
  }
}

function checkPublics({ set, publics }: SegmentTables, findings: Findings): void {
  for (const air of set.airs)
    for (const [index, name] of air.publics.entries()) {
      const value = publics.get(air)?.[index]
      if (value === undefined || value >= P) findings.add(() => ({ kind: 'public', air: air.name, name, value }))
    }
}

function checkHandedOn(
  before: Pick<SegmentTables, 'set' | 'publics'>,
  after: Pick<SegmentTables, 'set' | 'publics'>,
  findings: Findings,
): void {
  for (const air of after.set.airs) {
    const valueOf = (of: Pick<SegmentTables, 'publics'>, name: string): number | undefined =>
      of.publics.get(air)?.[air.publics.indexOf(name)]
    for (const [start, end] of HANDED_ON) {
      if (!air.publics.includes(start)) continue
      const [wanted, value] = [valueOf(before, end), valueOf(after, start)]
      if (wanted !== value) findings.add(() => ({ kind: 'public', air: air.name, name: start, value, wanted }))
    }
    const done = valueOf(before, 'done_public')
    if (done !== undefined && done !== 0)
      findings.add(() => ({ kind: 'public', air: air.name, name: 'done_public', value: done, wanted: 0 }))
  }
}
