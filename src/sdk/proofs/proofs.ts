/** The proofs of a run's segments: each is executed once more, filled and proved. */
import { isReplayed, type Air } from '../../air/air.ts'
import { accept } from '../../accept.ts'
import { RvrError } from '../../errors.ts'
import { coreThreads } from '../../load/threads.ts'
import { paddedHeight } from '../../machine/limits.ts'
import type { MachineSystem } from '../../proofs/machine-system.ts'
import { segmentInputs, type SegmentInputs } from '../../proofs/segment-tables.ts'
import { Proofs } from './calls.ts'
import { known } from '../segments.ts'
import type { SegmentTrace } from '../traced.ts'
import type { PlannedSegment } from '../traces/filler.ts'
import { chosen, type RunPlan } from '../traces/plan.ts'
import { tracesOf } from '../traces/traces.ts'
import type { ProofsOptions, SegmentProof } from './contract.ts'
import { defaultMemoryBytes, tooMuch } from './memory.ts'
import { MadeProof } from './made-proof.ts'
import { Prover } from './prover.ts'
import { Stages } from './stages.ts'

const CELL_BYTES = 4

/** A run that needs a chip without AIR has no proof. @throws RvrError `UNPROVABLE` */
function refuseChips({ machine }: RunPlan, segments: readonly PlannedSegment[], { set }: MachineSystem): void {
  const names = new Set(set.airs.map(({ name }) => name))
  const missing = machine.chips.flatMap(({ name, constantHeight }, chip) => {
    const isUsed = constantHeight === undefined && segments.some(({ heights }) => (heights[chip] ?? 0) > 0)
    return isUsed && !names.has(name) ? [name] : []
  })
  if (missing.length > 0)
    throw new RvrError('UNPROVABLE', `the run needs chips that have no AIR: ${missing.join(', ')}`, {
      hint: 'docs/proofs.md says which instructions can be proved.',
      details: { reason: 'chips', chips: missing },
    })
}

/** What is known of a segment's tables before they are filled: those of memory are one row each here. */
function plannedTables({ machine }: RunPlan, { heights }: PlannedSegment, { set, flat, columns }: MachineSystem) {
  const rowsOf = (air: Air): number =>
    typeof air.height === 'number'
      ? air.height
      : (heights[machine.chips.findIndex(each => each.name === air.name)] ?? 0)
  const isExact = (air: Air): boolean => isReplayed(air) || air.height !== undefined
  return set.airs.flatMap((air, index) => {
    const rows = isExact(air) ? paddedHeight(rowsOf(air)) : 1
    if (rows === 0 && !flat.airs[index]!.isRequired) return []
    return [{ air: index, logHeight: Math.log2(Math.max(1, rows)), derived: columns[index]!.derived }]
  })
}

const inputsOf = (trace: SegmentTrace, system: MachineSystem): SegmentInputs =>
  segmentInputs(system, {
    tables: new Map(trace.chips.map(({ name }) => [name, trace.matrix(name)])),
    publics: trace.publics,
  })

/** @throws RvrError as `Run.proofs` says */
export async function* proofsOf(plan: RunPlan, given: ProofsOptions): AsyncGenerator<SegmentProof, void, void> {
  const options = accept(Proofs, 'proofs', given)
  const { set, segment, signal, filler, onProgress } = options
  const { threads = coreThreads(), maxMemoryBytes = defaultMemoryBytes() } = options
  const segments = chosen(plan, segment)
  const { kin } = known(plan.origin)
  if (kin === undefined)
    throw new RvrError('USAGE', 'this run does not know of what it could be proved', {
      hint: 'Take proofs from a run that Artifact.execute returned, or from one resumed from it.',
    })
  const proving = await kin.proving({ set, threads, maxMemoryBytes, signal })
  const { system, key } = proving
  refuseChips(plan, segments, system)
  using prover = await Prover.open(proving, { threads, maxBytes: maxMemoryBytes, signal })
  const left = maxMemoryBytes - prover.bytes
  for (const planned of segments) {
    const tables = plannedTables(plan, planned, system)
    const cells = tables.reduce((sum, { air, logHeight }) => sum + widthOf(system, air) * 2 ** logHeight, 0)
    const { bytes, proofBytes } = await prover.context.needs(tables, threads)
    const all = bytes + proofBytes + CELL_BYTES * cells
    if (all > left) throw tooMuch(planned.index, all + prover.bytes, maxMemoryBytes)
  }
  const traces = tracesOf(plan, { segment, threads, maxMemoryBytes: left, signal, filler })
  using stages = new Stages(onProgress)
  stages.begin(segments[0]!.index, 'fill')
  for await (const trace of traces) {
    const proof = await proved(trace)
    yield proof
    stages.begin(trace.index + 1, 'fill')
  }

  async function proved(trace: SegmentTrace): Promise<SegmentProof> {
    using filled = trace
    const { index, instretStart, instructions, recordMs = 0, fillMs } = filled
    const inputs = inputsOf(filled, system)
    const { tables } = inputs
    const cells = tables.reduce((sum, table) => sum + table.cells.length, 0)
    const { bytes: provingBytes, proofBytes } = await prover.context.needs(tables, threads)
    const all = provingBytes + proofBytes + CELL_BYTES * cells
    if (all > left) throw tooMuch(index, all + prover.bytes, maxMemoryBytes)
    const progress = stages.watch(index)
    const begun = performance.now()
    const work = { threads, maxBytes: provingBytes, signal, progress }
    const bytes = await prover.context.prove(inputs, work)
    const proveMs = performance.now() - begun
    const facts = { index, instretStart, instructions, key, bytes, cells, provingBytes, proveMs }
    return new MadeProof({ ...facts, fillMs: recordMs + fillMs, stages: stages.end() })
  }
}

const widthOf = ({ set }: MachineSystem, air: number): number => set.airs[air]!.columns.length
