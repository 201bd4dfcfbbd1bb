/** A second session of the same guest, run to exact instruction counts: to go back to one, or to take over there. */
import { hexText } from '../hex.ts'
import { RvrError } from '../errors.ts'
import type { RunLimits } from './limits.ts'
import type { SessionState } from './session-state.ts'

/** What of a session its follower needs. */
interface Runner {
  continue(state: SessionState, limits: RunLimits): Promise<SessionState>
  dispose(): void
}

export interface Place<S> {
  readonly session: S
  readonly state: SessionState
}

/** Makes a session and runs it to its first place. */
export type Begin<S> = (
  instructions: bigint,
  limits: RunLimits,
) => {
  readonly session: S
  readonly state: Promise<SessionState>
}

/**
 * Where a session has come to that another one was to take the place of: `session` is missing where it came not as
 * far.
 */
export interface Taken<S> {
  readonly state: SessionState
  readonly session: S | undefined
}

export class Follower<S extends Runner> {
  readonly #begin: Begin<S>
  #place: Place<S> | undefined

  constructor(begin: Begin<S>) {
    this.#begin = begin
  }

  /** Where it has come to. */
  get place(): Place<S> | undefined {
    return this.#place
  }

  /** Runs on to so many instructions since the guest's start; not as far where one of the limits ends it before. */
  async to(instructions: bigint, limits: RunLimits): Promise<Place<S>> {
    const { session, state } =
      this.#place === undefined ? this.#begin(instructions, limits) : this.#goOn(this.#place, instructions, limits)
    this.#place = { session, state: await state }
    return this.#place
  }

  /**
   * Runs on to where another session had to start over, and gives this one away to take its place.
   * Where the time is over before, the state says so, and the next call goes on from there.
   */
  async takeOver(lost: SessionState, { signal, suspend, timeoutMs }: RunLimits): Promise<Taken<S>> {
    const { session, state } = await this.to(lost.instructions, { signal, suspend, timeoutMs })
    const { end, host, result, engine } = state
    const cause = end.outcome === 'suspended' ? end.cause : undefined
    if (cause === 'timeout' || cause === 'request') return { state: { ...lost, end }, session: undefined }
    if (state.instructions !== lost.instructions || state.pc !== lost.pc) {
      const place = (at: SessionState): string => `${hexText(at.pc)} after ${at.instructions} instructions`
      throw new RvrError('INTERNAL', `a second run of the guest came to ${place(state)}, not to ${place(lost)}`)
    }
    this.#place = undefined
    return { state: { ...lost, host, result, engine }, session }
  }

  #goOn({ session, state }: Place<S>, instructions: bigint, limits: RunLimits): ReturnType<Begin<S>> {
    return {
      session,
      state: session.continue(state, { ...limits, maxInstructions: instructions - state.instructions }),
    }
  }

  dispose(): void {
    this.#place?.session.dispose()
  }
}
