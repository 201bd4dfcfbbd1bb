/** All that is decided for a project before its first region is planned. */
import { neglectedRegions } from '../analysis/effort.ts'
import { branchExpectation } from '../analysis/expectation.ts'
import { frequenciesOf } from '../analysis/frequency.ts'
import { chooseHotByTraffic, hotOrder } from '../analysis/hot.ts'
import { buildRegions, type Regions } from '../analysis/regions.ts'
import { returnSites } from '../analysis/return-sites.ts'
import { placeStopTests } from '../analysis/stop-tests.ts'
import { reads, writes } from '../isa/registers-used.ts'
import type { Instr } from '../isa/row.ts'
import { blockRowsOf } from '../machine/block-rows.ts'
import type { Machine } from '../machine/machine.ts'
import type { Mode } from '../modes/mode.ts'
import type { Stretch } from '../profile/counts.ts'
import type { Graph, Region } from '../program/program.ts'
import { slotOf } from '../program/slots.ts'
import type { Convention } from './convention.ts'
import { savesOf, signature, type EmitterContext } from './emitter.ts'
import { expectationText } from './expectation-text.ts'
import { functionNames } from './names.ts'
import { stableText } from './stable.ts'
import { defaultTuning, type Tuning } from './tuning.ts'
import { defaultUnitLimits, type UnitLimits } from './unit-limits.ts'

/** What a project's regions and their plans depend on beside the guest. */
export interface ProjectOptions {
  readonly mode: Mode
  readonly machine: Machine
  readonly convention: Convention
  readonly tuning?: Tuning
  readonly units?: UnitLimits | undefined
  /** Widest vector that the target passes in registers; default 16 bytes, which every host has. */
  readonly vectorBytes?: 16 | 32
  /** How often instructions were executed in earlier runs; without it the code is laid out by what is usual. */
  readonly profile?: readonly Stretch[] | undefined
}

export interface Prepared {
  readonly context: EmitterContext
  readonly regions: Regions
  /** Main regions that are not worth the C compiler's full effort. */
  readonly neglected: ReadonlySet<Region>
}

export function prepare(graph: Graph, options: ProjectOptions): Prepared {
  const { mode, machine, convention, tuning = defaultTuning, units: unitLimits = defaultUnitLimits } = options
  const frequencies = options.profile === undefined ? undefined : frequenciesOf(graph, options.profile)
  const regions = buildRegions(graph, tuning, frequencies)
  const { program } = graph
  const blockRows = blockRowsOf(machine, pc => program.instrs[slotOf(program, pc)])
  const slot = ({ pc }: Instr): string => `${slotOf(program, pc)}`
  const registers = (of: readonly Instr[]): string =>
    `0x${(of.reduce((mask, instr) => mask | reads(instr) | writes(instr), 0) >>> 0).toString(16)}u`
  const address = ({ pc }: Instr): string => `${pc / program.slotBytes}`
  const { vectorBytes = 16 } = options
  const target = { graph, machine, blockRows, vectorBytes, slot, address, registers }
  const emission = mode.emission?.(target) ?? { parameters: [] }
  const general = emission.parameters.filter(parameter => parameter.general === true).length
  const places = convention.arguments - 1 - mode.counters.length - general
  const order = hotOrder(graph)
  const usual = order.slice(0, places)
  const hot = frequencies === undefined ? usual : chooseHotByTraffic(graph, regions.main, frequencies, usual)
  // Where a mode has vector registers, guest registers have none.
  const hasVectors = emission.parameters.length > general
  const warm = hasVectors ? [] : order.filter(register => !hot.includes(register)).slice(0, convention.warm)
  const context: EmitterContext = {
    graph,
    mode,
    emission,
    machine,
    blockRows,
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
    expect: expectationText(frequencies && branchExpectation(graph, frequencies)),
    ...signature(mode, emission, hot, warm),
  }
  const neglected = frequencies === undefined ? new Set<Region>() : neglectedRegions(graph, regions.main, frequencies)
  return { context, regions, neglected }
}
