/** A compile that goes on while the guest is already running in the interpreter. */
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { RvrError, isAborted, messageOf, throwIfAborted } from '../errors.ts'
import type { RvrEvent } from '../events.ts'
import { buildArtifact, type BuildRequest, type BuiltArtifact, type PipelineServices } from '../pipeline.ts'
import { Tier } from '../run/tier.ts'

/**
 * The guest's first instructions come before code generation, which keeps a processor busy; where nobody runs it, code
 * generation waits no longer.
 */
const HEAD_START_MS = 200
/** Then its first text has the time to get out. */
const FIRST_TEXT_MS = 30

export class BackgroundBuild {
  /**
   * The library if it is in the cache, undefined if something has to be started for it. Rejects when that is known to
   * be in vain.
   */
  readonly atOnce: Promise<BuiltArtifact | undefined>
  /** What was built, once it was. */
  built: BuiltArtifact | undefined
  /** Resolves when the library is there or will not be. */
  readonly settled: Promise<void>
  readonly tier: Tier
  /** Has the last of its compilers been started? */
  isNearlyDone = false
  readonly #abandoned = new AbortController()

  constructor(request: BuildRequest, services: PipelineServices) {
    const working = Promise.withResolvers<undefined>()
    const signal =
      request.signal === undefined ? this.#abandoned.signal : AbortSignal.any([request.signal, this.#abandoned.signal])
    const beforeWork = async (): Promise<void> => {
      working.resolve(undefined)
      const begun = new AbortController()
      void this.tier.begun.then(() => begun.abort())
      const pause = (ms: number, until: AbortSignal): Promise<void> =>
        sleep(ms, undefined, { signal: until }).catch(() => {})
      await pause(HEAD_START_MS, AbortSignal.any([signal, begun.signal]))
      if (begun.signal.aborted) await pause(FIRST_TEXT_MS, signal)
      throwIfAborted('compiling', signal)
    }
    // Not before the constructor is done: the tier is needed.
    const building = Promise.resolve().then(() =>
      buildArtifact(
        { ...request, signal, beforeWork },
        { ...services, events: event => this.#follow(event, services) },
      ),
    )
    this.atOnce = Promise.race([building, working.promise])
    const ended = building.then(
      built => (this.built = built),
      (error: unknown) => {
        // Where it failed at once, `atOnce` says so. What was given up has not failed, however it ended.
        if (!signal.aborted && !isAborted(error))
          void this.atOnce.then(
            () => services.events(warningOf(error)),
            () => {},
          )
      },
    )
    this.tier = new Tier(ended.then(() => this.built?.engine))
    this.settled = ended.then(() => {})
  }

  #follow(event: RvrEvent, { events, options }: PipelineServices): void {
    if (event.type === 'object' && event.done >= event.planned - (options.jobs ?? availableParallelism()))
      this.isNearlyDone = true
    events(event)
  }

  /** Ends the compile, if it is still going on: by the time it has settled no process of it is left. */
  abandon(): void {
    this.#abandoned.abort()
  }
}

const GOES_ON = 'the guest goes on in the interpreter, which is far slower'

function warningOf(error: unknown): { type: 'warning'; message: string; hint: string } {
  const hint = error instanceof RvrError ? error.hint : undefined
  return {
    type: 'warning',
    message: `there will be no native code: ${messageOf(error)}; ${GOES_ON}`,
    hint: hint ?? 'rvr doctor says what to install.',
  }
}
