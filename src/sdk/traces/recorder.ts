/** A run once more in mode preflight, segment after segment. */
import { RvrError } from '../../errors.ts'
import type { PreflightResult } from '../../modes/preflight/piece.ts'
import type { Standing } from '../../trace/steps.ts'
import type { Executable, Run, RunOrigin } from '../contract.ts'
import type { Recorded, Recorder } from './native-filler.ts'
import { runTo } from '../segments.ts'

/** What the SDK's own runs know beside. */
export interface InnerRun extends Run {
  readonly standing: Standing
  readonly collected: object
}

class RunRecorder implements Recorder {
  #run: InnerRun

  constructor(run: InnerRun) {
    this.#run = run
  }

  get standing(): Standing {
    return this.#run.standing
  }

  async record(instructions: number, maxTapeBytes: number, signal: AbortSignal | undefined): Promise<Recorded> {
    const run = await this.#run.resume({ maxInstructions: instructions, maxTapeBytes, signal })
    this.#run = run as InnerRun
    const { exitCode, stopCause, instret } = run
    const { pieces } = (this.#run.collected as PreflightResult).preflight
    return { exitCode, isFull: stopCause === 'memory', instret: Number(instret), pieces }
  }

  [Symbol.dispose](): void {
    this.#run.dispose()
  }
}

export interface RecordingStart {
  /** Instructions retired before the first segment. */
  readonly instret: number
  /** Of the same guest, in mode preflight. */
  readonly artifact: Executable
  readonly signal: AbortSignal | undefined
}

/** @throws RvrError `USAGE` (the artifact is in another mode, or of another guest), `ABORTED` … */
export async function recorderFrom(origin: RunOrigin, start: RecordingStart): Promise<Recorder> {
  const { instret, artifact, signal } = start
  if (!artifact.recordsTape)
    throw new RvrError('USAGE', 'the artifact is in a mode that records nothing', {
      hint: "Make one in mode 'preflight', or leave it out.",
    })
  return new RunRecorder((await runTo(instret, origin, { artifact, signal, maxTapeBytes: 0 })) as InnerRun)
}
