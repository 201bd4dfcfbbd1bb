/** Graph × Mode → Project: the whole of code generation in order. */
import { frequenciesOf } from '../analysis/frequency.ts'
import { buildRegions } from '../analysis/regions.ts'
import { returnSites } from '../analysis/return-sites.ts'
import { floorOf, placeStopTests } from '../analysis/stop-tests.ts'
import type { Graph, Region } from '../program/program.ts'
import { RvrError } from '../errors.ts'
import type { Machine } from '../machine/machine.ts'
import type { Mode } from '../modes/mode.ts'
import type { Stretch } from '../profile/counts.ts'
import { calledRows } from './calls.ts'
import type { Convention } from './convention.ts'
import { savesOf, signature, type EmitterContext } from './emitter.ts'
import { neglectedRegions } from '../analysis/effort.ts'
import { branchExpectation } from '../analysis/expectation.ts'
import { chooseHotByTraffic, hotOrder } from '../analysis/hot.ts'
import { functionNames } from './names.ts'
import type { Project, ProjectFile } from './project.ts'
import { runtimeFiles } from './runtime.ts'
import { stableText } from './stable.ts'
import { defaultTuning, type Tuning } from './tuning.ts'
import { defaultUnitLimits, type UnitLimits } from './unit-limits.ts'
import { addressesFile, writeUnits, type Unit } from './units.ts'

export interface GenerateOptions {
  readonly mode: Mode
  readonly machine: Machine
  readonly convention: Convention
  /** JSON text of the artifact's identity block. */
  readonly identity: string
  readonly tuning?: Tuning
  readonly units?: UnitLimits | undefined
  /** Files that calls may need, by path in the project. */
  readonly callFiles?: ReadonlyMap<string, string>
  /** Widest vector that the target passes in registers; default 16 bytes, which every host has. */
  readonly vectorBytes?: 16 | 32
  /** How often instructions were executed in earlier runs; without it the code is laid out by what is usual. */
  readonly profile?: readonly Stretch[]
}

/** The files that the guest's calls need. */
function neededFiles(graph: Graph, callFiles: ReadonlyMap<string, string>): ProjectFile[] {
  const paths = new Set(calledRows(graph).flatMap(row => row.files ?? []))
  return [...paths].map(path => {
    const content = callFiles.get(path)
    if (content === undefined)
      throw new RvrError('INTERNAL', `an instruction needs the file ${path}, which no extension has`)
    return { path, content }
  })
}

/**
 * A run that was stopped in a loop, or moved there from the interpreter, stays in resume regions until the function
 * around it ends. In guests with fewer instructions that may be all of the run, and compiling these regions like all
 * others takes little.
 */
const SMALL = 5000

/** Generates the C project; equal input gives byte-identical files. */
export function generate(graph: Graph, options: GenerateOptions): Project {
  const files = generateFiles(graph, options)
  for (;;) {
    const { value, done } = files.next()
    if (done === true) return value
  }
}

/**
 * The same a file at a time: first what every unit includes, then the units as they are written, the ones that run most
 * first.
 */
export function* generateFiles(graph: Graph, options: GenerateOptions): Generator<ProjectFile, Project> {
  const { mode, machine, convention, tuning = defaultTuning, units: unitLimits = defaultUnitLimits } = options
  const frequencies = options.profile === undefined ? undefined : frequenciesOf(graph, options.profile)
  const regions = buildRegions(graph, tuning, frequencies)
  const emission = mode.emission?.({ graph, machine, vectorBytes: options.vectorBytes ?? 16 }) ?? { parameters: [] }
  const places = convention.arguments - 1 - mode.counters.length
  const order = hotOrder(graph)
  const usual = order.slice(0, places)
  const hot = frequencies === undefined ? usual : chooseHotByTraffic(graph, regions.main, frequencies, usual)
  // A mode with arguments of its own keeps them in vector registers.
  const warm =
    emission.parameters.length > 0 ? [] : order.filter(register => !hot.includes(register)).slice(0, convention.warm)
  const context: EmitterContext = {
    graph,
    mode,
    emission,
    machine,
    convention,
    tuning,
    hot,
    warm,
    cold: hot.reduce((mask, register) => mask & ~(1 << register), ~1),
    functions: functionNames(graph.program.image.symbols),
    stable: stableText(graph, emission, unitLimits),
    names: new Map(),
    saves: savesOf(warm),
    isRoot: regions.isRoot,
    isResume: regions.isResume,
    stopTests: placeStopTests(graph, regions.main, regions.resume, tuning),
    returns: tuning.tableJumps ? new Map() : returnSites(graph),
    expect: branchExpectation(graph, frequencies),
    ...signature(mode, emission, hot, warm),
  }
  const neglected = frequencies === undefined ? new Set<Region>() : neglectedRegions(graph, regions.main, frequencies)
  const files: ProjectFile[] = [
    ...neededFiles(graph, options.callFiles ?? new Map()),
    ...runtimeFiles(context, graph, regions, floorOf(graph, tuning), options.identity),
  ]
  yield* files
  const units: Unit[] = []
  const kinds: [prefix: string, regions: readonly Region[]][] = [
    ['unit', regions.main.filter(region => !neglected.has(region))],
    ['cold', regions.main.filter(region => neglected.has(region))],
    [emission.resumesOften === true || graph.program.instrs.length < SMALL ? 'unit_resume' : 'resume', regions.resume],
  ]
  for (const [prefix, own] of kinds) {
    for (const unit of writeUnits(context, graph, own, prefix, unitLimits)) {
      const file = {
        path: unit.path,
        content: unit.content,
        ...(unit.addresses !== undefined && { reusable: true as const }),
      }
      units.push(unit)
      files.push(file)
      yield file
    }
  }
  const addresses = addressesFile(units, graph.program.instrs.length)
  if (addresses !== undefined) {
    files.push(addresses)
    yield addresses
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  const twice = files.find((file, index) => file.path === files[index + 1]?.path)
  if (twice !== undefined)
    throw new RvrError(
      'CONFIG_INVALID',
      `an extension has a file ${twice.path}, which is a name of the generated project's own`,
      { hint: 'Rename it.', details: { path: twice.path } },
    )
  return { files, units: files.filter(file => file.path.endsWith('.c')).map(file => file.path) }
}
