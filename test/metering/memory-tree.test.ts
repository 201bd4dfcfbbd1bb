/** The memory tables of the meter agree with the plain ones: golden figures, and random accesses with cuts at random places. */
import { describe, expect, test } from 'vitest'
import { MEMORY, meterLayout, PUBLIC_VALUES, REGISTERS } from '../../src/layout/meter.ts'
import { defaultMachine, type Machine } from '../../src/machine/machine.ts'
import { Meter } from '../../src/machine/meter.ts'
import { MeterArea } from '../../src/machine/meter-area.ts'
import { leafId, stampImageLeaf, touchLeaf, undoTouches } from '../../src/machine/memory-tree.ts'
import { leafIdOf, PlainMemoryTables, type MemoryRows } from '../machine/plain/memory-tables.ts'
import { segmentPlainly, type PlainBlock } from '../machine/plain/segmenter.ts'
import { randomSource } from '../support/random.ts'

const PUBLIC_BYTES = 4096

function freshMeter(machine: Machine, maxTraceHeight: number, imageLeaves: readonly number[] = []): Meter {
  const meter = new Meter({ buffer: new SharedArrayBuffer(meterLayout.areaBytes), offset: 0 }, machine)
  meter.start({ limits: { ...machine.limits, maxTraceHeight }, slots: 8, imageLeaves, publicValuesBytes: PUBLIC_BYTES })
  return meter
}

/** The memory tables alone, without registers. */
function bareArea(imageLeaves: readonly number[] = []): MeterArea {
  const meter = freshMeter(defaultMachine(64), 1 << 20)
  const { area } = meter
  area.stamps.fill(0, 0, 1 << 18)
  const { boundary, merkle, hash } = defaultMachine(64).memoryChips
  for (const chip of [boundary, merkle, hash]) area.heights[chip] = 0
  area.set('zero_height', 0)
  for (const leaf of imageLeaves) stampImageLeaf(area, leafId(MEMORY, leaf))
  return area
}

function rowsOf(heights: ArrayLike<number>): MemoryRows {
  const { boundary, merkle, hash } = defaultMachine(64).memoryChips
  return { boundary: heights[boundary]!, merkle: heights[merkle]!, hash: heights[hash]! }
}

const minus = (a: MemoryRows, b: MemoryRows): MemoryRows => ({ boundary: a.boundary - b.boundary, merkle: a.merkle - b.merkle, hash: a.hash - b.hash })

describe('golden figures', () => {
  test.each([[[], { boundary: 2, merkle: 56, hash: 59 }], [[0, 1], { boundary: 2, merkle: 56, hash: 60 }]] as const)('two sibling leaves, image leaves %j', (image, wanted) => {
    const area = bareArea(image)
    touchLeaf(area, leafId(MEMORY, 0))
    touchLeaf(area, leafId(MEMORY, 1))
    expect(rowsOf(area.heights)).toEqual(wanted)
  })

  test('the first leaf of the next page', () => {
    const area = bareArea()
    touchLeaf(area, leafId(MEMORY, 0))
    const before = rowsOf(area.heights)
    touchLeaf(area, leafId(MEMORY, 64))
    expect(minus(rowsOf(area.heights), before)).toEqual({ boundary: 1, merkle: 12, hash: 7 })
  })

  test('registers, the first leaf of memory, registers of a later segment', () => {
    const machine = defaultMachine(64)
    const meter = freshMeter(machine, 64)
    const fresh = rowsOf(meter.openHeights())
    expect(fresh).toEqual({ boundary: 16, merkle: 78, hash: 84 })
    meter.touch(MEMORY, 0, 1)
    expect(minus(rowsOf(meter.openHeights()), fresh)).toEqual({ boundary: 1, merkle: 50, hash: 26 })
    // The registers alone exceed this limit: the check ends the segment.
    meter.count([], 1, 1)
    expect(meter.check()).toBe(true)
    expect(meter.segments.map(({ instructions, overLimit }) => ({ instructions, overLimit }))).toEqual([{ instructions: 1, overLimit: true }])
    expect(rowsOf(meter.openHeights())).toEqual({ boundary: 16, merkle: 78, hash: 110 })
  })
})

test('fault 1: registers are charged before the image is marked', () => {
  const meter = freshMeter(defaultMachine(64), 1 << 20, [0, 1])
  const fresh = rowsOf(meter.openHeights())
  expect(fresh).toEqual({ boundary: 16, merkle: 78, hash: 84 })
  meter.touch(PUBLIC_VALUES, 0, 8)
  const revealed = rowsOf(meter.openHeights())
  expect(minus(revealed, fresh)).toEqual({ boundary: 1, merkle: 52, hash: 27 })
  meter.touch(MEMORY, 0, 1)
  expect(minus(rowsOf(meter.openHeights()), revealed)).toEqual({ boundary: 1, merkle: 50, hash: 52 })
})

