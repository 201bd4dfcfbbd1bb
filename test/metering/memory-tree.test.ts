/** The memory tables of the meter agree with the plain ones: golden figures, and random accesses with cuts at random places. */
import { describe, expect, test } from 'vitest'
import { MEMORY, meterLayout, PUBLIC_VALUES, REGISTERS, TREE_HEIGHT } from '../../src/layout/meter.ts'
import { INTERVAL_LEAVES, LOG_FULL, MAX_INTERVAL } from '../../src/layout/meter-rules.ts'
import { INTERVAL_NODES } from '../../src/machine/interval.ts'
import { defaultMachine, type Machine } from '../../src/machine/machine.ts'
import { Meter } from '../../src/machine/meter.ts'
import { MeterArea } from '../../src/machine/meter-area.ts'
import { leafId, stampImageLeaf, touchLeaf, undoTouches } from '../../src/machine/memory-tree.ts'
import { leafIdOf, PlainMemoryTables, type MemoryRows } from '../machine/plain/memory-tables.ts'
import { segmentPlainly, type PlainBlock } from '../machine/plain/segmenter.ts'
import { randomSource } from '../support/random.ts'

const PUBLIC_BYTES = 4096

type Leaves = readonly number[]

function freshMeter(machine: Machine, maxTraceHeight: number, imageLeaves: Leaves = [], careful = false): Meter {
  const meter = new Meter({ buffer: new SharedArrayBuffer(meterLayout.areaBytes), offset: 0 }, machine)
  const swelling = { units: new Map([...machine.chipIndex.values()].map(chip => [chip, 64])), isPossible: true }
  const limits = { ...machine.limits, maxTraceHeight }
  meter.start({ limits, slots: 8, imageLeaves, publicValuesBytes: PUBLIC_BYTES, swelling, careful })
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

const minus = (a: MemoryRows, b: MemoryRows): MemoryRows => ({
  boundary: a.boundary - b.boundary,
  merkle: a.merkle - b.merkle,
  hash: a.hash - b.hash,
})

describe('golden figures', () => {
  test.each([
    [[], { boundary: 2, merkle: 56, hash: 59 }],
    [[0, 1], { boundary: 2, merkle: 56, hash: 60 }],
  ] as const)('two sibling leaves, image leaves %j', (image, wanted) => {
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
    meter.count([], 1, 0)
    expect(meter.check()).toBe(true)
    expect(meter.segments.map(({ instructions, overLimit }) => ({ instructions, overLimit }))).toEqual([
      { instructions: 1, overLimit: true },
    ])
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
      case 0:
        return [MEMORY, (near = random(2 ** 25))]
      case 1:
        return [PUBLIC_VALUES, random(PUBLIC_BYTES / 16)]
      case 2:
        return [REGISTERS, random(16)]
      case 3:
        return [MEMORY, [0, 1, 2 ** 25 - 1, 2 ** 24][random(4)]!]
      case 4:
        return [MEMORY, near ^ (1 << random(25))]
      default:
        return [MEMORY, Math.min(2 ** 25 - 1, near + random(200))]
    }
  }
}

test.each([1, 2, 3, 4])('random touches, taken back and kept, seed %i', seed => {
  const random = randomSource(seed)
  const next = leafSource(random)
  const image = Array.from({ length: 300 }, () => next())
    .filter(([space]) => space === MEMORY)
    .map(([, leaf]) => leaf)
  const area = bareArea(image)
  const { memoryChips } = defaultMachine(64)
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

/** What a block does: its instructions, rows of one chip, and the leaves that it touches. */
interface Step {
  readonly instructions: number
  readonly chip: number
  readonly rows: number
  readonly touched: readonly (readonly [space: number, leaf: number])[]
}

/** Feeds a meter with blocks until it is lost; how many it took. */
function feed(meter: Meter, steps: readonly Step[], random: (bound: number) => number): number {
  for (const [index, { instructions, chip, rows, touched }] of steps.entries()) {
    if (!meter.enter(instructions)) return index
    for (const [space, leaf] of touched) meter.touch(space, leaf * 16 + random(16), 1)
    for (let count = 0; count < instructions; count++) {
      const own = count === 0 ? rows - instructions + 1 : 1
      meter.count([{ chip, rows: 1 }], own, own > 1 ? Math.ceil(own / 64) : 0)
    }
  }
  return steps.length
}

test.each([32, 64] as const)('random accesses through the meter are cut like the plain ones (RV%i)', xlen => {
  const machine = defaultMachine(xlen)
  const random = randomSource(xlen)
  const next = leafSource(random)
  const chips = [...new Set(machine.chipIndex.values())]
  let lost = 0
  for (const maxTraceHeight of [256, 16_384, 2 ** 18]) {
    const image = Array.from({ length: 200 }, () => random(4000) + (random(2) << 20))
    const steps = Array.from({ length: 900 }, (_, index): Step => {
      // Some instructions add many rows, and once a whole interval's do.
      const instructions = 1 + random(40)
      const isBurst = index > 600 && index < 640
      const isLarge = random(20) === 0
      const extra = isBurst || isLarge ? random(isBurst ? 60_000 : 1023) : 0
      const touched = Array.from({ length: random(maxTraceHeight > 4000 ? 30 : 6) }, next).filter(
        ([space]) => space !== REGISTERS,
      )
      return { instructions, chip: chips[isBurst ? 0 : random(chips.length)]!, rows: instructions + extra, touched }
    })
    const blocks = steps.map(({ instructions, chip, rows, touched }): PlainBlock => {
      const touches = touched.map(([space, leaf]) => leafIdOf(space + 1, leaf * 16))
      return { instructions, length: instructions, rows: [[chip, rows]], touches }
    })
    const wanted = segmentPlainly({
      machine: { ...machine, limits: { ...machine.limits, maxTraceHeight } },
      slots: 8,
      imageLeaves: image.map(leaf => leafIdOf(2, leaf * 16)),
      registerLeaves: xlen / 4,
      blocks,
    })
    const last = wanted.pop()!
    const ended = wanted.map(({ warning, ...segment }) => ({ ...segment, ...(warning && { overLimit: true }) }))
    expect(wanted.length).toBeGreaterThan(1)
    const careful = freshMeter(machine, maxTraceHeight, image, true)
    expect(feed(careful, steps, random)).toBe(steps.length)
    expect(careful.segments).toEqual(ended)
    expect([careful.segmentStart, careful.openHeights()]).toEqual([last.instretStart, last.heights])
    // A meter that is not careful may be lost, but only in front of a check that cuts, and never on the wrong side of
    // one.
    const quick = freshMeter(machine, maxTraceHeight, image)
    const done = feed(quick, steps, random)
    expect(quick.lost).toBe(done < steps.length)
    if (quick.lost) lost++
    expect(quick.segments).toEqual(ended.slice(0, quick.segments.length))
    const following = ended[quick.segments.length]
    if (!quick.lost) expect(following).toBeUndefined()
    else expect(following!.instretStart + following!.instructions).toBeGreaterThanOrEqual(quick.instret - 1000)
  }
  expect(lost).toBeGreaterThan(0)
})

describe('what an interval may hold', () => {
  test('the log and the undo list have room for it', () => {
    expect(INTERVAL_LEAVES + LOG_FULL).toBeLessThanOrEqual(meterLayout.log.count)
    // Registers are charged on top at a cut: 256 leaves at most, with all nodes above.
    expect(INTERVAL_NODES + 2 * 256 + 2 * TREE_HEIGHT).toBeLessThanOrEqual(meterLayout.undo.count)
    expect(64 * MAX_INTERVAL).toBeLessThan(2 ** 16)
  })

  test('operands that are spread over memory are taken back at a cut and counted in the next segment', () => {
    const machine = defaultMachine(64)
    const { boundary } = machine.memoryChips
    const meter = freshMeter(machine, 2 ** 17, [], true)
    const calls = 300
    const leaves = 1023
    for (let index = 0; index < 1000; index++) meter.count([], 1, 0)
    expect(meter.enter(calls)).toBe(true)
    for (let index = 0; index < calls; index++) {
      meter.touch(MEMORY, index * 2 ** 20, leaves * 16)
      meter.count([], 1, 16)
    }
    expect(meter.enter(1000)).toBe(true)
    // Both cuts come with the second check: what is behind the first exceeds the limit alone.
    expect(
      meter.segments.map(({ instructions, heights, overLimit }) => [instructions, heights[boundary], overLimit]),
    ).toEqual([
      [1000, 16, undefined],
      [calls, 16 + calls * leaves, true],
    ])
    expect(meter.openHeights()[boundary]).toBe(16)
  })
})
