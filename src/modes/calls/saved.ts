/** A run's calls as saved runs have them: columns as byte strings, looked through before anything is made of them. */
import * as v from 'valibot'
import { callsStruct, LONG_SEARCHES, MOST_DEPTH } from '../../layout/calls.ts'
import type { CallsOrder } from './collector.ts'
import { OTHER, UNMATCHED, type CallCounts, type CallPaths } from './counts.ts'
import { functionAt, type Functions } from './functions.ts'
import type { LeafRanges } from './marks.ts'
import type { OpenCalls } from './open-calls.ts'

const whole = (max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(max))
const count = whole(Number.MAX_SAFE_INTEGER)
/** Number of a byte string: a column, little-endian. */
const column = count
const Paths = v.strictObject({ parent: column, function: column, isTail: column })
/** What a marker can say. */
const marker = v.pipe(v.number(), v.integer(), v.minValue(-2048), v.maxValue(2047))

const Saved = v.strictObject({
  paths: Paths,
  contexts: v.strictObject({
    path: column,
    step: column,
    calls: column,
    touches: v.optional(column),
    firstRun: column,
  }),
  runs: v.strictObject({ pc: column, instructions: column, times: column }),
  extraRows: v.strictObject({ context: column, pc: column, rows: column }),
  unmatched: count,
  skipped: count,
  forgotten: count,
  open: v.optional(
    v.strictObject({
      paths: Paths,
      current: count,
      step: marker,
      frames: v.strictObject({ path: column, ret: column, sp: column }),
      searches: whole(LONG_SEARCHES),
      touched: v.optional(v.strictObject({ first: column, count: column })),
    }),
  ),
})
type Saved = v.InferOutput<typeof Saved>

type Numbers = Uint8Array | Int32Array | Uint32Array | Float64Array
type Numbered<T> = { readonly [K in keyof T]: number }

export function savedCalls(counts: CallCounts, open: CallsOrder, keep: (bytes: Uint8Array) => number): Saved {
  const kept = <T extends object>(columns: T): Numbered<T> => {
    const one = ({ buffer, byteOffset, byteLength }: Numbers): number =>
      keep(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength))
    return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, one(values)])) as Numbered<T>
  }
  const { paths, contexts, runs, extraRows, unmatched, skipped, forgotten } = counts
  const { touches, ...others } = contexts
  const { slotBytes: _, ...runColumns } = runs
  return {
    paths: kept(paths),
    contexts: { ...kept(others), ...(touches !== undefined && kept({ touches })) },
    runs: kept(runColumns),
    extraRows: kept(extraRows),
    unmatched,
    skipped,
    forgotten,
    open: open && {
      paths: kept(open.paths),
      current: open.current,
      step: open.step,
      frames: kept(open.frames),
      searches: open.searches,
      touched: open.touched && kept(open.touched),
    },
  }
}

interface Source {
  readonly functions: Functions
  /** Those of guest memory. */
  readonly leaves: number
  readonly instructions: bigint
  bytes(index: number): Uint8Array
}

/** @throws Error where `saved` is no such data, contradicts itself, or is of another guest. */
export function restoredCalls(
  saved: unknown,
  { functions, leaves, instructions, bytes }: Source,
): { readonly counts: CallCounts; readonly open: CallsOrder } {
  const read = columnReader(bytes)
  const { paths, contexts, runs, extraRows, open, ...totals } = v.parse(Saved, saved)
  const counts: CallCounts = {
    functions: functions.starts,
    paths: readPaths(read, paths),
    contexts: {
      path: read(Uint32Array, contexts.path),
      step: read(Int32Array, contexts.step),
      calls: read(Float64Array, contexts.calls),
      touches: contexts.touches === undefined ? undefined : read(Float64Array, contexts.touches),
      firstRun: read(Uint32Array, contexts.firstRun),
    },
    runs: {
      slotBytes: functions.slotBytes,
      pc: read(Uint32Array, runs.pc),
      instructions: read(Uint32Array, runs.instructions),
      times: read(Float64Array, runs.times),
    },
    extraRows: {
      context: read(Uint32Array, extraRows.context),
      pc: read(Uint32Array, extraRows.pc),
      rows: read(Float64Array, extraRows.rows),
    },
    ...totals,
  }
  checkPaths(counts.paths, functions)
  checkContexts(counts)
  checkRuns(counts, functions, instructions)
  checkExtraRows(counts, functions)
  if (open === undefined) {
    if (instructions > 0n) throw wrong('open calls')
    return { counts, open }
  }
  const { path, ret, sp } = open.frames
  const { touched } = open
  const own: OpenCalls = {
    ...open,
    paths: readPaths(read, open.paths),
    frames: { path: read(Uint32Array, path), ret: read(Uint32Array, ret), sp: read(Uint32Array, sp) },
    touched: touched && { first: read(Uint32Array, touched.first), count: read(Uint32Array, touched.count) },
  }
  checkPaths(own.paths, functions)
  checkOpen(own, functions)
  checkTouches(counts.contexts.touches, own.touched, leaves)
  return { counts, open: own }
}

const wrong = (what: string): Error => new Error(`${what} of the tree of calls`)

type ReadColumn = <T extends Numbers>(make: ColumnType<T>, index: number) => T

interface ColumnType<T> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer): T
}

const columnReader =
  (bytes: (index: number) => Uint8Array): ReadColumn =>
  (make, index) => {
    const content = bytes(index)
    if (content.length % make.BYTES_PER_ELEMENT !== 0) throw wrong('a column that is cut off')
    return new make(content.slice().buffer)
  }

