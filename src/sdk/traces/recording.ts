/** A saved recording, filled in whatever process: nothing of the run is needed. */
import { accept } from '../../accept.ts'
import { airSetDigest } from '../../air/digest.ts'
import { fragmentsIn } from '../../archive/fragments.ts'
import { readArchive } from '../../archive/read.ts'
import { coreThreads } from '../../load/threads.ts'
import type { Machine } from '../../machine/machine.ts'
import { airMemo } from '../../trace/airs-memo.ts'
import { airsOfMachine } from '../../trace/airs.ts'
import { EngineGuest } from '../../trace/native/engine.ts'
import { originsOf } from '../../trace/native/origins.ts'
import { fillRecorded } from '../../trace/native/recorded.ts'
import type { TracedGuest } from '../../trace/steps.ts'
import { FillRecording } from '../calls.ts'
import type { ArtifactKin } from '../contract.ts'
import type { FillRecordingOptions, SegmentTrace } from '../traced.ts'
import { FilledTrace } from './filled-trace.ts'
import { KeptRecording } from './kept-recording.ts'
import { DEFAULT_MEMORY_BYTES } from './limits.ts'

/** Of what guest the recording has to be, and what fills it. */
export interface RecordingGuest extends Pick<ArtifactKin, 'memoDirectory' | 'traceEngine'> {
  readonly guest: TracedGuest
  readonly machine: Machine
}

export async function fillRecording(
  file: string,
  { guest, machine, memoDirectory, traceEngine }: RecordingGuest,
  given: FillRecordingOptions,
): Promise<SegmentTrace> {
  const options = accept(FillRecording, 'fillRecording', given)
  const { signal, fragment, threads = coreThreads(), maxMemoryBytes: maxBytes = DEFAULT_MEMORY_BYTES } = options
  const { image, abi } = guest
  const set = airsOfMachine(machine, abi.extensions, airMemo(memoDirectory()))
  const wanted = { xlen: image.xlen, machine: airSetDigest(set), guest: image.digest, abi: abi.digest }
  const archive = await readArchive(file, { content: 'fragments', signal })
  const { origin, pieces, end, memory } = fragmentsIn(archive, { ...wanted, airs: set.airs.length })
  const engine = await traceEngine(set, signal)
  using decoded = new EngineGuest(engine, guest)
  const recording = { pieces, end, exitCode: origin.exitCode }
  const begun = performance.now()
  const filling = { threads, fragment, maxBytes, signal }
  const tables = await fillRecorded(decoded, recording, memory, filling)
  const kept = new KeptRecording(recording, () => memory)
  const filled = {
    tables,
    check: engine.check,
    compress: engine.native.compress,
    originOf: originsOf(engine, guest, () => kept.recording),
    kept,
    giveBack: (buffer: ArrayBuffer) => void buffer.transfer(0),
    phases: tables.phases,
    fillMs: performance.now() - begun,
  }
  return new FilledTrace({ planned: origin, machine, filled, guest })
}
