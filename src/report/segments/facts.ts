/** What metered runs report: rows and cells by chip, segments with their utilisation and memory, as numbers. */
import { paddedHeight, segmentSize } from '../../machine/limits.ts'
import type { Machine } from '../../machine/machine.ts'
import type { Run } from '../../sdk/contract.ts'

export type MeteredRun = Pick<Run, 'segments' | 'openSegment' | 'machine' | 'instret' | 'cost'>

export interface ChipTotal {
  readonly name: string
  /** In all segments together, the open one included. */
  readonly rows: number
  readonly cells: number
  /** The rows are those of instructions, which the run's cost covers; else they are those of the memory tables. */
  readonly isCost: boolean
}

/** One segment in numbers. */
export interface SegmentFacts {
  readonly instretStart: number
  readonly instructions: number
  readonly heights: Readonly<Record<string, number>>
  /** Absent for the segment that a suspended run is in. */
  readonly reason?: string | undefined
  readonly memoryBytes: number
  readonly interactions: number
  /** Cells that hold rows, divided by the cells of the padded traces; all chips, those of constant height included. */
  readonly utilisation: number
  readonly overLimit?: true | undefined
}

export interface MeteredFacts {
  readonly segments: readonly SegmentFacts[]
  readonly openSegment: SegmentFacts | undefined
  readonly chips: readonly ChipTotal[]
  /** Greatest estimate among the segments. */
  readonly peakMemoryBytes: number
}

/** What a finished segment and the open one have. */
interface Measured {
  readonly instretStart: number
  readonly instructions: number
  readonly heights: readonly number[]
  readonly reason?: string
  readonly overLimit?: boolean
}

function factsOf(machine: Machine, segment: Measured): SegmentFacts {
  const { instretStart, instructions, heights, reason, overLimit } = segment
  const { memoryBytes, interactions } = segmentSize(machine, heights)
  const used: Record<string, number> = {}
  let real = 0
  let padded = 0
  for (const [chip, { name, width }] of machine.chips.entries()) {
    const height = heights[chip]!
    if (height > 0) used[name] = height
    real += height * width
    padded += paddedHeight(height) * width
  }
  return {
    instretStart,
    instructions,
    heights: used,
    reason,
    memoryBytes: Math.ceil(memoryBytes),
    interactions,
    utilisation: padded === 0 ? 0 : Math.round((real / padded) * 1e6) / 1e6,
    overLimit: overLimit === true ? true : undefined,
  }
}

/** Instructions' chips before the memory tables, the dearest first. */
const dearestFirst = (a: ChipTotal, b: ChipTotal): number =>
  Number(b.isCost) - Number(a.isCost) || b.cells - a.cells || (a.name < b.name ? -1 : 1)

/** Rows and cells of every chip in all segments together. */
function chipTotals(machine: Machine, segments: readonly (readonly number[])[]): ChipTotal[] {
  const totals: ChipTotal[] = []
  for (const [chip, { name, width, operations, constantHeight }] of machine.chips.entries()) {
    if (constantHeight !== undefined) continue
    const rows = segments.reduce((sum, heights) => sum + heights[chip]!, 0)
    if (rows > 0) totals.push({ name, rows, cells: rows * width, isCost: operations !== undefined })
  }
  return totals.toSorted(dearestFirst)
}

/** The facts of a run; undefined in modes that keep no segments. */
export function meteredFacts(run: MeteredRun): MeteredFacts | undefined {
  const { machine, segments: finished, openSegment: open } = run
  if (finished.length === 0 && open === undefined) return undefined
  const segments = finished.map(segment => factsOf(machine, segment))
  const openSegment = open && factsOf(machine, { ...open, instructions: Number(run.instret) - open.instretStart })
  const heights = [...finished, ...(open === undefined ? [] : [open])].map(segment => segment.heights)
  const peak = (most: number, { memoryBytes }: SegmentFacts): number => Math.max(most, memoryBytes)
  return {
    segments,
    openSegment,
    chips: chipTotals(machine, heights),
    peakMemoryBytes: segments.reduce(peak, openSegment?.memoryBytes ?? 0),
  }
}

/** The keys of `rvr run --json` that come from metering; none in other modes. */
export function meteredJson(run: MeteredRun) {
  const facts = meteredFacts(run)
  if (facts === undefined) return undefined
  const { segments, openSegment, chips, peakMemoryBytes } = facts
  return {
    segments,
    openSegment,
    chips: Object.fromEntries(chips.map(({ name, rows, cells }) => [name, { rows, cells }])),
    peakMemoryBytes,
  }
}

/** The warning about segments that exceed a limit themselves; undefined where none does. */
export function overLimitWarning(run: Pick<Run, 'segments'>): { message: string; hint: string } | undefined {
  const numbers = run.segments.flatMap(({ overLimit }, index) => (overLimit === true ? [index] : []))
  if (numbers.length === 0) return undefined
  const shown = `${numbers.slice(0, 5).join(', ')}${numbers.length > 5 ? ', …' : ''}`
  const exceed = numbers.length === 1 ? 'exceeds' : 'exceed'
  const which = `${numbers.length} of ${run.segments.length} segments`
  return {
    message: `${which} ${exceed} a limit, because no check lies inside: ${shown}`,
    hint:
      'Raise --max-trace-height, --max-memory or --max-interactions: ' +
      'a single interval between two checks goes beyond it.',
  }
}
