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
  readonly reason?: string
  readonly memoryBytes: number
  readonly interactions: number
  /** Cells that hold rows, divided by the cells of the padded traces; all chips, those of constant height included. */
  readonly utilisation: number
  readonly overLimit?: true
}

export interface MeteredFacts {
  readonly segments: readonly SegmentFacts[]
  readonly openSegment: SegmentFacts | undefined
  readonly chips: readonly ChipTotal[]
  /** Greatest estimate among the segments. */
  readonly peakMemoryBytes: number
}

function factsOf(
  machine: Machine,
  segment: {
    instretStart: number
    instructions: number
    heights: readonly number[]
    reason?: string
    overLimit?: boolean
  },
): SegmentFacts {
  const { instretStart, instructions, heights, reason, overLimit } = segment
  const { memoryBytes, interactions } = segmentSize(machine, heights)
  let real = 0
  let padded = 0
  for (const [chip, { width }] of machine.chips.entries()) {
    real += heights[chip]! * width
    padded += paddedHeight(heights[chip]!) * width
  }
  return {
    instretStart,
    instructions,
    heights: Object.fromEntries(
      machine.chips.flatMap(({ name }, chip) => (heights[chip]! > 0 ? [[name, heights[chip]!]] : [])),
    ),
    ...(reason !== undefined && { reason }),
    memoryBytes: Math.ceil(memoryBytes),
    interactions,
    utilisation: padded === 0 ? 0 : Math.round((real / padded) * 1e6) / 1e6,
    ...(overLimit === true && { overLimit: true as const }),
  }
}

/** The facts of a run; undefined in modes that keep no segments. */
export function meteredFacts(run: MeteredRun): MeteredFacts | undefined {
  const { machine, segments, openSegment } = run
  if (segments.length === 0 && openSegment === undefined) return undefined
  const finished = segments.map(segment => factsOf(machine, segment))
  const open =
    openSegment === undefined
      ? undefined
      : factsOf(machine, { ...openSegment, instructions: Number(run.instret) - openSegment.instretStart })
  const lists = [...segments, ...(openSegment === undefined ? [] : [openSegment])].map(({ heights }) => heights)
  const chips = machine.chips.flatMap(({ name, width, operations, constantHeight }, chip): ChipTotal[] => {
    const rows = constantHeight === undefined ? lists.reduce((sum, heights) => sum + heights[chip]!, 0) : 0
    return rows === 0 ? [] : [{ name, rows, cells: rows * width, isCost: operations !== undefined }]
  })
  return {
    segments: finished,
    openSegment: open,
    chips: chips.toSorted(
      (a, b) => Number(b.isCost) - Number(a.isCost) || b.cells - a.cells || (a.name < b.name ? -1 : 1),
    ),
    peakMemoryBytes: [...finished, ...(open === undefined ? [] : [open])].reduce(
      (peak, { memoryBytes }) => Math.max(peak, memoryBytes),
      0,
    ),
  }
}

/** The keys of `rvr run --json` that come from metering; none in other modes. */
export function meteredJson(run: MeteredRun) {
  const facts = meteredFacts(run)
  if (facts === undefined) return undefined
  const { segments, openSegment, chips, peakMemoryBytes } = facts
  return {
    segments,
    ...(openSegment !== undefined && { openSegment }),
    chips: Object.fromEntries(chips.map(({ name, rows, cells }) => [name, { rows, cells }])),
    peakMemoryBytes,
  }
}

/** The warning about segments that exceed a limit themselves; undefined where none does. */
export function overLimitWarning(run: Pick<Run, 'segments'>): { message: string; hint: string } | undefined {
  const numbers = run.segments.flatMap(({ overLimit }, index) => (overLimit === true ? [index] : []))
  if (numbers.length === 0) return undefined
  const shown = numbers.slice(0, 5).join(', ')
  return {
    message: `${numbers.length} of ${run.segments.length} segments ${numbers.length === 1 ? 'exceeds' : 'exceed'} a limit, because no check lies inside: ${numbers.length > 5 ? `${shown}, …` : shown}`,
    hint: 'Raise --max-trace-height, --max-memory or --max-interactions: a single interval between two checks goes beyond it.',
  }
}
