/** Adds up what was counted in parts of a run, by path and step. */
import { Column } from './column.ts'
import type { CallContexts, CallCounts, CallExtraRows, CallPaths, CallRuns } from './counts.ts'
import { PathTable } from './paths.ts'
import { RunWriter } from './runs.ts'

/** Rows of all parts one behind another, in the order of two keys: the parts they are of, and their indices there. */
interface Ordered {
  readonly part: Uint32Array
  readonly index: Uint32Array
}

interface Keys {
  /** Rows of each part. */
  readonly lengths: readonly number[]
  /** Below `count`. */
  first(part: number, index: number): number
  readonly count: number
  second(part: number, index: number): number
}

/** By the first key, then by the second, then by part: rows of one first key are few. */
function inOrder({ lengths, first, count, second }: Keys): Ordered {
  const starts = new Uint32Array(count + 1)
  for (const [part, length] of lengths.entries())
    for (let index = 0; index < length; index++) starts[first(part, index) + 1]!++
  for (let key = 0; key < count; key++) starts[key + 1]! += starts[key]!
  const total = starts[count]!
  const next = starts.slice()
  const part = new Uint32Array(total)
  const index = new Uint32Array(total)
  for (const [from, length] of lengths.entries()) {
    for (let row = 0; row < length; row++) {
      const at = next[first(from, row)]!++
      part[at] = from
      index[at] = row
    }
  }
  for (let key = 0; key < count; key++) {
    const from = starts[key]!
    const to = starts[key + 1]!
    if (to - from < 2) continue
    if (to - from === 2) {
      if (second(part[from]!, index[from]!) <= second(part[from + 1]!, index[from + 1]!)) continue
      part.subarray(from, to).reverse()
      index.subarray(from, to).reverse()
      continue
    }
    const rows = Array.from({ length: to - from }, (_, at) => [part[from + at]!, index[from + at]!] as const)
    rows.sort(([a, x], [b, y]) => second(a, x) - second(b, y))
    for (const [at, row] of rows.entries()) [part[from + at], index[from + at]] = row
  }
  return { part, index }
}

/** One context of a part. */
interface Row {
  readonly counts: CallCounts
  readonly context: number
}

/** The runs of one context in several parts, added up. */
function addRuns(writer: RunWriter, rows: readonly Row[]): void {
  writer.begin()
  const [first, second] = rows
  if (second === undefined) return copyRuns(writer, first!)
  if (rows.length === 2) return addTwo(writer, first!, second)
  const changes: [pc: number, times: number][] = []
  for (const { counts, context } of rows) {
    const { firstRun } = counts.contexts
    const { slotBytes, pc, instructions, times } = counts.runs
    for (let run = firstRun[context]!; run < firstRun[context + 1]!; run++)
      changes.push([pc[run]!, times[run]!], [pc[run]! + instructions[run]! * slotBytes, -times[run]!])
  }
  changes.sort(([a], [b]) => a - b)
  let times = 0
  for (const [index, [pc, change]] of changes.entries()) {
    times += change
    const next = changes[index + 1]?.[0] ?? pc
    writer.add(pc, (next - pc) / first!.counts.runs.slotBytes, times)
  }
}

function copyRuns(writer: RunWriter, { counts: { contexts, runs }, context }: Row): void {
  const end = contexts.firstRun[context + 1]!
  for (let run = contexts.firstRun[context]!; run < end; run++)
    writer.add(runs.pc[run]!, runs.instructions[run]!, runs.times[run]!)
}

/** What is left of a context's runs. */
class RunReader {
  readonly #runs: CallRuns
  readonly #end: number
  #run: number

  constructor({ counts: { contexts, runs }, context }: Row) {
    this.#runs = runs
    this.#run = contexts.firstRun[context]!
    this.#end = contexts.firstRun[context + 1]!
  }

  /** Where the run begins; Infinity: there is none. */
  get from(): number {
    return this.#run < this.#end ? this.#runs.pc[this.#run]! : Infinity
  }

  get to(): number {
    return this.#run < this.#end ? this.from + this.#runs.instructions[this.#run]! * this.#runs.slotBytes : Infinity
  }

  get times(): number {
    return this.#runs.times[this.#run]!
  }

  /** Everything in front of an address has been read. */
  pass(pc: number): void {
    if (this.to <= pc) this.#run++
  }
}

