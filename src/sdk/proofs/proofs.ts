/** The proofs of a run's segments: each is executed once more, filled and proved. */
import { accept } from '../../accept.ts'
import { RvrError } from '../../errors.ts'
import { coreThreads } from '../../load/threads.ts'
import type { MachineSystem } from '../../proofs/machine-system.ts'
import { segmentInputs, type SegmentInputs } from '../../proofs/segment-tables.ts'
import { airMemo } from '../../trace/airs-memo.ts'
import { airsOfMachine } from '../../trace/airs.ts'
import { Proofs } from './calls.ts'
import { known } from '../segments.ts'
import type { FilledTrace } from '../traces/filled-trace.ts'
import type { SegmentTrace } from '../traced.ts'
import type { PlannedSegment } from '../traces/filler.ts'
import { chosen, type RunPlan } from '../traces/plan.ts'
import { tracesOf } from '../traces/traces.ts'
import type { ProofsOptions, SegmentProof } from './contract.ts'
import { cutAgain, fittingLimit } from './fit.ts'
import { defaultMemoryBytes, tooMuch } from './memory.ts'
import type { GuestProving } from './guest-proving.ts'
import { MadeProof } from './made-proof.ts'
import { PlannedProofs } from './planned.ts'
import { Prover } from './prover.ts'
import { OpenedValues } from './public-values.ts'
import { Stages } from './stages.ts'

const CELL_BYTES = 4

/** A run that needs a chip without AIR has no proof. @throws RvrError `UNPROVABLE` */
function refuseChips({ machine, abi }: RunPlan, segments: readonly PlannedSegment[], memoDirectory?: string): void {
  const set = airsOfMachine(machine, abi.extensions, airMemo(memoDirectory))
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

interface Room {
  readonly proving: GuestProving
  readonly prover: Prover
  readonly stages: Stages
  /** Bytes for all but the fixed trees. */
  readonly left: number
}

const inputsOf = (trace: SegmentTrace, system: MachineSystem): SegmentInputs =>
  segmentInputs(system, {
    tables: new Map(trace.chips.map(({ name }) => [name, trace.matrix(name)])),
    publics: trace.publics,
  })

/** Of the segment that the guest ends in. */
async function openedAtEnd(trace: FilledTrace, signal: AbortSignal | undefined): Promise<OpenedValues | undefined> {
  const opening = trace.publics['done_public'] === 1 ? await trace.opening() : undefined
  return opening && OpenedValues.of(opening, signal)
}

/**
 * Where a segment does not fit into memory, and none is asked for by its number, the run is cut again.
 *
 * @throws RvrError as `Run.proofs` says
 */
export async function* proofsOf(plan: RunPlan, given: ProofsOptions): AsyncGenerator<SegmentProof, void, void> {
  const options = accept(Proofs, 'proofs', given)
  const { set, segment, signal, filler, onProgress } = options
  const { threads = coreThreads(), maxMemoryBytes = defaultMemoryBytes() } = options
  const segments = chosen(plan, segment)
  const origin = known(plan.origin)
  if (origin.kin === undefined)
    throw new RvrError('USAGE', 'this run does not know of what it could be proved', {
      hint: 'Take proofs from a run that Artifact.execute returned, or from one resumed from it.',
    })
  const { kin } = origin
  refuseChips(plan, segments, kin.memoDirectory())
  const smaller = yield* provedHere()
  if (smaller === undefined) return
  const run = await cutAgain(origin, plan, smaller, signal)
  try {
    yield* run.proofs(given)
  } finally {
    run.dispose()
  }

  /** Proves all segments, or says with which limit they would fit. */
  async function* provedHere(): AsyncGenerator<SegmentProof, number | undefined, void> {
    using proving = await kin.proving({ set, threads, maxMemoryBytes, signal })
    const { system } = proving
    using prover = await Prover.open(proving, { threads, maxBytes: maxMemoryBytes, signal })
    const left = maxMemoryBytes - prover.bytes
    const planned = new PlannedProofs(plan.machine, system, prover.context, threads)
    const fitting = segment === undefined ? await fittingLimit(plan, segments, { planned, left }) : undefined
    if (fitting !== undefined && fitting > 0) return fitting
    for (const { index, heights } of segments) {
      const all = await planned.bytes(heights, 'least')
      if (all > left) throw tooMuch(index, all + prover.bytes, maxMemoryBytes)
    }
    const traces = tracesOf(plan, { segment, threads, maxMemoryBytes: left, signal, filler })
    using stages = new Stages(onProgress)
    stages.begin(segments[0]!.index, 'fill')
    for await (const trace of traces) {
      yield await proved(trace, { proving, prover, stages, left })
      if (trace.index < segments.at(-1)!.index) stages.begin(trace.index + 1, 'fill')
    }
    return undefined
  }

  async function proved(trace: FilledTrace, { proving, prover, stages, left }: Room): Promise<SegmentProof> {
    const { system, key } = proving
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
    const publicValues = await openedAtEnd(filled, signal)
    const facts = { index, instretStart, instructions, key, bytes, cells, provingBytes, proveMs }
    return new MadeProof({ ...facts, fillMs: recordMs + fillMs, stages: stages.end(), publicValues })
  }
}
