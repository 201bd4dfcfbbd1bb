/** The memory tables of the meter agree with the plain ones: golden figures, and random accesses with cuts at random places. */
import { describe, expect, test } from 'vitest'
import { leafId, MEMORY, meterLayouts, PUBLIC_VALUES, REGISTERS, type MeterLayout } from '../../src/layout/meter.ts'
import { intervalLeaves, LOG_FULL, MAX_INTERVAL } from '../../src/layout/meter-rules.ts'
import { intervalNodes } from '../../src/machine/interval.ts'
import { defaultMachine, type Machine } from '../../src/machine/machine.ts'
import { Meter } from '../../src/machine/meter.ts'
import { MeterArea } from '../../src/machine/meter-area.ts'
import { meterLayoutOf } from '../../src/machine/leaves.ts'
import { forgetUndo, stampImageLeaf, touchLeaf, undoTouches } from '../../src/machine/memory-tree.ts'
import { leafIdOf, PlainMemoryTables, plainTrees, type MemoryRows } from '../machine/plain/memory-tables.ts'
import { segmentPlainly, type PlainBlock } from '../machine/plain/segmenter.ts'
import { widths } from '../run/support.ts'
import { randomSource } from '../support/random.ts'

const PUBLIC_BYTES = 4096

type Leaves = readonly number[]

function freshMeter(machine: Machine, maxTraceHeight: number, imageLeaves: Leaves = [], careful = false): Meter {
  const meter = new Meter({ buffer: new SharedArrayBuffer(meterLayoutOf(machine).areaBytes), offset: 0 }, machine)
  const swelling = { units: new Map([...machine.chipIndex.values()].map(chip => [chip, 64])), isPossible: true }
  const limits = { ...machine.limits, maxTraceHeight }
  meter.start({ limits, slots: 8, imageLeaves, publicValuesBytes: PUBLIC_BYTES, swelling, careful })
  return meter
}

/** The memory tables alone, without registers. */
function bareArea(imageLeaves: readonly number[] = [], machine = defaultMachine(64)): MeterArea {
  const meter = freshMeter(machine, 1 << 20)
  const { area } = meter
  area.stamps.fill(0, 0, area.layout.spaceOffsets[MEMORY])
  for (const chip of Object.values(machine.memoryChips)) area.heights[chip] = 0
  area.set('zero_height', 0)
  for (const leaf of imageLeaves) stampImageLeaf(area, leafId(area.layout, MEMORY, leaf))
  return area
}

