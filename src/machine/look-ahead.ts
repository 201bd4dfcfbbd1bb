/** How many checks in a row cannot find a limit exceeded, so that they need no look at the limits. */
import {
  intervalLeaves,
  LEAST_LEAVES,
  LEAST_SWELL,
  LOOK_STEPS,
  MOST_SWELL,
  PLAIN_LEAVES,
  PLAIN_ROWS,
  type LookStep,
} from '../layout/meter-rules.ts'
import { instructionsPerRow } from './block-rows.ts'
import { exceededLimit, type SegmentLimits } from './limits.ts'
import type { Machine } from './machine.ts'
import { greatestRows } from './memory-tree.ts'
import type { MeterArea } from './meter-area.ts'

/*
 * templates/modes/metered/meter.c has the same rules, and two more. While it records it looks only when a memory table
 * has grown (`steady`), because it records for long where calls swell; here a look costs little beside what is
 * interpreted. And it knows which chips the guest's code adds rows to; here, where nothing has been lifted, every chip
 * may grow. When somebody looks decides nothing: what a check finds and where it cuts is the same.
 *
 * Whether a check may be passed over is proved. Since the last look a chip has grown by one row at most for each
 * instruction, that of an autoprecompile for as many as its block has, and by its unit for each count of `swell`;
 * leaves are counted. A check is passed over while `swell` and `leaves` keep to what the look allowed for.
 *
 * Whether the next check may cut is proved of instructions that cannot swell: an interval has PLAIN_ROWS rows and
 * PLAIN_LEAVES leaves of theirs at most. Of the others it is a guess, because an interval of a thousand HINT_BUFFERs
 * fits into no segment. A look keeps a reserve, which grows with what the guest does. Where the guest outdoes it, a
 * check finds a limit exceeded, and nothing was kept to cut back to: the run is *lost*. Then a careful meter, which
 * keeps every check, runs the guest once more to the same place and goes on from there (run/follower.ts).
 */

/** The reserve behind a stretch that took `used`: what was seen last counts at once and is forgotten slowly. */
const reserve = (former: number, used: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, used, former - Math.ceil(former / 8)))

/** Learns from what has happened since the last look. */
function learn(area: MeterArea): void {
  const touched = area.get('leaves')
  if (area.get('reserve_swell') > 0) {
    area.set('reserve_swell', reserve(area.get('reserve_swell'), area.get('swell'), LEAST_SWELL, MOST_SWELL))
    const leaves = touched - area.get('look_leaves')
    const most = intervalLeaves(area.layout.leafBytes)
    area.set('reserve_leaves', reserve(area.get('reserve_leaves'), leaves, LEAST_LEAVES, most))
  }
  area.set('swell', 0)
  area.set('look_leaves', touched)
}

/**
 * Would the segment keep to its limits through `checks` checks and the interval behind them, with so much swelling
 * and so many leaves before that?
 */
function fits(area: MeterArea, machine: Machine, limits: SegmentLimits, [checks, swell, leaves]: LookStep): boolean {
  const { heights, units } = area
  const { chips, memoryChips } = machine
  const memory = greatestRows(area, PLAIN_LEAVES + leaves, area.get('reserve_leaves'))
  const swelling = swell + area.get('reserve_swell')
  const perRow = instructionsPerRow(machine)
  const greatest = chips.map(({ constantHeight }, chip) => {
    if (constantHeight !== undefined) return heights[chip]!
    return heights[chip]! + Math.ceil((checks * PLAIN_ROWS) / perRow[chip]!) + swelling * units[chip]!
  })
  for (const name of ['boundary', 'merkle', 'hash'] as const) {
    const chip = memoryChips[name]
    greatest[chip] = heights[chip]! + memory[name]
  }
  return exceededLimit(machine, limits, greatest) === undefined
}

/** Settles how many checks need no look. False: the next one may cut. All rows are accounted for. */
export function lookAhead(area: MeterArea, machine: Machine, limits: SegmentLimits): boolean {
  learn(area)
  area.set('quiet', 0)
  if (area.get('careful') === 1) return false
  const step = LOOK_STEPS.find(one => fits(area, machine, limits, one))
  if (step === undefined) return fits(area, machine, limits, [1, 0, 0])
  area.set('quiet', step[0] - 1)
  area.set('quiet_swell', step[1])
  area.set('quiet_leaves', area.get('leaves') + step[2])
  return true
}

/** May this check pass over the limits? */
export function isQuiet(area: MeterArea): boolean {
  if (area.get('quiet') === 0 || area.get('leaves') > area.get('quiet_leaves')) return false
  return area.get('swell') <= area.get('quiet_swell')
}
