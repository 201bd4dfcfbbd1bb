/** A metered run as saved runs have it: finished segments, the meter's counts, and the leaves of the memory tree. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as v from 'valibot'
import { MAX_INTERVAL } from '../../layout/meter-rules.ts'
import { meterLayoutOf } from '../../machine/leaves.ts'
import type { MemoryChips, Machine } from '../../machine/machine.ts'
import { leafSets, MeterRestorer, TURN_LEAVES } from '../../machine/meter-state.ts'
import type { LeafRanges, LeafSet, MeterScalars } from '../../machine/meter-state.ts'
import type { Meter } from '../../machine/meter.ts'
import type { Segment } from '../../machine/segment.ts'

const whole = (min: number, max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max))
const count = whole(0, Number.MAX_SAFE_INTEGER)
const heights = v.array(whole(0, 2 ** 32 - 1))
const zeroHeight = whole(0, 64)

const Saved = v.strictObject({
  segments: v.array(
    v.strictObject({
      instretStart: count,
      instructions: count,
      heights,
      reason: v.picklist(['trace-height', 'memory', 'interactions']),
      overLimit: v.optional(v.literal(true)),
    }),
  ),
  meter: v.strictObject({
    left: whole(0, MAX_INTERVAL),
    careful: v.boolean(),
    segmentStart: count,
    zeroHeight,
    heights,
    checkpoint: v.optional(v.strictObject({ instret: count, zeroHeight, hostWrote: v.boolean(), heights })),
  }),
  /** Byte strings of pairs of uint32, little-endian: first leaf and count. */
  leaves: v.strictObject({ past: count, open: count, interval: count }),
})
type SavedMetered = v.InferOutput<typeof Saved>

export const parseSaved = (saved: unknown): SavedMetered => v.parse(Saved, saved)

export interface MeteredState {
  readonly segments: readonly Segment[]
  readonly scalars: MeterScalars
  readonly leaves: Readonly<Record<LeafSet, LeafRanges>>
}

/** Integers as the file has them: little-endian, as on every host that rvr runs on. */
const bytesOf = (words: Uint32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength)

export function savedText(
  { segments, scalars, leaves }: MeteredState,
  keep: (bytes: Uint8Array) => number,
): v.InferInput<typeof Saved> {
  const { checkpoint, ...counts } = scalars
  return {
    segments: segments.map(({ reason, ...segment }) => {
      if (reason === 'end' || reason === 'trap') throw new Error('a suspended run has no last segment')
      return { ...segment, heights: [...segment.heights], overLimit: segment.overLimit === true || undefined, reason }
    }),
    meter: {
      ...counts,
      heights: [...scalars.heights],
      checkpoint: checkpoint === undefined ? undefined : { ...checkpoint, heights: [...checkpoint.heights] },
    },
    leaves: {
      past: keep(bytesOf(leaves.past.pairs)),
      open: keep(bytesOf(leaves.open.pairs)),
      interval: keep(bytesOf(leaves.interval.pairs)),
    },
  }
}

/** The fields that depend on each other or on the machine. @throws Error. */
export function checkSaved({ segments, meter }: SavedMetered, machine: Machine, instructions: bigint): void {
  const wrong = (what: string): Error => new Error(`${what} of the meter`)
  const chips = machine.chips.length
  let start = 0
  for (const segment of segments) {
    const isNext = segment.instretStart === start && segment.instructions > 0
    if (!isNext || segment.heights.length !== chips) throw wrong('segments')
    start += segment.instructions
  }
  const { checkpoint } = meter
  const mostZeros = meterLayoutOf(machine).treeHeight + 1
  if (Math.max(meter.zeroHeight, checkpoint?.zeroHeight ?? 0) > mostZeros) throw wrong('zero subtrees')
  if (instructions > BigInt(Number.MAX_SAFE_INTEGER)) throw wrong('instructions')
  if (meter.segmentStart !== start || BigInt(start) > instructions) throw wrong('segments')
  if (meter.heights.length !== chips || meter.left > machine.limits.checkInterval) throw wrong('counts')
  if (checkpoint === undefined) return
  const isInside = checkpoint.instret >= start && BigInt(checkpoint.instret) <= instructions
  const fits =
    checkpoint.heights.length === chips && checkpoint.heights.every((height, chip) => height <= meter.heights[chip]!)
  if (!isInside || !fits) throw wrong('checkpoint')
}

interface Source {
  readonly memoryChips: MemoryChips
  readonly instructions: bigint
  bytes(index: number): Uint8Array
}

/** Gives a freshly started meter the counts, and the leaves of all sets in their order. */
export async function restoreLeaves(
  meter: Meter,
  { meter: scalars, leaves }: SavedMetered,
  { memoryChips, instructions, bytes }: Source,
): Promise<void> {
  const restorer = new MeterRestorer(meter, scalars, memoryChips)
  let placed = 0
  for (const set of leafSets) {
    const content = bytes(leaves[set])
    if (content.length % 8 !== 0) throw new Error(`the ${set} leaves are cut off`)
    if (set === 'interval' && scalars.checkpoint === undefined && content.length > 0)
      throw new Error('leaves of an interval without a checkpoint')
    const pairs = new DataView(content.buffer, content.byteOffset, content.length)
    for (let at = 0; at < content.length; at += 8) {
      const length = pairs.getUint32(at + 4, true)
      restorer.place(set, pairs.getUint32(at, true), length)
      placed += length
      if (placed < TURN_LEAVES) continue
      placed = 0
      await nextTurn()
    }
  }
  restorer.finish(Number(instructions))
}