/** The usual case, without an object for each run. */
function addTwo(writer: RunWriter, first: Row, second: Row): void {
  const { slotBytes } = first.counts.runs
  const a = new RunReader(first)
  const b = new RunReader(second)
  for (let pc = Math.min(a.from, b.from); pc < Infinity;) {
    const inA = a.from <= pc
    const inB = b.from <= pc
    const end = Math.min(inA ? a.to : a.from, inB ? b.to : b.from)
    writer.add(pc, (end - pc) / slotBytes, (inA ? a.times : 0) + (inB ? b.times : 0))
    a.pass(end)
    b.pass(end)
    pc = Math.max(end, Math.min(a.from, b.from))
  }
}

interface Merged {
  readonly paths: CallPaths
  readonly contexts: CallContexts
  readonly runs: CallRuns
  /** By part and context there: the context here. */
  readonly placed: readonly Uint32Array[]
}

function mergeContexts(parts: readonly CallCounts[]): Merged {
  const table = new PathTable()
  const places = parts.map(({ paths }) => table.placeAll(paths))
  const placed = parts.map(({ contexts }) => new Uint32Array(contexts.path.length))
  const pathOf = (part: number, index: number): number => places[part]![parts[part]!.contexts.path[index]!]!
  const stepOf = (part: number, index: number): number => parts[part]!.contexts.step[index]!
  const order = inOrder({
    lengths: placed.map(({ length }) => length),
    first: pathOf,
    count: table.length,
    second: stepOf,
  })
  const path = new Column(Uint32Array)
  const step = new Column(Int32Array)
  const calls = new Column(Float64Array)
  const touches = new Column(Float64Array)
  const firstRun = new Column(Uint32Array)
  const runs = new RunWriter(parts[0]!.runs.slotBytes)
  for (let from = 0; from < order.part.length;) {
    const own = {
      path: pathOf(order.part[from]!, order.index[from]!),
      step: stepOf(order.part[from]!, order.index[from]!),
    }
    const rows: Row[] = []
    let allCalls = 0
    let allTouches = 0
    for (; from < order.part.length; from++) {
      const part = order.part[from]!
      const context = order.index[from]!
      if (pathOf(part, context) !== own.path || stepOf(part, context) !== own.step) break
      const counts = parts[part]!
      rows.push({ counts, context })
      allCalls += counts.contexts.calls[context]!
      allTouches += counts.contexts.touches?.[context] ?? 0
      placed[part]![context] = path.length
    }
    firstRun.push(runs.length)
    path.push(own.path)
    step.push(own.step)
    calls.push(allCalls)
    touches.push(allTouches)
    addRuns(runs, rows)
  }
  firstRun.push(runs.length)
  const counted = parts.some(({ contexts }) => contexts.touches !== undefined)
  const contexts = {
    path: path.finish(),
    step: step.finish(),
    calls: calls.finish(),
    touches: counted ? touches.finish() : undefined,
    firstRun: firstRun.finish(),
  }
  return { paths: table.finish(), contexts, runs: runs.finish(), placed }
}

function mergeExtraRows(parts: readonly CallCounts[], { contexts, placed }: Merged): CallExtraRows {
  const contextOf = (part: number, index: number): number => placed[part]![parts[part]!.extraRows.context[index]!]!
  const pcOf = (part: number, index: number): number => parts[part]!.extraRows.pc[index]!
  const order = inOrder({
    lengths: parts.map(({ extraRows }) => extraRows.pc.length),
    first: contextOf,
    count: contexts.path.length,
    second: pcOf,
  })
  const context = new Column(Uint32Array)
  const pc = new Column(Uint32Array)
  const rows = new Column(Float64Array)
  for (const [at, part] of order.part.entries()) {
    const index = order.index[at]!
    const own = contextOf(part, index)
    const address = pcOf(part, index)
    const more = parts[part]!.extraRows.rows[index]!
    const last = rows.length - 1
    if (last >= 0 && context.at(last) === own && pc.at(last) === address) {
      rows.set(last, rows.at(last) + more)
      continue
    }
    context.push(own)
    pc.push(address)
    rows.push(more)
  }
  return { context: context.finish(), pc: pc.finish(), rows: rows.finish() }
}

/**
 * All parts together, in order of their paths' first occurrence. There is at least one; contexts of parts may be in any
 * order, and there several times.
 */
export function sumOfCalls(parts: readonly CallCounts[]): CallCounts {
  const merged = mergeContexts(parts)
  const total = (key: 'unmatched' | 'skipped' | 'forgotten'): number => parts.reduce((sum, part) => sum + part[key], 0)
  return {
    functions: parts[0]!.functions,
    paths: merged.paths,
    contexts: merged.contexts,
    runs: merged.runs,
    extraRows: mergeExtraRows(parts, merged),
    unmatched: total('unmatched'),
    skipped: total('skipped'),
    forgotten: total('forgotten'),
  }
}
