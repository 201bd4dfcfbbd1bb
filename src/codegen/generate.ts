/** Graph × Mode → Project: the whole of code generation in order. */
import { buildRegions } from '../cfg/regions.ts'
import { defaultLimits, type RegionLimits } from '../cfg/ownership.ts'
import type { Graph } from '../ir/program.ts'
import { RvrError } from '../errors.ts'
import type { Machine } from '../machine/machine.ts'
import type { Mode } from '../modes/mode.ts'
import { calledRows } from './calls.ts'
import type { Convention } from './convention.ts'
import { signature, type EmitterContext } from './emitter.ts'
import { chooseHot } from './hot.ts'
import { functionNames } from './names.ts'
import type { Project, ProjectFile } from './project.ts'
import { runtimeFiles } from './runtime.ts'
import { writeUnits } from './units.ts'

export interface GenerateOptions {
  readonly mode: Mode
  readonly machine: Machine
  readonly convention: Convention
  /** JSON text of the artifact's identity block. */
  readonly identity: string
  readonly limits?: RegionLimits
  /** Files that calls may need, by path in the project. */
  readonly callFiles?: ReadonlyMap<string, string>
  /** Widest vector that the target passes in registers; default 16 bytes, which every host has. */
  readonly vectorBytes?: 16 | 32
}

/** The files that the guest's calls need. */
function neededFiles(graph: Graph, callFiles: ReadonlyMap<string, string>): ProjectFile[] {
  const paths = new Set(calledRows(graph).flatMap(row => row.files ?? []))
  return [...paths].map(path => {
    const content = callFiles.get(path)
    if (content === undefined) throw new RvrError('INTERNAL', `an instruction needs the file ${path}, which no extension has`)
    return { path, content }
  })
}

/** Generates the C project; equal input gives byte-identical files. */
export function generate(graph: Graph, options: GenerateOptions): Project {
  const files = generateFiles(graph, options)
  for (;;) {
    const { value, done } = files.next()
    if (done === true) return value
  }
}

/** The same a file at a time: first what every unit includes, then the units as they are written, the ones that run most first. */
export function* generateFiles(graph: Graph, options: GenerateOptions): Generator<ProjectFile, Project> {
  const { mode, machine, convention, limits = defaultLimits } = options
  const regions = buildRegions(graph, limits)
  const emission = mode.emission?.({ graph, machine, vectorBytes: options.vectorBytes ?? 16 }) ?? { parameters: [] }
  const hot = chooseHot(graph, convention.arguments - 1 - mode.counters.length)
  const context: EmitterContext = {
    graph, mode, emission, machine, convention, hot,
    cold: hot.reduce((mask, register) => mask & ~(1 << register), ~1),
    functions: functionNames(graph.program.image.symbols),
    isRoot: regions.isRoot, isResume: regions.isResume,
    ...signature(mode, emission, hot),
  }
  const files: ProjectFile[] = [...neededFiles(graph, options.callFiles ?? new Map()), ...runtimeFiles(context, graph, regions, limits.regionSize, options.identity)]
  yield* files
  for (const units of [writeUnits(context, graph, regions.main, 'unit'), writeUnits(context, graph, regions.resume, emission.resumesOften === true ? 'unit_resume' : 'resume')]) {
    for (const unit of units) {
      files.push(unit)
      yield unit
    }
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  const twice = files.find((file, index) => file.path === files[index + 1]?.path)
  if (twice !== undefined) throw new RvrError('CONFIG_INVALID', `an extension has a file ${twice.path}, which is a name of the generated project's own`, { hint: 'Rename it.', details: { path: twice.path } })
  return { files, units: files.filter(file => file.path.endsWith('.c')).map(file => file.path) }
}
