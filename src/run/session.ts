/** One guest in its memory, from its first instruction to its disposal, across any number of suspensions. */
import { CallbackScope } from '../callbacks.ts'
import type { Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { loadImage } from '../interp/memory.ts'
import type { Hart } from '../program/hart.ts'
import type { Machine } from '../machine/machine.ts'
import { Meter, type Segment } from '../machine/meter.ts'
import type { Mode } from '../modes/mode.ts'
import type { ModeName } from '../modes/registry.ts'
import { choiceKey } from './choice-key.ts'
import { createControl } from './control.ts'
import { copyBack } from './copy-back.ts'
import { Follower, type Begin } from './follower.ts'
import { settle, type EngineChoice, type Home } from './home.ts'
import type { JobResult } from './job.ts'
import { checkLimits, limitsBehind, type RunLimits } from './limits.ts'
import { startMeter } from './metering.ts'
import { Printer } from './printer.ts'
import { addCounts } from './profiler.ts'
import { RunningJob } from './running-job.ts'
import { capture } from './saved/capture.ts'
import type { SavedRun } from './saved/read.ts'
import { restore } from './saved/restore.ts'
import { writeSaved } from './saved/write.ts'
import {
  asOneStretch,
  type SegmentsSoFar,
  type SessionOptions,
  type SessionState,
  type StartOptions,
} from './session-state.ts'
import { Mover } from './tier.ts'

export type { EngineChoice, RunLimits, SegmentsSoFar, SessionOptions, SessionState, StartOptions }

let nextJob = 1

type Before = Pick<SessionState, 'pc' | 'host' | 'instructions' | 'cost' | 'profile'> &
  Partial<Pick<SessionState, 'interpreted'>>

export class Session {
  readonly image: Image
  readonly abi: GuestAbi
  readonly mode: Mode<ModeName>
  readonly machine: Machine
  #options: SessionOptions
  /** What the caller's functions for text and events throw. */
  readonly #callbacks = new CallbackScope()
  readonly #printer: Printer
  /** All finished segments. */
  #segments: Segment[] = []
  #home: Home
  #meter: Meter | undefined
  #started: StartOptions | undefined
  /** What the session went on from, when that is not the guest's start. */
  #saved: SavedRun | undefined
  #current: SessionState | undefined
  #running = false
  #saving = false
  #disposeWhenSaved = false
  #disposed = false
  /** A second session that stands where cuts were found, for going back to them. */
  readonly #follower = new Follower<Session>((instructions, limits) => this.#second(instructions, limits, this.#saved))
  /** A careful session on its way to where this one was lost. */
  readonly #careful = new Follower<Session>((instructions, limits) =>
    this.#second(instructions, limits, undefined, true),
  )
  /** What was printed before this many instructions is not printed again after going back. */
  #printedUntil = 0

  /** Places the guest in fresh memory, ready for its first instruction. */
  constructor(options: SessionOptions) {
    const home = settle(options.engine, options.image, options.mode)
    this.image = options.image
    this.abi = options.abi
    this.mode = options.mode
    this.machine = options.machine
    this.#options = options
    this.#printer = new Printer(options.print, this.#callbacks)
    this.#home = home
    this.#meter = this.#meterIn(home)
    loadImage(options.image, home.hart.memory)
  }

  /** Registers and memory; others after the guest has moved. */
  get hart(): Hart {
    return this.#home.hart
  }

  #meterIn(home: Home): Meter | undefined {
    return home.area === undefined || !this.mode.segments
      ? undefined
      : new Meter(home.area, this.machine, home.clearMarks)
  }

  /** Runs the guest from its start. */
  start(options: StartOptions, limits: RunLimits): Promise<SessionState> {
    this.#started = options
    this.abi.start(this.image, this.hart, options)
    const host = this.abi.host.create(this.image, options)
    if (this.#meter !== undefined) startMeter(this.#meter, this.#options, host, options.segmentLimits ?? {})
    return this.#execute({ pc: this.hart.pc, host, instructions: 0n, cost: 0n }, limits)
  }

  /** How the guest was started, in this process or another; in modes without segments saved runs do not say. */
  get startedWith(): StartOptions | undefined {
    return this.#started
  }

  /** Goes on from a saved run, instead of the guest's start. */
  async restore(saved: SavedRun, limits: RunLimits): Promise<SessionState> {
    const { started, printedUntil, segments, ...before } = await restore(saved, this, this.#meter, this.#options.engine)
    this.#started = started
    this.#printedUntil = printedUntil
    this.#segments = [...segments]
    // Only going back to a cut needs it again.
    if (this.#meter !== undefined) this.#saved = saved
    return this.#execute(before, limits)
  }

  /** Goes on from `state`, which has to be the newest. */
  async continue(state: SessionState, limits: RunLimits): Promise<SessionState> {
    this.#checkNewest(state)
    return this.#execute(state, limits)
  }

  /** The same, instruction by instruction in the interpreter; the new state lists them. */
  async trace(state: SessionState, limits: RunLimits): Promise<SessionState> {
    this.#checkNewest(state)
    return this.#execute(state, limits, true)
  }

  /**
   * Writes everything that `restore` needs to a file; the session can go on afterwards. Returns the file's absolute
   * path.
   */
  async save(state: SessionState, file: string, signal?: AbortSignal): Promise<string> {
    this.#checkNewest(state)
    this.#saving = true
    try {
      const content = await capture(
        { session: this, meter: this.#meter, started: this.#started!, printedUntil: this.#printedUntil },
        state,
        signal,
      )
      return await writeSaved(file, content, signal)
    } catch (error) {
      throw signal?.aborted === true
        ? new RvrError('ABORTED', 'saving the run was aborted', { cause: signal.reason })
        : error
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
    this.#printer.close()
    this.#follower.dispose()
    this.#careful.dispose()
    this.#home.retire()
  }

  /** A run whose caller's functions have thrown is of no use any more. */
  async #execute(from: Before, limits: RunLimits, isTraced = false): Promise<SessionState> {
    try {
      return await this.#run(from, limits, isTraced)
    } catch (error) {
      const failure = this.#callbacks.failure ?? error
      if (failure instanceof RvrError && failure.code === 'CALLBACK_FAILED') this.dispose()
      throw failure
    }
  }

  async #run(from: Before, limits: RunLimits, isTraced: boolean): Promise<SessionState> {
    const begin = performance.now()
    const { state, lost } = await this.#stretch(from, limits, isTraced)
    if (!lost) return state
    const left = (): RunLimits =>
      limitsBehind(limits, {
        instructions: state.executed,
        cost: state.cost - from.cost,
        ms: performance.now() - begin,
      })
    this.#running = true
    this.#current = undefined
    try {
      const { state: found, session } = await this.#careful.takeOver(state, left())
      this.#current = found
      if (session === undefined) return found
      this.#takeOver(session)
    } finally {
      this.#running = false
    }
    const { state: end, lost: isLostAgain } = await this.#stretch(this.#current, left(), isTraced)
    if (isLostAgain) throw new RvrError('INTERNAL', 'a careful meter has lost its run')
    this.#current = asOneStretch(state, end)
    return this.#current
  }

  async #stretch(
    from: Before,
    limits: RunLimits,
    isTraced: boolean,
  ): Promise<{ readonly state: SessionState; readonly lost: boolean }> {
    if (this.#disposed) throw new RvrError('DISPOSED', 'this run has been disposed')
    const { signal, suspend, timeoutMs } = limits
    const callbacks = this.#callbacks
    if (callbacks.failure !== undefined) throw callbacks.failure
    const { maxInstructions, maxCost } = checkLimits(limits, this.mode)
    const aborted = (): RvrError => new RvrError('ABORTED', 'the run was aborted', { cause: signal?.reason })
    if (signal?.aborted) throw aborted()
    const { pool, image, machine, mode, tier, progress, witness } = this.#options
    const control = createControl()
    const id = nextJob++
    const current = this.#current
    const mover =
      tier === undefined || this.#home.place.engine === 'native'
        ? undefined
        : new Mover(tier, engine => settle(engine, image, mode), control)
    using job = new RunningJob({
      control,
      callbacks,
      printer: this.#printer,
      progress,
      before: from.instructions,
      timeoutMs,
      signal,
      suspend,
      interrupt: () => {
        this.#home.interrupt()
        mover?.home?.interrupt()
      },
      onStart: () => tier?.begin(),
      // Nothing has run then: what could be resumed still can.
      onAbort: () => {
        if (pool.withdraw(id, aborted())) this.#current = current
      },
    })
    this.#running = true
    this.#current = undefined
    try {
      const result = await pool.submit(
        {
          id,
          place: this.#home.place,
          guest: image.digest,
          abi: choiceKey(this.abi),
          mode: mode.name,
          machine,
          pc: from.pc,
          host: from.host,
          control,
          maxInstructions,
          maxCost,
          timeoutMs,
          stopAtSegment: limits.stopAtSegment === true,
          muteUntil: this.#printedUntil,
          ...(suspend !== undefined && { suspends: true }),
          ...(witness !== undefined && { witness }),
          ...(isTraced && { trace: true }),
          ...(mover !== undefined && { move: mover.order(from.instructions) }),
        },
        { image, abi: this.abi },
        job.client,
      )
      const { end } = result
      const instructions = from.instructions + result.instructions
      if (result.moved) this.#moveTo(mover!.take())
      const stopped = end.outcome === 'suspended' ? end.cause : undefined
      // Neither a deadline nor an abort nor a request waits for the caller's functions.
      if (stopped !== 'timeout' && stopped !== 'request' && stopped !== 'abort') await this.#delivered(signal)
      if (stopped === 'abort' || signal?.aborted === true || pool.closing.aborted) {
        throw signal?.aborted === true ? aborted() : new RvrError('DISPOSED', 'this Rvr was disposed during the run')
      }
      const place =
        result.rewind === undefined
          ? result
          : { ...result, ...(await this.#goBack(result.rewind, instructions, signal)) }
      const { moved: _moved, segments: _segments, lost = false, ...counts } = place
      const state: SessionState = {
        ...counts,
        ...(result.nativeUntil !== undefined && { nativeUntil: from.instructions + result.nativeUntil }),
        engine: this.#home.place.engine,
        interpreted: (from.interpreted ?? 0n) + result.interpreted,
        instructions,
        executed: result.instructions,
        cost: from.cost + result.cost,
        ...(result.profile !== undefined && { profile: addCounts(from.profile, result.profile) }),
        ...this.#segmentsOf(result, instructions),
      }
      this.#current = state
      return { state, lost }
    } finally {
      mover?.close()
      this.#running = false
    }
  }

  /** Waits until the caller's functions have taken all of their text and events, unless the call ends before. */
  async #delivered(signal: AbortSignal | undefined): Promise<void> {
    const callbacks = this.#callbacks
    const until = AbortSignal.any([
      callbacks.signal,
      this.#options.pool.closing,
      ...(signal === undefined ? [] : [signal]),
    ])
    await this.#printer.settled(until)
    await callbacks.settle(until)
  }

  /** The worker has taken everything over into `home`. */
  #moveTo(home: Home): void {
    this.#home.retire()
    this.#home = home
    this.#meter = this.#meterIn(home)
  }

  /** Goes on in the place of a session that has come to the same state. */
  #takeOver(session: Session): void {
    session.#disposed = true
    session.#printer.close()
    this.#options = { ...this.#options, careful: true }
    this.#segments = session.#segments
    this.#moveTo(session.#home)
  }

  /** Finished segments, the last one included when the guest has ended, and the open one when it has not. */
  #segmentsOf(
    { segments: ended, end }: JobResult,
    instructions: bigint,
  ): Pick<SessionState, 'segments' | 'openSegment'> {
    const meter = this.#meter
    const all = this.#segments
    const soFar = (): SegmentsSoFar => ({ list: all, count: all.length })
    if (meter === undefined) return { segments: soFar(), openSegment: undefined }
    meter.load()
    for (const segment of ended) all.push(segment)
    const instretStart = meter.segmentStart
    const heights = meter.openHeights()
    if (end.outcome === 'suspended') return { segments: soFar(), openSegment: { instretStart, heights } }
    all.push({
      instretStart,
      instructions: Number(instructions) - instretStart,
      heights,
      reason: end.outcome === 'trapped' ? 'trap' : 'end',
    })
    return { segments: soFar(), openSegment: undefined }
  }

  /**
   * Makes registers, memory and host state those of a cut a few instructions back: what was touched since is taken
   * from a second session.
   */
  async #goBack(
    { leaves, from }: NonNullable<JobResult['rewind']>,
    instructions: bigint,
    signal: AbortSignal | undefined,
  ): Promise<Pick<SessionState, 'pc' | 'host'>> {
    const {
      session: { hart },
      state: { pc, host },
    } = await this.#follower.to(instructions, { signal })
    copyBack(this.hart.memory, hart.memory, leaves)
    this.hart.x.set(hart.x)
    this.#printedUntil = Math.max(this.#printedUntil, from)
    return { pc, host }
  }

  /** Another session of the same guest, which says nothing to the caller, on its way to so many instructions. */
  #second(instructions: bigint, limits: RunLimits, saved?: SavedRun, careful?: true): ReturnType<Begin<Session>> {
    const { tier, progress: _progress, ...options } = this.#options
    const session = new Session({
      ...options,
      ...(careful && { careful }),
      engine: tier?.native ?? options.engine,
      print: () => {},
    })
    // A run that was saved between a check and the cut there begins anew: its state is not known any more.
    const isStart = saved === undefined || saved.instret > instructions
    const until = { ...limits, maxInstructions: isStart ? instructions : instructions - saved.instret }
    return { session, state: isStart ? session.start(this.#started!, until) : session.restore(saved, until) }
  }
}
