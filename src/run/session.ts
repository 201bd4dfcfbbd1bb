/** One guest from its first instruction to its disposal, across any number of suspensions. */
import type { Image } from '../elf/image.ts'
import { abortError, RvrError } from '../errors.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import type { Machine } from '../machine/machine.ts'
import type { Demand } from '../modes/collector.ts'
import type { Mode } from '../modes/mode.ts'
import type { ModeName } from '../modes/registry.ts'
import { copyLanes, type Hart } from '../program/hart.ts'
import { beginningOf } from './beginning.ts'
import { copyBack } from './copy-back.ts'
import { Follower, type Begin } from './follower.ts'
import { limitsBehind, type RunLimits } from './limits.ts'
import { Runner } from './runner.ts'
import type { SavedRun } from './saved/read.ts'
import type { StretchLimits } from './stops.ts'
import {
  apart,
  asOneStretch,
  behind,
  type Before,
  type GivenAnew,
  type SessionOptions,
  type SessionState,
  type StartOptions,
  withFrames,
} from './session-state.ts'

type GoBack = Extract<Demand, { kind: 'go-back' }>

/** A saved run, and what was given to it. */
interface Resumed {
  readonly saved: SavedRun
  readonly given: GivenAnew
}

export class Session {
  readonly image: Image
  readonly abi: GuestAbi
  readonly mode: Mode<ModeName>
  readonly machine: Machine
  readonly #options: SessionOptions
  readonly #runner: Runner
  /** Has a careful session taken this one's place? */
  #careful: boolean
  #started: StartOptions | undefined
  /** What the session went on from, when that is not the guest's start. */
  #saved: Resumed | undefined
  #current: SessionState | undefined
  #running = false
  #saving = false
  #disposeWhenSaved = false
  #disposed = false
  /** A second session on its way to where this one has to go back. */
  readonly #follower = new Follower<Session>((instructions, limits) =>
    this.#second(instructions, limits, { saved: this.#saved, careful: this.#careful }),
  )
  /** A careful session on its way to where this one has to start over. */
  readonly #repeater = new Follower<Session>((instructions, limits) =>
    this.#second(instructions, limits, { careful: true }),
  )
  /** Frames that the guest waited for, where others run it once more. */
  readonly #supplied: Uint8Array[] = []
  /** What was printed before this many instructions is not printed again after going back. */
  #printedUntil = 0

  /** The guest takes memory when it begins to run, or is looked at. */
  constructor(options: SessionOptions) {
    this.image = options.image
    this.abi = options.abi
    this.mode = options.mode
    this.machine = options.machine
    this.#options = options
    this.#careful = options.careful === true
    this.#runner = new Runner(options)
  }

  /** Registers and memory; others after the guest has moved. */
  get hart(): Hart {
    return this.#runner.hart
  }

  /** Memory for somebody who may keep the view: as long as there is one, no other guest lives in it. */
  get exposedMemory(): Uint8Array {
    this.#runner.expose()
    return this.hart.memory
  }

  /** Runs the guest from its start. */
  start(options: StartOptions, limits: RunLimits): Promise<SessionState> {
    this.#started = options
    const stand: Before['stand'] = () => {
      this.abi.start(this.image, this.hart, options)
      const host = this.abi.host.create(this.image, options)
      this.#runner.ledger.begin(beginningOf(this.#options, host, options))
      return { pc: this.hart.pc, host, isInside: false }
    }
    return this.#execute({ stand, instructions: 0n, cost: 0n }, limits)
  }

  /** How the guest was started, in this process or another; undefined where a saved run does not say. */
  get startedWith(): StartOptions | undefined {
    return this.#started
  }

  /** Goes on from a saved run, instead of the guest's start. */
  async restore(saved: SavedRun, limits: RunLimits, given: GivenAnew = {}): Promise<SessionState> {
    const { restore } = await import('./saved/restore.ts')
    const { started, printedUntil, before } = await restore(saved, this.#options, { runner: this.#runner, given })
    this.#started = started
    this.#printedUntil = printedUntil
    // Only going back needs it again.
    if (this.mode.goesBack) this.#saved = { saved, given }
    return this.#execute(before, limits)
  }

  /** Goes on from `state`, which has to be the newest. */
  async continue(state: SessionState, limits: StretchLimits): Promise<SessionState> {
    this.#checkNewest(state)
    return this.#execute(behind(state), limits)
  }

  /** The guest stands elsewhere now, with registers and memory in place; for modes that only count. */
  stand(state: SessionState, elsewhere: SessionState): void {
    this.#checkNewest(state)
    this.#current = elsewhere
  }

  /** The same, instruction by instruction in the interpreter; the new state lists them. */
  async trace(state: SessionState, limits: RunLimits): Promise<SessionState> {
    this.#checkNewest(state)
    return this.#execute(behind(state), limits, true)
  }

  /** Hands over the item that the guest waits for: going on it pulls that. Sessions behind this one pull it too. */
  supply(frame: Uint8Array): void {
    this.#current!.host.stream!.frames.push(frame)
    if (!this.mode.goesBack) return
    this.#supplied.push(frame)
    for (const { place } of [this.#follower, this.#repeater]) place?.session.supply(frame)
  }

  /**
   * Writes everything that `restore` needs to a file; the session can go on afterwards. Returns the file's absolute
   * path.
   */
  async save(state: SessionState, file: string, signal?: AbortSignal): Promise<string> {
    this.#checkNewest(state)
    this.#saving = true
    const { hart, ledger } = this.#runner
    const context = {
      guest: this.#options,
      hart,
      ledger,
      started: this.#started && withFrames(this.#started, this.#supplied),
      printedUntil: this.#printedUntil,
    }
    try {
      const [{ capture }, { writeSaved }] = await Promise.all([
        import('./saved/capture.ts'),
        import('./saved/write.ts'),
      ])
      return await writeSaved(file, await capture(context, state, signal), signal)
    } catch (error) {
      throw signal?.aborted === true ? abortError('saving the run', signal) : error
    } finally {
      this.#saving = false
      if (this.#disposeWhenSaved) this.dispose()
    }
  }

  #checkNewest(state: SessionState): void {
    if (this.#disposed) throw new RvrError('DISPOSED', 'this run has been disposed')
    if (this.#options.pool.closing.aborted) throw new RvrError('DISPOSED', 'the Rvr of this run has been disposed')
    if (this.#saving) throw new RvrError('USAGE', 'this run is being saved', { hint: 'Await save() first.' })
    if (state !== this.#current)
      throw new RvrError('USAGE', 'this run has already been resumed', {
        hint: 'Resume or save the Run object that the last resume() returned.',
      })
  }

  dispose(): void {
    if (this.#saving) this.#disposeWhenSaved = true
    if (this.#disposed || this.#running || this.#saving) return
    this.#disposed = true
    this.#follower.dispose()
    this.#repeater.dispose()
    this.#runner.dispose()
  }

  /** A run whose caller's functions have thrown is of no use any more. */
  async #execute(from: Before, limits: RunLimits, isTraced = false): Promise<SessionState> {
    try {
      return await this.#run(from, limits, isTraced)
    } catch (error) {
      const failure = this.#runner.failure ?? error
      if (failure instanceof RvrError && failure.code === 'CALLBACK_FAILED') this.dispose()
      throw failure
    }
  }

  async #run(from: Before, limits: RunLimits, isTraced: boolean): Promise<SessionState> {
    const begin = performance.now()
    const { state, demand } = await this.#stretch(from, limits, isTraced)
    if (demand?.kind !== 'start-over') return state
    const left = (): RunLimits =>
      limitsBehind(limits, {
        instructions: state.executed,
        cost: state.cost - from.cost,
        ms: performance.now() - begin,
      })
    this.#running = true
    this.#current = undefined
    try {
      const { state: found, session } = await this.#repeater.takeOver(state, left())
      this.#current = found
      if (session === undefined) return found
      session.#disposed = true
      this.#runner.takeOver(session.#runner)
      this.#careful = true
    } finally {
      this.#running = false
    }
    const next = await this.#stretch(behind(this.#current), left(), isTraced)
    if (next.demand?.kind === 'start-over') throw new RvrError('INTERNAL', 'a careful run has to start over')
    this.#current = asOneStretch(state, next.state)
    return this.#current
  }

  async #stretch(
    from: Before,
    limits: RunLimits,
    isTraced: boolean,
  ): Promise<{ readonly state: SessionState; readonly demand: Demand | undefined }> {
    if (this.#disposed) throw new RvrError('DISPOSED', 'this run has been disposed')
    const current = this.#current
    try {
      const { state, demand } = await this.#runner.run({
        from,
        limits,
        isTraced,
        printed: this.#printedUntil,
        onBegin: () => {
          this.#running = true
          this.#current = undefined
        },
        // What could be resumed still can.
        onWithdrawn: () => {
          this.#current = current
        },
      })
      this.#current = demand?.kind === 'go-back' ? await this.#goBack(state, demand, limits.signal) : state
      return { state: this.#current, demand }
    } finally {
      this.#running = false
    }
  }

  /**
   * Makes registers, memory and host state those of the place that the counts are of: what was touched since is taken
   * from a second session.
   */
  async #goBack(
    state: SessionState,
    { touched, executed }: GoBack,
    signal: AbortSignal | undefined,
  ): Promise<SessionState> {
    const { session, state: there } = await this.#follower.to(state.instructions, { signal })
    copyBack(this.hart.memory, session.hart.memory, touched)
    copyLanes(session.hart, this.hart)
    this.#printedUntil = Math.max(this.#printedUntil, executed)
    return { ...state, pc: there.pc, host: apart(there.host), isInside: there.isInside }
  }

  /** Another session of the same guest, which says nothing to the caller, on its way to so many instructions. */
  #second(
    instructions: bigint,
    limits: RunLimits,
    { saved: from, careful }: { readonly saved?: Resumed | undefined; readonly careful: boolean },
  ): ReturnType<Begin<Session>> {
    const { tier, progress: _progress, ...options } = this.#options
    const engine = tier?.native ?? options.engine
    const session = new Session({ ...options, careful, engine, print: () => {} })
    // A run that was saved between a check and the cut there begins anew: its state is not known any more.
    if (from === undefined || from.saved.instret > instructions) {
      const until = { ...limits, maxInstructions: instructions }
      return { session, state: session.start(withFrames(this.#started!, this.#supplied), until) }
    }
    const { saved, given } = from
    const until = { ...limits, maxInstructions: instructions - saved.instret }
    return { session, state: session.restore(saved, until, given) }
  }
}