/** A leaf index: mostly near earlier ones, sometimes anywhere. */
function leafSource(random: (bound: number) => number): () => [space: number, leaf: number] {
  let near = random(2 ** 25)
  return () => {
    switch (random(12)) {
      case 0: return [MEMORY, (near = random(2 ** 25))]
      case 1: return [PUBLIC_VALUES, random(PUBLIC_BYTES / 16)]
      case 2: return [REGISTERS, random(16)]
      case 3: return [MEMORY, [0, 1, 2 ** 25 - 1, 2 ** 24][random(4)]!]
      case 4: return [MEMORY, (near ^ (1 << random(25)))]
      default: return [MEMORY, Math.min(2 ** 25 - 1, near + random(200))]
    }
  }
}

test.each([1, 2, 3, 4])('random touches, taken back and kept, seed %i', seed => {
  const random = randomSource(seed), next = leafSource(random)
  const image = Array.from({ length: 300 }, () => next()).filter(([space]) => space === MEMORY).map(([, leaf]) => leaf)
  const area = bareArea(image), { memoryChips } = defaultMachine(64)
  const plain = new PlainMemoryTables(image.map(leaf => leafIdOf(2, leaf * 16)))
  const touch = ([space, leaf]: [number, number]): number => {
    touchLeaf(area, leafId(space, leaf))
    plain.touch(leafIdOf(space + 1, leaf * 16))
    return leafId(space, leaf)
  }
  for (let segment = 0; segment < 12; segment++) {
    area.set('recording', 0)
    for (let count = random(80); count > 0; count--) touch(next())
    const kept = area.heights.slice()
    area.set('recording', 1)
    area.set('undo_length', 0)
    const since = Array.from({ length: random(30) }, () => touch(next()))
    expect(rowsOf(area.heights), `segment ${segment}`).toEqual(plain.rows())
    // A cut where recording began; leaf ids of both sides are the same numbers.
    undoTouches(area)
    expect(rowsOf(kept)).toEqual(plain.cut(since))
    area.set('stamp', area.get('stamp') + 1)
    area.set('zero_height', 0)
    for (const chip of Object.values(memoryChips)) area.heights[chip] = 0
    for (const id of since) touchLeaf(area, id)
    expect(rowsOf(area.heights), `after the cut behind segment ${segment}`).toEqual(plain.rows())
  }
})

test.each([32, 64] as const)('random accesses through the meter are cut like the plain ones (RV%i)', xlen => {
  const machine = defaultMachine(xlen)
  const random = randomSource(xlen), next = leafSource(random)
  const chips = [...new Set(machine.chipIndex.values())]
  for (const maxTraceHeight of [256, 2048, 16_384]) {
    const image = Array.from({ length: 200 }, () => random(4000) + (random(2) << 20))
    const meter = freshMeter(machine, maxTraceHeight, image)
    const blocks: PlainBlock[] = Array.from({ length: 1500 }, () => {
      const instructions = 1 + random(40), rows = random(20) === 0 ? 1 + random(1023) : instructions
      const count = random(20) === 0 ? Math.min(1, rows) : instructions
      const touched = Array.from({ length: random(maxTraceHeight > 4000 ? 30 : 6) }, next).filter(([space]) => space !== REGISTERS)
      const weight = Math.max(rows, count), chip = chips[random(chips.length)]!
      expect(meter.enter(weight)).toBe(true)
      for (const [space, leaf] of touched) meter.touch(space, leaf * 16 + random(16), 1)
      for (let index = 0; index < count; index++) {
        const rows = index === 0 ? weight - count + 1 : 1
        meter.count([{ chip, rows: 1 }], rows, rows)
      }
      return { instructions: count, weight, rows: [[chip, weight]], touches: touched.map(([space, leaf]) => leafIdOf(space + 1, leaf * 16)) }
    })
    const wanted = segmentPlainly({ machine: { ...machine, limits: { ...machine.limits, maxTraceHeight } }, slots: 8, imageLeaves: image.map(leaf => leafIdOf(2, leaf * 16)), registerLeaves: xlen / 4, blocks })
    const last = wanted.pop()!
    expect(wanted.length).toBeGreaterThan(2)
    expect(meter.segments).toEqual(wanted.map(({ warning, ...segment }) => ({ ...segment, ...(warning && { overLimit: true }) })))
    expect({ instretStart: meter.segmentStart, heights: meter.openHeights() }).toEqual({ instretStart: last.instretStart, heights: last.heights })
  }
})
