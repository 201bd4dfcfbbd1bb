/** The Firefox Profiler's processed format: the shape that its types ask for, and what it adds up. */
import { describe, expect, test } from 'vitest'
import * as v from 'valibot'
import { firefox } from '../../../src/guest-profile/formats/firefox.ts'
import type { GuestProfile } from '../../../src/guest-profile/guest-profile.ts'
import { syntheticProfile } from '../synthetic.ts'
import { textOf } from './consumers.ts'
import { costsByFunction, units } from './expected.ts'
import { chainProfile, oddNames, placed } from './small.ts'

const index = v.pipe(v.number(), v.integer(), v.minValue(0))
const count = index
const text = v.string()
const list = v.array

/** A table: columns of the length that it says. */
const table = <const Columns extends v.ObjectEntries>(columns: Columns) =>
  v.pipe(
    v.strictObject({ length: count, ...columns }),
    v.check(({ length, ...rest }) => Object.values(rest).every(each => !Array.isArray(each) || each.length === length)),
  )

const Category = v.strictObject({
  name: text,
  color: v.picklist(['grey', 'blue', 'lightblue']),
  subcategories: v.tuple([v.literal('Other')]),
})
const Meta = v.strictObject({
  interval: v.pipe(v.number(), v.gtValue(0)),
  startTime: v.number(),
  processType: v.literal(0),
  product: text,
  stackwalk: v.picklist([0, 1]),
  version: v.literal(32),
  // Known to every deployed profiler since threads share their tables.
  preprocessedProfileVersion: v.literal(60),
  categories: v.pipe(
    list(Category),
    v.check(all => all.some(({ color }) => color === 'grey')),
  ),
  markerSchema: list(v.never()),
  symbolicated: v.literal(true),
  importedFrom: text,
  usesOnlyOneStackType: v.boolean(),
  sourceCodeIsNotOnSearchfox: v.boolean(),
  keepProfileThreadOrder: v.boolean(),
  initialVisibleThreads: list(index),
  initialSelectedThreads: list(index),
  extra: list(
    v.strictObject({
      label: text,
      entries: list(v.strictObject({ label: text, format: v.literal('string'), value: text })),
    }),
  ),
})
const Library = v.strictObject({
  arch: text,
  name: text,
  path: text,
  debugName: text,
  debugPath: text,
  breakpadId: v.pipe(text, v.regex(/^[0-9A-F]{32}$/)),
  codeId: text,
})
const Shared = v.strictObject({
  stringArray: list(text),
  sources: table({ id: list(v.null()), filename: list(index) }),
  stackTable: table({ frame: list(index), prefix: list(v.nullable(index)) }),
  frameTable: table({
    address: list(v.literal(-1)),
    inlineDepth: list(count),
    category: list(index),
    subcategory: list(v.literal(0)),
    func: list(index),
    nativeSymbol: list(v.null()),
    innerWindowID: list(v.literal(0)),
    line: list(v.nullable(v.pipe(count, v.minValue(1)))),
    column: list(v.null()),
  }),
  funcTable: table({
    name: list(index),
    isJS: list(v.literal(false)),
    relevantForJS: list(v.literal(false)),
    resource: list(v.literal(0)),
    source: list(v.nullable(index)),
    lineNumber: list(v.nullable(count)),
    columnNumber: list(v.null()),
  }),
  resourceTable: table({ type: list(v.literal(1)), lib: list(v.literal(0)), name: list(index), host: list(v.null()) }),
  nativeSymbols: table({
    libIndex: list(index),
    address: list(index),
    name: list(index),
    functionSize: list(v.null()),
  }),
})
const none = v.tuple([])
const Thread = v.strictObject({
  name: text,
  isMainThread: v.boolean(),
  processType: v.literal('default'),
  processName: text,
  processStartupTime: v.literal(0),
  processShutdownTime: v.null(),
  registerTime: v.literal(0),
  unregisterTime: v.null(),
  pausedRanges: none,
  pid: text,
  tid: index,
  markers: table({ data: none, name: none, startTime: none, endTime: none, phase: none, category: none }),
  samples: table({
    weightType: v.literal('samples'),
    stack: list(v.nullable(index)),
    time: list(v.pipe(v.number(), v.minValue(0))),
    weight: list(count),
  }),
})
const File = v.strictObject({ meta: Meta, libs: v.tuple([Library]), shared: Shared, threads: list(Thread) })
type File = v.InferOutput<typeof File>