function rowsOf(heights: ArrayLike<number>, machine = defaultMachine(64)): MemoryRows {
  const { boundary, merkle, hash } = machine.memoryChips
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
    touchLeaf(area, leafId(area.layout, MEMORY, 0))
    touchLeaf(area, leafId(area.layout, MEMORY, 1))
    expect(rowsOf(area.heights)).toEqual(wanted)
  })

  test('the first leaf of the next page', () => {
    const area = bareArea()
    touchLeaf(area, leafId(area.layout, MEMORY, 0))
    const before = rowsOf(area.heights)
    touchLeaf(area, leafId(area.layout, MEMORY, 64))
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

  test('RV32: two rows of the boundary for each leaf of 8 bytes, and one more level', () => {
    const machine = defaultMachine(32)
    const meter = freshMeter(machine, 64)
    // 16 leaves, 15 nodes above them up to height 4, and one at each of the heights 5 to 29; 30 zero subtrees.
    const fresh = rowsOf(meter.openHeights(), machine)
    expect(fresh).toEqual({ boundary: 32, merkle: 80, hash: 86 })
    meter.touch(MEMORY, 0, 1)
    expect(minus(rowsOf(meter.openHeights(), machine), fresh)).toEqual({ boundary: 2, merkle: 52, hash: 27 })
    meter.touch(MEMORY, 7, 1)
    expect(minus(rowsOf(meter.openHeights(), machine), fresh)).toEqual({ boundary: 2, merkle: 52, hash: 27 })
    // Over the edge of a leaf: one leaf more, whose parent is there.
    meter.touch(MEMORY, 7, 2)
    expect(minus(rowsOf(meter.openHeights(), machine), fresh)).toEqual({ boundary: 4, merkle: 52, hash: 28 })
    meter.count([], 1, 0)
    expect(meter.check()).toBe(true)
    // 56 hashes for the end, as many for the start.
    expect(rowsOf(meter.openHeights(), machine)).toEqual({ boundary: 32, merkle: 80, hash: 112 })
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
function leafSource(
  random: (bound: number) => number,
  { spaceBits, leafBytes, leafMask }: MeterLayout,
): () => [space: number, leaf: number] {
  let near = random(2 ** spaceBits)
  return () => {
    switch (random(12)) {
      case 0:
        return [MEMORY, (near = random(2 ** spaceBits))]
      case 1:
        return [PUBLIC_VALUES, random(PUBLIC_BYTES / leafBytes)]
      case 2:
        return [REGISTERS, random(16)]
      case 3:
        return [MEMORY, [0, 1, leafMask, 2 ** (spaceBits - 1)][random(4)]!]
      case 4:
        return [MEMORY, near ^ (1 << random(spaceBits))]
      default:
        return [MEMORY, Math.min(leafMask, near + random(200))]
    }
  }
}

test.each([
  [64, 1],
  [64, 2],
  [32, 3],
  [32, 4],
] as const)('random touches, taken back and kept (RV%i), seed %i', (xlen, seed) => {
  const machine = defaultMachine(xlen)
  const layout = meterLayoutOf(machine)
  const tree = plainTrees[xlen]
  const random = randomSource(seed)
  const next = leafSource(random, layout)
  const image = Array.from({ length: 300 }, () => next())
    .filter(([space]) => space === MEMORY)
    .map(([, leaf]) => leaf)
  const area = bareArea(image, machine)
  const plain = new PlainMemoryTables(
    image.map(leaf => leafIdOf(2, leaf * tree.leafBytes, tree)),
    0,
    tree,
  )
  const touch = ([space, leaf]: [number, number]): number => {
    touchLeaf(area, leafId(layout, space, leaf))
    plain.touch(leafIdOf(space + 1, leaf * tree.leafBytes, tree))
    return leafId(layout, space, leaf)
  }
  for (let segment = 0; segment < 12; segment++) {
    area.set('recording', 0)
    for (let count = random(80); count > 0; count--) touch(next())
    const kept = area.heights.slice()
    area.set('recording', 1)
    forgetUndo(area)
    const since = Array.from({ length: random(30) }, () => touch(next()))
    expect(rowsOf(area.heights, machine), `segment ${segment}`).toEqual(plain.rows())
    // A cut where recording began; leaf ids of both sides are the same numbers.
    undoTouches(area)
    expect(rowsOf(kept, machine)).toEqual(plain.cut(since))
    area.set('stamp', area.get('stamp') + 1)
    area.set('zero_height', 0)
    for (const chip of Object.values(machine.memoryChips)) area.heights[chip] = 0
    for (const id of since) touchLeaf(area, id)
    expect(rowsOf(area.heights, machine), `after the cut behind segment ${segment}`).toEqual(plain.rows())
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
    const { leafBytes } = meter.area.layout
    for (const [space, leaf] of touched) meter.touch(space, leaf * leafBytes + random(leafBytes), 1)
    for (let count = 0; count < instructions; count++) {
      const own = count === 0 ? rows - instructions + 1 : 1
      meter.count([{ chip, rows: 1 }], own, own > 1 ? Math.ceil(own / 64) : 0)
    }
  }
  return steps.length
}

test.each(widths)('random accesses through the meter are cut like the plain ones (RV%i)', xlen => {
  const machine = defaultMachine(xlen)
  const tree = plainTrees[xlen]
  const random = randomSource(xlen)
  const next = leafSource(random, meterLayoutOf(machine))
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
      const touches = touched.map(([space, leaf]) => leafIdOf(space + 1, leaf * tree.leafBytes, tree))
      return { instructions, length: instructions, rows: [[chip, rows]], touches }
    })
    const wanted = segmentPlainly({
      machine: { ...machine, limits: { ...machine.limits, maxTraceHeight } },
      slots: 8,
      imageLeaves: image.map(leaf => leafIdOf(2, leaf * tree.leafBytes, tree)),
      registerLeaves: 16,
      tree,
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
  test.each([8, 16] as const)('the log and the undo list have room for it, leaves of %i bytes', leafBytes => {
    const layout = meterLayouts[leafBytes]
    expect(intervalLeaves(leafBytes) + LOG_FULL).toBeLessThanOrEqual(layout.log.count)
    // Registers are charged on top at a cut: 4096 bytes at most, with all nodes above.
    const registers = (2 * 4096) / leafBytes + 2 * layout.treeHeight
    expect(intervalNodes(layout) + registers).toBeLessThanOrEqual(layout.undo.count)
    expect(64 * MAX_INTERVAL).toBeLessThan(2 ** 16)
  })

  test.each([
    [64, 2 ** 17, 16],
    [32, 2 ** 18, 32],
  ] as const)(
    'operands that are spread over memory are taken back and counted in the next segment (RV%i)',
    (xlen, most, registers) => {
      const machine = defaultMachine(xlen)
      const { leafBytes } = meterLayoutOf(machine)
      const { boundary } = machine.memoryChips
      const meter = freshMeter(machine, most, [], true)
      const calls = 300
      const leaves = 16_368 / leafBytes
      for (let index = 0; index < 1000; index++) meter.count([], 1, 0)
      expect(meter.enter(calls)).toBe(true)
      for (let index = 0; index < calls; index++) {
        meter.touch(MEMORY, index * 2 ** 20, leaves * leafBytes)
        meter.count([], 1, 16)
      }
      expect(meter.enter(1000)).toBe(true)
      // Both cuts come with the second check: what is behind the first exceeds the limit alone.
      expect(
        meter.segments.map(({ instructions, heights, overLimit }) => [instructions, heights[boundary], overLimit]),
      ).toEqual([
        [1000, registers, undefined],
        [calls, registers + calls * leaves * (registers / 16), true],
      ])
      expect(meter.openHeights()[boundary]).toBe(registers)
    },
  )
})
