/** Profiles for the Firefox Profiler, in its processed format: a track for each unit and step. */
import { version } from '../../version.ts'
import type { GuestProfile } from '../guest-profile.ts'
import { inChunks } from './chunks.ts'
import { costTable, type CostTable } from './cost-table.ts'
import { depthFirst } from './depth-first.ts'
import { firefoxStacks, type FirefoxStacks } from './firefox/stacks.ts'
import type { FormatOptions, ProfileFormat } from './format.ts'
import { jsonList, jsonTable, type Column } from './json-table.ts'
import { partsOf } from './parts.ts'

/** The first version in which threads share their tables; the profiler upgrades what is older than itself. */
const FORMAT_VERSION = 60
/** Of Firefox's own format, which the profiler asks for too. */
const GECKO_VERSION = 32
/** The profiler's axis is time: a unit takes a nanosecond, so that its tracks have lengths that it can show. */
const UNITS_PER_MILLISECOND = 1e6
const CATEGORIES = [
  // The profiler wants a grey one.
  { name: 'Other', color: 'grey', subcategories: ['Other'] },
  { name: 'Function', color: 'blue', subcategories: ['Other'] },
  { name: 'Inlined function', color: 'lightblue', subcategories: ['Other'] },
]
const [FUNCTION, INLINED] = [1, 2]
const LIBRARY = 1
const NO_MARKERS = { length: 0, data: [], name: [], startTime: [], endTime: [], phase: [], category: [] }

function metaOf({ guest, machine, totals, warnings, outcome }: GuestProfile): object {
  const entries = [
    ['SHA-256', guest.digest],
    ['Machine', machine.name],
    ['Outcome', outcome],
    ['Instructions', totals.instructions],
    ['Cells', totals.cells],
    ...warnings.map(warning => ['Warning', warning]),
  ].map(([label, value]) => ({ label, format: 'string', value: String(value) }))
  return {
    interval: 1 / UNITS_PER_MILLISECOND,
    startTime: 0,
    processType: 0,
    product: guest.name,
    stackwalk: 1,
    version: GECKO_VERSION,
    preprocessedProfileVersion: FORMAT_VERSION,
    categories: CATEGORIES,
    markerSchema: [],
    symbolicated: true,
    importedFrom: `rvr ${version}`,
    usesOnlyOneStackType: true,
    sourceCodeIsNotOnSearchfox: true,
    keepProfileThreadOrder: true,
    initialVisibleThreads: [0, 1],
    initialSelectedThreads: [0],
    extra: [{ label: 'Guest', entries }],
  }
}

/** The guest, as the one library there is. */
function libraryOf({ guest }: GuestProfile): object {
  const { name } = guest
  const id = { breakpadId: guest.digest.slice(0, 32).toUpperCase(), codeId: guest.digest }
  return { arch: `riscv${guest.xlen}`, name, path: name, debugName: name, debugPath: name, ...id }
}

const constant = (value: unknown) => (): unknown => value

function* sharedTables({ guest, files, functions }: GuestProfile, stacks: FirefoxStacks): Generator<string> {
  const strings = [...functions.map(({ name }) => name), ...files, guest.name]
  yield '{"stringArray":'
  yield* jsonList(strings.length, index => strings[index])
  const { frames, frame, prefix } = stacks
  const tables: Record<string, [number, Record<string, Column>]> = {
    sources: [files.length, { id: constant(null), filename: file => functions.length + file }],
    stackTable: [frame.length, { frame: row => frame[row], prefix: row => (prefix[row]! < 0 ? null : prefix[row]) }],
    frameTable: [
      frames.function.length,
      {
        address: constant(-1),
        inlineDepth: row => frames.inlineDepth[row],
        category: row => (frames.inlineDepth[row] === 0 ? FUNCTION : INLINED),
        subcategory: constant(0),
        func: row => frames.function[row],
        nativeSymbol: constant(null),
        innerWindowID: constant(0),
        line: row => frames.line[row] || null,
        column: constant(null),
      },
    ],
    funcTable: [
      functions.length,
      {
        name: index => index,
        isJS: constant(false),
        relevantForJS: constant(false),
        resource: constant(0),
        source: index => (functions[index]!.file < 0 ? null : functions[index]!.file),
        lineNumber: index => functions[index]!.line || null,
        columnNumber: constant(null),
      },
    ],
    resourceTable: [
      1,
      { type: constant(LIBRARY), lib: constant(0), name: constant(strings.length - 1), host: constant(null) },
    ],
    nativeSymbols: [
      0,
      { libIndex: constant(0), address: constant(0), name: constant(0), functionSize: constant(null) },
    ],
  }
  for (const [name, [length, columns]] of Object.entries(tables)) {
    yield `,\n"${name}":`
    yield* jsonTable(length, columns)
  }
  yield '}'
}

/** Rows of the costs in the order of a walk through the tree. */
function rowsInOrder(parent: Int32Array, { node: nodes }: CostTable): Uint32Array {
  const first = new Uint32Array(parent.length + 1)
  for (const node of nodes) first[node + 1]!++
  for (let node = 0; node < parent.length; node++) first[node + 1]! += first[node]!
  const rows = new Uint32Array(nodes.length)
  let place = 0
  for (const node of depthFirst(parent)) for (let row = first[node]!; row < first[node + 1]!; row++) rows[place++] = row
  return rows
}

/** A sample for each of the rows that has costs; one more says where the last one ends. */
function* samples(stacks: FirefoxStacks, counted: Uint32Array, cost: Float64Array): Generator<string> {
  const ends = new Float64Array(counted.length)
  let end = 0
  for (const [index, row] of counted.entries()) ends[index] = end += cost[row]!
  const columns: Record<string, Column> = {
    stack: index => (index < counted.length ? stacks.ofRow[counted[index]!] : null),
    time: index => (index === 0 ? 0 : ends[index - 1]! / UNITS_PER_MILLISECOND),
    weight: index => (index < counted.length ? cost[counted[index]!] : 0),
  }
  yield* jsonTable(counted.length + 1, columns, { weightType: 'samples' })
}

function* pieces(profile: GuestProfile, { unit }: FormatOptions): Generator<string> {
  const table = costTable(profile, unit)
  const stacks = firefoxStacks(profile, table)
  yield `{"meta":${JSON.stringify(metaOf(profile))},\n"libs":[${JSON.stringify(libraryOf(profile))}],\n"shared":`
  yield* sharedTables(profile, stacks)
  yield ',\n"threads":['
  const rows = rowsInOrder(profile.nodes.parent, table)
  for (const [index, { name, figure, step }] of partsOf(profile.steps, table).entries()) {
    const { costs } = figure
    const counted = rows.filter(row => costs[row]! > 0 && (step === undefined || table.step[row] === step))
    const thread = {
      name,
      isMainThread: index === 0,
      processType: 'default',
      processName: profile.guest.name,
      processStartupTime: 0,
      processShutdownTime: null,
      registerTime: 0,
      unregisterTime: null,
      pausedRanges: [],
      pid: '1',
      tid: index + 1,
      markers: NO_MARKERS,
    }
    yield `${index === 0 ? '' : ',\n'}${JSON.stringify(thread).slice(0, -1)},"samples":`
    yield* samples(stacks, counted, costs)
    yield '}'
  }
  yield ']}\n'
}

export const firefox: ProfileFormat = {
  name: 'firefox',
  extension: '.firefox.json',
  summary: 'for profiler.firefox.com, a track for each unit and step',
  isBinary: false,
  write: (profile, options) => inChunks(pieces(profile, options)),
}