function opened(profile: GuestProfile): File {
  const file = v.parse(File, JSON.parse(textOf(firefox, profile)))
  const { shared, threads, meta } = file
  const { stringArray, sources, stackTable, frameTable, funcTable, resourceTable } = shared
  const indices: [(number | null)[], number][] = [
    [sources.filename, stringArray.length],
    [stackTable.frame, frameTable.length],
    [frameTable.func, funcTable.length],
    [frameTable.category, meta.categories.length],
    [funcTable.name, stringArray.length],
    [funcTable.source, sources.length],
    [funcTable.resource, resourceTable.length],
    [resourceTable.name, stringArray.length],
    [meta.initialVisibleThreads, threads.length],
    ...threads.map(({ samples }): [(number | null)[], number] => [samples.stack, stackTable.length]),
  ]
  for (const [column, length] of indices) expect(column.every(each => each === null || each < length)).toBe(true)
  // Callers come first.
  expect(stackTable.prefix.every((prefix, stack) => prefix === null || prefix < stack)).toBe(true)
  for (const { samples } of threads) {
    expect(samples.time).toEqual(samples.time.toSorted((a, b) => a - b))
    expect([samples.stack.at(-1), samples.weight.at(-1)]).toEqual([null, 0])
  }
  expect(new Set(threads.map(({ tid }) => tid)).size).toBe(threads.length)
  return file
}

/** By function, `[self, total]`, as the profiler's inverted and plain call trees have them. */
function costs({ shared }: File, { samples }: File['threads'][number]): Map<string, [number, number]> {
  const { stackTable, frameTable, funcTable, stringArray } = shared
  const nameOf = (stack: number) => stringArray[funcTable.name[frameTable.func[stackTable.frame[stack]!]!]!]!
  const byName = new Map<string, [number, number]>()
  const add = (name: string, self: number, total: number): void => {
    const [s, t] = byName.get(name) ?? [0, 0]
    byName.set(name, [s + self, t + total])
  }
  for (const [sample, innermost] of samples.stack.entries()) {
    if (innermost === null) continue
    const weight = samples.weight[sample]!
    add(nameOf(innermost), weight, 0)
    const names = new Set<string>()
    for (let stack: number | null = innermost; stack !== null; stack = stackTable.prefix[stack]!)
      names.add(nameOf(stack))
    for (const name of names) add(name, 0, weight)
  }
  return byName
}

describe('a file for the Firefox Profiler', () => {
  test('has the costs of each function, by unit and step, and time that is as long', () => {
    const profile = syntheticProfile({ nodes: 1000, seed: 8, steps: 3 })
    const file = opened(profile)
    expect(file.threads.map(({ name }) => name)).toEqual([
      'instructions',
      'cells',
      ...['start', 'step 1', 'step 2'].flatMap(step => [`${step}: instructions`, `${step}: cells`]),
    ])
    for (const [each, thread] of file.threads.entries()) {
      const step = each < 2 ? undefined : Math.floor(each / 2) - 1
      expect(costs(file, thread)).toEqual(costsByFunction(profile, units[each % 2]!, step))
    }
    expect(file.threads[1]!.samples.time.at(-1)).toBe(profile.totals.cells / 1e6)
  })

  test('has memory as a track of its own where it was counted', () => {
    const profile = syntheticProfile({ nodes: 50, seed: 4, steps: 2, memory: true })
    const { threads } = opened(profile)
    expect(threads[2]!.name).toBe('memory')
    expect(threads[2]!.samples.weight.reduce((a, b) => a + b, 0)).toBe(profile.memory)
  })

  test('has lines, and inlined functions as such', () => {
    const { shared, meta } = opened(placed('odd'))
    const { stackTable, frameTable, funcTable, stringArray, sources } = shared
    // Stacks that are alike are one.
    const stacks = stackTable.prefix.map((prefix, stack) => `${prefix} ${stackTable.frame[stack]}`)
    expect(new Set(stacks).size).toBe(stacks.length)
    const frames = frameTable.func.map((each, frame) => {
      const name = stringArray[funcTable.name[each]!]
      const source = funcTable.source[each]
      const path = source === null || source === undefined ? undefined : stringArray[sources.filename[source]!]
      const kind = meta.categories[frameTable.category[frame]!]!.name
      return [name, path, frameTable.line[frame], frameTable.inlineDepth[frame], kind].join(' ')
    })
    expect(frames.toSorted()).toEqual(
      [
        '[guest]   0 Function',
        'main /src/main.c 10 0 Function',
        'main /src/main.c 11 0 Function',
        'main /src/main.c 12 0 Function',
        'odd /src/main.c 41 0 Function',
        'odd /src/main.c 42 0 Function',
        'odd! lib/odd name.h 3 1 Inlined function',
        'odd! lib/odd name.h 4 1 Inlined function',
      ].toSorted(),
    )
  })

  test.each(oddNames)('keeps a name of any characters: %j', name => {
    expect(opened(placed(name)).shared.stringArray[2]).toBe(name)
  })

  test('holds trees of any depth', () => {
    const file = opened(chainProfile(100_000))
    expect(file.shared.stackTable.length).toBe(100_000)
    expect(file.threads[0]!.samples.length).toBe(100_001)
  })
})
