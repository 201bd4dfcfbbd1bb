/** Public values: that they are there and field elements, and that a segment starts where the one before it ended. */
import type { Air } from '../../air/air.ts'
import { P } from '../../air/field.ts'
import type { SegmentTables } from '../segment.ts'
import type { Findings } from './findings.ts'

/** Public values of a segment, as the one behind it needs them. */
export type SegmentPublics = Pick<SegmentTables, 'set' | 'publics'>

export function checkPublics({ set, publics }: SegmentPublics, findings: Findings): void {
  for (const air of set.airs)
    for (const [index, name] of air.publics.entries()) {
      const value = publics.get(air)?.[index]
      if (value === undefined || value >= P) findings.add(() => ({ kind: 'public', air: air.name, name, value }))
    }
}

/** Public values of a segment's start, and those of the end in front of it that they have to be. */
const HANDED_ON: readonly (readonly [start: string, end: string])[] = [
  ['pc_first', 'pc_last'],
  ...Array.from({ length: 8 }, (_, at) => [`root_before[${at}]`, `root_after[${at}]`] as const),
]

export function checkHandedOn(before: SegmentPublics, after: SegmentPublics, findings: Findings): void {
  for (const air of after.set.airs) checkAirHandedOn(air, before, after, findings)
}

function checkAirHandedOn(air: Air, before: SegmentPublics, after: SegmentPublics, findings: Findings): void {
  const valueOf = ({ publics }: SegmentPublics, name: string): number | undefined =>
    publics.get(air)?.[air.publics.indexOf(name)]
  for (const [start, end] of HANDED_ON) {
    if (!air.publics.includes(start)) continue
    const [wanted, value] = [valueOf(before, end), valueOf(after, start)]
    if (wanted !== value) findings.add(() => ({ kind: 'public', air: air.name, name: start, value, wanted }))
  }
  const done = valueOf(before, 'done_public')
  if (done !== undefined && done !== 0)
    findings.add(() => ({ kind: 'public', air: air.name, name: 'done_public', value: done, wanted: 0 }))
}
