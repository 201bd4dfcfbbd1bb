/** What is asked of tables before any row is looked at: that all are there, with their heights. */
import type { AirSet } from '../../air/air.ts'
import { figuresOf } from '../../air/figures.ts'
import { powerOfTwoFrom } from '../matrix.ts'
import type { SegmentTables } from '../segment.ts'
import { airsOf } from '../system/airs.ts'
import type { Findings } from './findings.ts'

/** Tables that a segment always has: those of the system. */
function alwaysThere(set: AirSet): ReadonlySet<string> {
  const { hashBus: _bus, ...system } = airsOf(set)
  const lookups = set.airs.filter(({ height }) => height !== undefined)
  return new Set([...Object.values(system), ...lookups].map(({ name }) => name))
}

export function checkShapes({ set, tables }: SegmentTables, findings: Findings): void {
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
