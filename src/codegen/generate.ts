/** Graph × Mode → Project: the whole of code generation in order. */
import { floorOf } from '../analysis/stop-tests.ts'
import type { Graph, Region } from '../program/program.ts'
import { RvrError } from '../errors.ts'
import { calledRows, neededFiles } from './calls.ts'
import { prepare, type ProjectOptions } from './prepare.ts'
import type { Project, ProjectFile } from './project.ts'
import { runtimeFiles } from './runtime.ts'
import { defaultUnitLimits } from './unit-limits.ts'
import { addressesFile, writeUnits, type Unit } from './units.ts'

export interface GenerateOptions extends ProjectOptions {
  /** JSON text of the artifact's identity block. */
  readonly identity: string
  /** Files that calls may need, by path in the project. */
  readonly callFiles?: ReadonlyMap<string, string>
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
  const { units: unitLimits = defaultUnitLimits } = options
  const { context, regions, neglected } = prepare(graph, options)
  const { emission, tuning } = context
  const files: ProjectFile[] = [
    ...neededFiles(calledRows(graph), options.callFiles ?? new Map()),
    ...runtimeFiles(context, regions, floorOf(graph, tuning), options.identity),
  ]
  yield* files
  const units: Unit[] = []
  const kinds: [prefix: string, regions: readonly Region[]][] = [
    ['unit', regions.main.filter(region => !neglected.has(region))],
    ['cold', regions.main.filter(region => neglected.has(region))],
    [emission.resumesOften === true || graph.program.instrs.length < SMALL ? 'unit_resume' : 'resume', regions.resume],
  ]
  for (const [prefix, own] of kinds) {
    for (const unit of writeUnits(context, own, prefix, unitLimits)) {
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
