/** Replays what was recorded, and compares it with the reference. */
import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { lookupTables } from '../../../src/air/lookups.ts'
import { abiNamed } from '../../../src/extensions/registry.ts'
import { finishBlocks } from '../../../src/trace/native/blocks.ts'
import { cut, type RecordedSegment } from '../../../src/trace/native/cut.ts'
import { EngineGuest, type TraceEngine } from '../../../src/trace/native/engine.ts'
import { fill } from '../../../src/trace/native/fill.ts'
import { matricesIn, planMatrices, type MatrixPlan } from '../../../src/trace/native/matrices.ts'
import { stitch } from '../../../src/trace/native/stitch.ts'
import { powerOfTwoFrom, type Matrix } from '../../../src/trace/matrix.ts'
import { messagesOf } from '../../../src/trace/messages.ts'
import { placesOf } from '../../../src/trace/system/places.ts'
import type { Image } from '../../../src/elf/image.ts'
import type { Recorded } from './recorder.ts'

export interface Replayed {
  readonly matrices: readonly Matrix[]
  readonly histogram: Uint32Array
  readonly counts: ReadonlyMap<number, number>
  readonly touched: readonly TouchedBlock[]
  readonly ts: number
  /** SHA-256 over all of it. */
  readonly digest: string
}

interface TouchedBlock {
  readonly space: number
  readonly block: number
  readonly old: bigint
  readonly now: bigint
  readonly last: number
  readonly written: number
}

export function touchedBlocks(bytes: Uint8Array): TouchedBlock[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / 32 }, (_, index) => {
    const at = 32 * index
    return {
      space: view.getUint32(at, true),
      block: view.getUint32(at + 4, true),
      old: view.getBigUint64(at + 8, true),
      now: view.getBigUint64(at + 16, true),
      last: view.getUint32(at + 24, true),
      written: view.getUint32(at + 28, true),
    }
  })
}

export const planOf = ({ set }: TraceEngine, rows: readonly number[]): MatrixPlan =>
  planMatrices(set, (_air, index) => {
    const count = rows[index]!
    return { rows: count, height: count === 0 ? 0 : powerOfTwoFrom(count) }
  })

export interface ReplayOptions {
  readonly length?: number
  readonly threads?: number
}

export async function replay(
  engine: TraceEngine,
  image: Image,
  segment: RecordedSegment,
  options: ReplayOptions = {},
): Promise<Replayed> {
  using guest = new EngineGuest(engine, { image, abi: abiNamed('openvm') })
  const { fragments, rows, ts } = await cut(guest, segment, options)
  const plan = planOf(engine, rows)
  const cells = new Uint32Array(plan.cells)
  using filled = await fill(guest, fragments, { plan, cells }, options)
  const { lists, histogram, executed } = filled
  const touched = await stitch(guest, { lists, histogram, plan, cells })
  await finishBlocks(guest, { histogram, plan, cells }, options)
  const hash = createHash('sha256')
  for (const part of [cells, histogram, executed, touched, String(ts)]) hash.update(part)
  return {
    matrices: matricesIn(plan, cells),
    histogram,
    counts: guest.counts(executed),
    touched: touchedBlocks(touched),
    ts,
    digest: hash.digest('hex'),
  }
}

/** Histograms of the tables by what the rows of instructions say. */
export function histogramOf({ set }: TraceEngine, matrices: readonly Matrix[]): Uint32Array {
  const tables = lookupTables(set)
  const length = tables.reduce((sum, { height, answers }) => sum + height * answers.length, 0)
  const histogram = new Uint32Array(length)
  const starts = new Map<number, number>()
  let start = 0
  for (const { bus, height, answers } of tables) {
    starts.set(bus, start)
    start += height * answers.length
  }
  const places = placesOf(set)
  for (const matrix of matrices) {
    for (const { interaction, fields, count } of messagesOf(matrix, set.buses)) {
      const table = places.get(interaction.bus)
      if (table !== undefined) histogram[starts.get(interaction.bus)! + table.place(fields)!]! += count
    }
  }
  return histogram
}

/** Cell by cell, and all that goes into the tables of the system. */
export function expectEqual(engine: TraceEngine, found: Replayed, wanted: Recorded): void {
  expect(found.matrices.map(({ air, rows, height }) => [air.name, rows, height])).toEqual(
    wanted.matrices.map(({ air, rows, height }) => [air.name, rows, height]),
  )
  for (const [index, { air, cells }] of found.matrices.entries()) {
    const other = wanted.matrices[index]!.cells
    const at = cells.findIndex((cell, place) => cell !== other[place])
    const width = air.columns.length
    const where = at < 0 ? undefined : `${air.name}.${air.columns[at % width]} of row ${Math.floor(at / width)}`
    expect([where, cells[at]]).toEqual([undefined, undefined])
  }
  expect(found.ts).toBe(wanted.ts)
  expect([...found.counts].toSorted(([a], [b]) => a - b)).toEqual([...wanted.counts].toSorted(([a], [b]) => a - b))
  const blocks = wanted.leaves.flatMap(({ space, leaf, blocks: both }) =>
    both.flatMap((block, place) =>
      block === undefined || block.last === 0
        ? []
        : [
            {
              space,
              block: 2 * leaf + place,
              old: block.initial,
              now: block.content,
              last: block.last,
              written: Number(block.isWritten),
            },
          ],
    ),
  )
  expect(found.touched).toEqual(blocks)
  const histogram = histogramOf(engine, wanted.matrices)
  expect(found.histogram.findIndex((count, place) => count !== histogram[place])).toBe(-1)
}
