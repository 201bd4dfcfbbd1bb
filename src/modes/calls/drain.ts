/** Takes everything that was counted out of the area, which is as good as new then, and what calls are open. */
import { callsStruct, KIND_TAIL, PATH_NONE, PATH_OTHER, PATH_UNMATCHED } from '../../layout/calls.ts'
import { CONTEXT, HEAD, UNIT_WORDS, type CallArea } from './area.ts'
import { pcOf } from '../../program/slots.ts'
import { Column } from './column.ts'
import { clearTable } from './contexts.ts'
import { OTHER, UNMATCHED, type CallCounts, type CallPaths } from './counts.ts'
import type { LeafMarks } from './marks.ts'
import type { OpenCalls } from './open-calls.ts'
import { PathTable } from './paths.ts'
import { RunWriter } from './runs.ts'
import { FRAME, FRAMES } from './stack.ts'

/** What a job counts beside the area, by context and address. */
export type Beside = Map<number, Map<number, number>>

export interface Drained {
  readonly counts: CallCounts
  readonly open: OpenCalls
}

interface DrainOptions {
  /** Executions of instructions that have no counters in the area. */
  readonly outside: Beside
  /** Rows beyond one for each execution. */
  readonly extraRows: Beside
  /** Does what counts do start anew at an address? If not, counters are differences. */
  startsAt(pc: number): boolean
  /** Slots of the instruction at an address. */
  lengths(pc: number): number
  /** Where first touches count. */
  readonly marks: LeafMarks | undefined
}

/** Paths as columns, found again by their ids in the area. */
class Paths {
  readonly #area: CallArea
  readonly #table = new PathTable()
  readonly #known = new Map<number, number>()

  constructor(area: CallArea) {
    this.#area = area
  }

  /** Index of the path with an id. Callers come before callees. */
  of(id: number): number {
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const area = this.#area
    const parent = area.get(id, CONTEXT.parent)
    const isTail = area.get(id, CONTEXT.kind) === KIND_TAIL ? 1 : 0
    const index = this.#table.place(this.#caller(parent), area.get(id, CONTEXT.function), isTail)
    this.#known.set(id, index)
    return index
  }

  #caller(parent: number): number {
    if (parent === PATH_NONE) return -1
    if (parent === PATH_UNMATCHED) return this.#table.place(-1, UNMATCHED, 0)
    return parent === PATH_OTHER ? this.#table.place(-1, OTHER, 0) : this.of(parent)
  }

  finish(): CallPaths {
    return this.#table.finish()
  }
}

/** Contexts that may have counted something: those below OTHER only where there may have been no room for others. */
function* contextsIn(area: CallArea): Generator<number> {
  const { u32, functions } = area
  for (let place = u32[HEAD.first]!; place < u32[HEAD.used]!; place += area.sizeOf(place)) yield place
  if (!mayHaveOthers(area)) return
  for (let index = 0; index < functions.starts.length; index++) yield area.otherOf(index)
}

/** May contexts below OTHER have counted, because there was no room for one of their own? */
function mayHaveOthers({ u32, largest, countsOthers }: CallArea): boolean {
  const size = u32[HEAD.mask]! + 1
  const isTableFull = size === callsStruct.table.count && (u32[HEAD.entries]! + 1) * 2 > size
  return countsOthers || isTableFull || u32[HEAD.used]! + largest > u32[HEAD.limit]!
}

export function drain(area: CallArea, options: DrainOptions): Drained {
  const { outside, extraRows, marks } = options
  const { u32, i32, functions } = area
  const paths = new Paths(area)
  const path = new Column(Uint32Array)
  const step = new Column(Int32Array)
  const calls = new Column(Float64Array)
  const touches = new Column(Float64Array)
  const firstRun = new Column(Uint32Array)
  const runs = new RunWriter(area.code.slotBytes)
  const extra = { context: new Column(Uint32Array), pc: new Column(Uint32Array), rows: new Column(Float64Array) }
  for (const place of contextsIn(area)) {
    const at = area.wordOf(place)
    const own = area.wide(at + CONTEXT.calls)
    const touched = area.wide(at + CONTEXT.touches)
    const before = runs.length
    runs.begin()
    takeRuns(area, place, options, runs)
    for (const [pc, times] of [...(outside.get(place) ?? [])].toSorted(([a], [b]) => a - b)) runs.add(pc, 1, times)
    if (own === 0 && touched === 0 && runs.length === before) continue
    for (const [pc, rows] of extraRows.get(place) ?? []) {
      extra.context.push(path.length)
      extra.pc.push(pc)
      extra.rows.push(rows)
    }
    path.push(paths.of(u32[at + CONTEXT.path]!))
    step.push(i32[at + CONTEXT.step]!)
    calls.push(own)
    touches.push(touched)
    firstRun.push(before)
  }
  firstRun.push(runs.length)
  const counts = {
    functions: functions.starts,
    contexts: {
      path: path.finish(),
      step: step.finish(),
      calls: calls.finish(),
      touches: marks && touches.finish(),
      firstRun: firstRun.finish(),
    },
    runs: runs.finish(),
    extraRows: { context: extra.context.finish(), pc: extra.pc.finish(), rows: extra.rows.finish() },
    unmatched: area.wide(HEAD.unmatched),
    skipped: area.wide(HEAD.skipped),
    forgotten: area.wide(HEAD.forgotten),
  }
  const frames = framesOf(area, paths)
  const current = paths.of(area.get(u32[HEAD.current]!, CONTEXT.path))
  const open = { current, step: i32[HEAD.step]!, frames, searches: u32[HEAD.budget]!, touched: marks?.take() }
  const all = paths.finish()
  clear(area, mayHaveOthers(area))
  return { counts: { ...counts, paths: all }, open: openOf(all, open) }
}

