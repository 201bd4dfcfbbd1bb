/** A run of a guest that goes forwards by executing it and backwards by executing it again from a snapshot. */
import type { Session } from '../../run/session.ts'
import type { SessionState } from '../../run/session-state.ts'
import type { Stops, WatchedAccess } from '../../run/stops.ts'
import { make, type Change, type PlacedChange } from './changes.ts'
import { Checkpoints } from './checkpoints.ts'
import type { DebugSignals } from './contract.ts'
import { restoreSnapshot, takeSnapshot } from './snapshot.ts'

/** Between two snapshots, milliseconds: to go back one instruction takes about as long. */
const INTERVAL_MS = 100
/** Instructions to the first ones, and at least. */
const FIRST_INTERVAL = 1 << 18
const LEAST_INTERVAL = 1 << 14
/** Who goes back has a snapshot so many instructions in front of where he comes to: he may want to go on back. */
const NEAR = 4096n

/** How far to go at most, and what stops the guest before. */
export interface Way {
  /** Instructions since the guest's start. */
  readonly until?: bigint | undefined
  readonly stops?: Stops | undefined
  /** Told of each job: where it ended, and where it began. */
  readonly onLeg?: (state: SessionState, from: bigint) => void
}

export interface FoundStop {
  readonly instret: bigint
  readonly watched: WatchedAccess | undefined
}

export interface TimelineOptions {
  readonly session: Session
  /** The guest in front of its first instruction. */
  readonly state: SessionState
  /** What the guest prints from now on has been printed before, or not. */
  readonly onRepeats: (repeats: boolean) => void
}

const isAtLimit = ({ end }: SessionState): boolean => end.outcome === 'suspended' && end.cause === 'instructions'
export const wasInterrupted = ({ end }: SessionState): boolean => end.outcome === 'suspended' && end.cause === 'request'

export class Timeline {
  readonly session: Session
  readonly #onRepeats: TimelineOptions['onRepeats']
  readonly #checkpoints: Checkpoints
  #changes: PlacedChange[] = []
  /** How many of them have been made where the guest is. */
  #made = 0
  #state: SessionState
  #interval = FIRST_INTERVAL
  /** What was printed before this place has been printed. */
  #printed = 0n

  constructor({ session, state, onRepeats }: TimelineOptions) {
    this.session = session
    this.#state = state
    this.#onRepeats = onRepeats
    this.#checkpoints = new Checkpoints(takeSnapshot(session, state, { changes: 0, earlier: undefined }))
  }

  get state(): SessionState {
    return this.#state
  }

  get instret(): bigint {
    return this.#state.instructions
  }

  /** Has the debugger changed what the guest does up to here? */
  get isChanged(): boolean {
    return this.#made > 0
  }

  /** Changes the guest where it is: what it did behind this place, it has not done. */
  change(change: Change): void {
    const { instret } = this
    this.#changes = [...this.#changes.slice(0, this.#made), { instret, change }]
    this.#checkpoints.cut(instret)
    if (this.#printed > instret) this.#printed = instret
    this.#makeChanges()
  }

  /** Executes, as far as `until` or as `stops`, an end or a signal. */
  async forward({ until, stops, onLeg }: Way, signals: DebugSignals): Promise<void> {
    if (this.#state.end.outcome === 'terminated') return
    while (until === undefined || this.instret < until) {
      const from = this.instret
      const repeats = from < this.#printed
      this.#onRepeats(repeats)
      const state = await this.session.continue(this.#state, {
        maxInstructions: this.#legEnd(until, repeats) - from,
        stops,
        ...signals,
      })
      this.#arrive(state)
      onLeg?.(state, from)
      if (!isAtLimit(state)) return
    }
  }

  /** Goes to a place that the guest has passed. */
  async back(instret: bigint, signals: DebugSignals): Promise<void> {
    this.#restore(instret)
    if (instret - this.instret > 2n * NEAR) {
      await this.forward({ until: instret - NEAR }, signals)
      if (!isAtLimit(this.#state)) return
      this.#keep()
    }
    await this.forward({ until: instret }, signals)
  }

  /**
   * The last place in front of the present one where `stops` would have stopped the guest, searched from snapshot to
   * snapshot; undefined where there is none, or where a signal fired. The guest is anywhere then: `back` comes next.
   */
  async lastStop(stops: Stops, signals: DebugSignals): Promise<FoundStop | undefined> {
    for (let end = this.instret; end > 0n;) {
      const begin = this.#restore(end - 1n)
      let found: FoundStop | undefined
      const onLeg = ({ stopPlace }: SessionState, from: bigint): void => {
        if (stopPlace !== undefined) found = { instret: from + stopPlace.instructions, watched: stopPlace.watched }
      }
      await this.forward({ until: end, stops: { ...stops, findsLast: true }, onLeg }, signals)
      if (found !== undefined || wasInterrupted(this.#state)) return found
      end = begin
    }
    return undefined
  }

  /** Where the next job has to come back at the latest. */
  #legEnd(until: bigint | undefined, repeats: boolean): bigint {
    const places = [until, this.#changes[this.#made]?.instret, repeats ? this.#printed : undefined]
    const given = places.filter(place => place !== undefined)
    return given.reduce((least, place) => (place < least ? place : least), this.instret + BigInt(this.#interval))
  }

  #arrive(state: SessionState): void {
    this.#state = state
    const { instret } = this
    if (instret > this.#printed) this.#printed = instret
    const perMs = Number(state.executed) / Math.max(state.executeMs, 0.01)
    if (Number(state.executed) >= LEAST_INTERVAL)
      this.#interval = Math.max(LEAST_INTERVAL, Math.round(perMs * INTERVAL_MS))
    const since = instret - this.#checkpoints.before(instret).state.instructions
    if (isAtLimit(state) && since >= BigInt(this.#interval) / 2n) this.#keep()
    this.#makeChanges()
  }

  /** Makes those that belong here. */
  #makeChanges(): void {
    for (;;) {
      const next = this.#changes[this.#made]
      if (next === undefined || next.instret > this.instret) return
      this.#state = make(next.change, this.session, this.#state)
      this.#made++
    }
  }

  /** A snapshot of the guest, before what is changed here. */
  #keep(): void {
    const { instret } = this
    const earlier = this.#checkpoints.before(instret)
    if (earlier.state.instructions === instret) return
    this.#checkpoints.add(takeSnapshot(this.session, this.#state, { changes: this.#made, earlier }))
  }

  /** Goes to the last snapshot that is not behind a place, and says where that is. */
  #restore(instret: bigint): bigint {
    const snapshot = this.#checkpoints.before(instret)
    restoreSnapshot(this.session, this.#state, snapshot)
    this.#state = snapshot.state
    this.#made = snapshot.changes
    this.#makeChanges()
    return snapshot.state.instructions
  }
}