const readPaths = (read: ReadColumn, { parent, function: of, isTail }: Saved['paths']): CallPaths => ({
  parent: read(Int32Array, parent),
  function: read(Int32Array, of),
  isTail: read(Uint8Array, isTail),
})

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

const haveLength = (length: number, ...columns: readonly { readonly length: number }[]): boolean =>
  columns.every(column => column.length === length)

/** Callers come before callees, no two are the same, and none is deeper than it can be. */
function checkPaths({ parent, function: of, isTail }: CallPaths, { starts }: Functions): void {
  if (!haveLength(parent.length, of, isTail)) throw wrong('paths')
  const depth = new Uint32Array(parent.length)
  const known = new Map<number, Set<number>>()
  for (let path = 0; path < parent.length; path++) {
    const caller = parent[path]!
    const own = of[path]!
    const isRoot = own === UNMATCHED || own === OTHER
    const isKnown = isRoot ? caller === -1 : own >= 0 && own < starts.length
    if (!isKnown || caller < -1 || caller >= path || isTail[path]! > 1) throw wrong('paths')
    depth[path] = caller < 0 ? 1 : depth[caller]! + 1
    if (depth[path]! > MOST_DEPTH + starts.length + 1) throw wrong('paths')
    let siblings = known.get(caller)
    if (siblings === undefined) known.set(caller, (siblings = new Set()))
    const key = own * 2 + isTail[path]!
    if (siblings.has(key)) throw wrong('paths')
    siblings.add(key)
  }
}

function checkContexts({ paths, contexts: { path, step, calls, touches, firstRun }, runs }: CallCounts): void {
  const { length } = path
  if (!haveLength(length, step, calls, touches ?? path) || firstRun.length !== length + 1) throw wrong('contexts')
  for (let context = 0; context < length; context++) {
    const own = path[context]!
    const follows = context === 0 || path[context - 1]! < own || step[context - 1]! < step[context]!
    const isOrdered = follows && (context === 0 || path[context - 1]! <= own)
    const isMarker = step[context]! >= -2048 && step[context]! <= 2047
    const isCounted = isCount(calls[context]!) && isCount(touches?.[context] ?? 0)
    const isRoot = (paths.function[own] ?? -1) < 0
    if (!isOrdered || !isMarker || !isCounted || isRoot) throw wrong('contexts')
    if (firstRun[context]! > firstRun[context + 1]!) throw wrong('contexts')
  }
  if (firstRun[0] !== 0 || firstRun[length] !== runs.pc.length) throw wrong('contexts')
}

/** Runs of a context lie in its function, one behind the other; all together are the run's instructions. */
function checkRuns({ paths, contexts, runs }: CallCounts, { slotBytes, starts, ends }: Functions, all: bigint): void {
  const { pc, instructions, times } = runs
  if (!haveLength(pc.length, instructions, times)) throw wrong('counts')
  let total = 0
  for (let context = 0; context < contexts.path.length; context++) {
    const of = paths.function[contexts.path[context]!]!
    let from = starts[of]!
    for (let run = contexts.firstRun[context]!; run < contexts.firstRun[context + 1]!; run++) {
      const end = pc[run]! + instructions[run]! * slotBytes
      const isInside = pc[run]! >= from && pc[run]! % slotBytes === 0 && instructions[run]! > 0 && end <= ends[of]!
      if (!isInside || !isCount(times[run]!) || times[run] === 0) throw wrong('counts')
      total += times[run]! * instructions[run]!
      from = end
    }
  }
  if (!Number.isSafeInteger(total) || BigInt(total) !== all) throw wrong('counts')
}

function checkExtraRows({ paths, contexts, extraRows }: CallCounts, functions: Functions): void {
  const { context, pc, rows } = extraRows
  if (!haveLength(context.length, pc, rows)) throw wrong('rows')
  for (let index = 0; index < context.length; index++) {
    const path = contexts.path[context[index]!]
    if (path === undefined || functionAt(functions, pc[index]!) !== paths.function[path]) throw wrong('rows')
    if (pc[index]! % functions.slotBytes !== 0 || !isCount(rows[index]!)) throw wrong('rows')
  }
}

function checkOpen({ paths, current, frames: { path, ret, sp } }: OpenCalls, { slotBytes }: Functions): void {
  const isFunction = (of: number): boolean => (paths.function[of] ?? -1) >= 0
  if (!isFunction(current)) throw wrong('open calls')
  if (!haveLength(path.length, ret, sp) || path.length >= callsStruct.stack.count) throw wrong('open calls')
  for (let frame = 0; frame < path.length; frame++)
    if (!isFunction(path[frame]!) || ret[frame]! % slotBytes !== 0) throw wrong('open calls')
}

/** Each leaf was touched first in one context. */
function checkTouches(counted: Float64Array | undefined, touched: LeafRanges | undefined, leaves: number): void {
  if (counted === undefined && touched === undefined) return
  if (counted === undefined || touched === undefined) throw wrong('touches')
  const { first, count } = touched
  if (!haveLength(first.length, count)) throw wrong('touches')
  let end = 0
  let all = 0
  for (let range = 0; range < first.length; range++) {
    if (first[range]! < end || count[range] === 0) throw wrong('touches')
    end = first[range]! + count[range]!
    all += count[range]!
  }
  if (end > leaves || all !== counted.reduce((sum, own) => sum + own, 0)) throw wrong('touches')
}