/** The counts of a context's own slots. */
function takeRuns(area: CallArea, place: number, { startsAt, lengths }: DrainOptions, runs: RunWriter): void {
  const { u32, i32 } = area
  const start = area.get(place, CONTEXT.start)
  const slots = area.get(place, CONTEXT.slots)
  const counters = area.wordOf(place) + CONTEXT.counters
  let times = 0
  const own = { base: start, slotBytes: area.code.slotBytes }
  for (let slot = 0, behind = 0; slot < slots; slot++) {
    const at = counters + slot * 2
    const pc = pcOf(own, slot)
    if (startsAt(pc)) times = behind = 0
    if (slot < behind) continue
    if (u32[at] !== 0 || i32[at + 1] !== 0) times += area.wide(at)
    if (times === 0) continue
    runs.add(pc, 1, times)
    behind = slot + lengths(pc)
  }
}

/** Open calls, the outermost first. */
function framesOf(area: CallArea, paths: Paths): OpenCalls['frames'] {
  const { u32 } = area
  const count = (u32[HEAD.top]! / 4 - FRAMES) / FRAME.words
  const path = new Uint32Array(count)
  const ret = new Uint32Array(count)
  const sp = new Uint32Array(count)
  for (let frame = 0, at = FRAMES + FRAME.words; frame < count; frame++, at += FRAME.words) {
    path[frame] = paths.of(area.get(u32[at + FRAME.context]!, CONTEXT.path))
    ret[frame] = u32[at + FRAME.ret]! & ~1
    sp[frame] = u32[at + FRAME.sp]!
  }
  return { path, ret, sp }
}

/** With the paths that lead to open calls alone. */
function openOf(paths: CallPaths, open: Omit<OpenCalls, 'paths'>): OpenCalls {
  const places = new Int32Array(paths.parent.length)
  places[open.current] = 1
  for (const path of open.frames.path) places[path] = 1
  for (let path = places.length - 1; path >= 0; path--) {
    const parent = paths.parent[path]!
    if (places[path] === 1 && parent >= 0) places[parent] = 1
  }
  const kept = { parent: new Column(Int32Array), function: new Column(Int32Array), isTail: new Column(Uint8Array) }
  for (let path = 0; path < places.length; path++) {
    if (places[path] === 0) continue
    const parent = paths.parent[path]!
    places[path] = kept.parent.length
    kept.parent.push(parent < 0 ? -1 : places[parent]!)
    kept.function.push(paths.function[path]!)
    kept.isTail.push(paths.isTail[path]!)
  }
  const { path, ret, sp } = open.frames
  return {
    paths: { parent: kept.parent.finish(), function: kept.function.finish(), isTail: kept.isTail.finish() },
    current: places[open.current]!,
    step: open.step,
    frames: { path: path.map(own => places[own]!), ret, sp },
    searches: open.searches,
    touched: open.touched,
  }
}

/** All but the functions becomes zero. */
function clear(area: CallArea, others: boolean): void {
  const { u32 } = area
  clearTable(area)
  u32.fill(0, u32[HEAD.first]! * UNIT_WORDS, u32[HEAD.used]! * UNIT_WORDS)
  u32.fill(0, FRAMES, u32[HEAD.top]! / 4 + FRAME.words)
  if (others) {
    for (let index = 0; index < area.functions.starts.length; index++) {
      const place = area.otherOf(index)
      u32.fill(0, area.wordOf(place) + CONTEXT.calls, (place + area.sizeOf(place)) * UNIT_WORDS)
    }
  }
  for (const name of ['unmatched', 'skipped', 'forgotten'] as const) u32.fill(0, HEAD[name], HEAD[name] + 2)
}
