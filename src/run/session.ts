/** One guest in its memory, from its first instruction to its disposal, across any number of suspensions. */
import type { Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { AbiOptions, GuestAbi, PrintSink } from '../extensions/abi.ts'
import { loadImage } from '../interp/memory.ts'
import type { Hart } from '../ir/hart.ts'
import { LEAF_BYTES } from '../layout/meter.ts'
import type { SegmentLimits } from '../machine/limits.ts'
import type { Machine } from '../machine/machine.ts'
import { Meter, type Segment } from '../machine/meter.ts'
import type { Mode } from '../modes/mode.ts'
import { settle, type EngineChoice, type Home } from './home.ts'
import { ABORT, TIMEOUT, type JobResult } from './job.ts'
import { checkLimits, type RunLimits } from './limits.ts'
import { startMeter } from './metering.ts'
import type { WorkerPool } from './pool.ts'
import { addCounts } from './profiler.ts'
import { Mover, type Tier } from './tier.ts'
import { capture } from './saved/capture.ts'
import type { SavedRun } from './saved/read.ts'
import { restore } from './saved/restore.ts'
import { writeSaved } from './saved/write.ts'

export type { EngineChoice, RunLimits }

/** Where the guest stands after a stretch of execution; counts are since the guest's start. */
export interface SessionState extends Omit<JobResult, 'rewind' | 'moved'> {
  /** What the guest ran in when it stopped. */
  readonly engine: EngineChoice['engine']
  /** All finished segments; the last one ends with the guest. */
  readonly segments: readonly Segment[]
  /** The segment that a suspended guest is in. */
  readonly openSegment: { readonly instretStart: number; readonly heights: readonly number[] } | undefined
}

export interface SessionOptions {
  readonly image: Image
  readonly abi: GuestAbi
  readonly mode: Mode
  readonly machine: Machine
  readonly engine: EngineChoice
  /** An interpreted guest goes on in what this brings. */
  readonly tier?: Tier
  /** An interpreted guest: compares each call of an extension with the C of this library. */
  readonly witness?: string
  readonly pool: WorkerPool
  readonly print: PrintSink
}

export interface StartOptions extends AbiOptions {
  /** Default: those of the machine. */
  readonly segmentLimits?: Partial<SegmentLimits>
}

let nextJob = 1

type Before = Pick<SessionState, 'pc' | 'host' | 'instructions' | 'cost' | 'segments' | 'profile'> & Partial<Pick<SessionState, 'interpreted'>>

export class Session {
  readonly image: Image
  readonly abi: GuestAbi
  readonly mode: Mode
  readonly machine: Machine
  readonly #options: SessionOptions
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
  #follower: { readonly session: Session; readonly state: SessionState } | undefined
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
    this.#home = home
    this.#meter = this.#meterIn(home)
    loadImage(options.image, home.hart.memory)
  }

  /** Registers and memory; others after the guest has moved. */
  get hart(): Hart {
    return this.#home.hart
  }

  #meterIn(home: Home): Meter | undefined {
    return home.area === undefined || !this.mode.segments ? undefined : new Meter(home.area, this.machine, home.clearMarks)
  }

  /** Runs the guest from its start. */
  start(options: StartOptions, limits: RunLimits): Promise<SessionState> {
    this.#started = options
    this.abi.start(this.image, this.hart, options)
    const host = this.abi.createState(this.image, options)
    if (this.#meter !== undefined) startMeter(this.#meter, this.#options, host, options.segmentLimits ?? {})
    return this.#execute({ pc: this.hart.pc, host, instructions: 0n, cost: 0n, segments: [] }, limits)
  }

  /** How the guest was started, in this process or another; in modes without segments saved runs do not say. */
  get startedWith(): StartOptions | undefined {
    return this.#started
  }

  /** Goes on from a saved run, instead of the guest's start. */
  async restore(saved: SavedRun, limits: RunLimits): Promise<SessionState> {
    const { started, printedUntil, ...before } = await restore(saved, this, this.#meter, this.#options.engine)
    this.#started = started
    this.#printedUntil = printedUntil
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

  /** Writes everything that `restore` needs to a file; the session can go on afterwards. Returns the file's absolute path. */
  async save(state: SessionState, file: string, signal?: AbortSignal): Promise<string> {
    if (this.#disposed) throw new RvrError('DISPOSED', 'this run has been disposed')
    this.#checkNewest(state)
    this.#saving = true
    try {
      const content = await capture({ session: this, meter: this.#meter, started: this.#started!, printedUntil: this.#printedUntil }, state, signal)
      return await writeSaved(file, content, signal)
    } catch (error) {
      throw signal?.aborted === true ? new RvrError('ABORTED', 'saving the run was aborted', { cause: signal.reason }) : error
    } finally {
      this.#saving = false
      if (this.#disposeWhenSaved) this.dispose()
    }
  }

  #checkNewest(state: SessionState): void {
    if (this.#saving) throw new RvrError('USAGE', 'this run is being saved', { hint: 'Await save() first.' })
    if (state !== this.#current) throw new RvrError('USAGE', 'this run has already been resumed', { hint: 'Resume or save the Run object that the last resume() returned.' })
  }

  dispose(): void {
    if (this.#saving) this.#disposeWhenSaved = true
    if (this.#disposed || this.#running || this.#saving) return
    this.#disposed = true
    this.#follower?.session.dispose()
    this.#home.retire()
  }

  async #execute(from: Before, limits: RunLimits, isTraced = false): Promise<SessionState> {
    if (this.#disposed) throw new RvrError('DISPOSED', 'this run has been disposed')
    const { signal } = limits
    const { maxInstructions, maxCost } = checkLimits(limits, this.mode)
    const aborted = (): RvrError => new RvrError('ABORTED', 'the run was aborted', { cause: signal?.reason })
    if (signal?.aborted) throw aborted()
    const { pool, image, print, machine, mode, tier, witness } = this.#options
    const control = new SharedArrayBuffer(4), id = nextJob++
    const mover = tier === undefined || this.#home.place.engine === 'native' ? undefined : new Mover(tier, engine => settle(engine, image, mode), control)
    const stop = (cause: typeof ABORT | typeof TIMEOUT): void => {
      Atomics.store(new Int32Array(control), 0, cause)
      Atomics.notify(new Int32Array(control), 0)
      this.#home.interrupt()
      mover?.home?.interrupt()
    }
    const onAbort = (): void => {
      stop(ABORT)
      // Nothing has run then: what could be resumed still can.
      if (pool.withdraw(id, aborted())) this.#current = current
    }
    let timer: NodeJS.Timeout | undefined
    signal?.addEventListener('abort', onAbort, { once: true })
    const current = this.#current
    this.#running = true
    this.#current = undefined
    try {
      const result = await pool.submit({
        id, place: this.#home.place, guest: image.digest, abi: this.abi.digest, mode: mode.name, machine, pc: from.pc, host: from.host, control,
        maxInstructions, maxCost, timeoutMs: limits.timeoutMs, stopAtSegment: limits.stopAtSegment === true, muteUntil: this.#printedUntil,
        ...(witness !== undefined && { witness }), ...(isTraced && { trace: true }),
        ...(mover !== undefined && { move: mover.order(from.instructions) }),
      }, { image, abi: this.abi }, {
        print,
        onStart: () => {
          if (limits.timeoutMs !== undefined) timer = setTimeout(() => stop(TIMEOUT), limits.timeoutMs)
          tier?.begin()
        },
        cancel: () => stop(ABORT),
      })
      const { end } = result
      if (result.moved) this.#moveTo(mover!.take())
      if (end.outcome === 'suspended' && end.cause === 'abort') throw signal?.aborted === true ? aborted() : new RvrError('DISPOSED', 'this Rvr was disposed during the run')
      const instructions = from.instructions + result.instructions
      const place = result.rewind === undefined ? result : { ...result, ...await this.#goBack(result.rewind, instructions, signal) }
      const { moved: _, ...counts } = place
      this.#current = {
        ...counts, ...(result.nativeUntil !== undefined && { nativeUntil: from.instructions + result.nativeUntil }),
        engine: this.#home.place.engine, interpreted: (from.interpreted ?? 0n) + result.interpreted, instructions, cost: from.cost + result.cost, ...(result.profile !== undefined && { profile: addCounts(from.profile, result.profile) }), ...this.#segmentsOf(from.segments, result, instructions) }
      return this.#current
    } finally {
      clearTimeout(timer)
      mover?.close()
      this.#running = false
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** The worker has taken everything over into `home`. */
  #moveTo(home: Home): void {
    this.#home.retire()
    this.#home = home
    this.#meter = this.#meterIn(home)
  }

  /** Finished segments, the last one included when the guest has ended, and the open one when it has not. */
  #segmentsOf(earlier: readonly Segment[], { segments: ended, end }: JobResult, instructions: bigint): Pick<SessionState, 'segments' | 'openSegment'> {
    const meter = this.#meter
    if (meter === undefined) return { segments: [], openSegment: undefined }
    meter.load()
    const segments = [...earlier, ...ended], instretStart = meter.segmentStart, heights = meter.openHeights()
    if (end.outcome === 'suspended') return { segments, openSegment: { instretStart, heights } }
    segments.push({ instretStart, instructions: Number(instructions) - instretStart, heights, reason: end.outcome === 'trapped' ? 'trap' : 'end' })
    return { segments, openSegment: undefined }
  }

  /**
   * Makes registers, memory and host state those of a cut that lies a few instructions back: a second session runs to it, and what
   * the first has touched since is taken from there.
   */
  async #goBack({ leaves, from }: NonNullable<JobResult['rewind']>, instructions: bigint, signal: AbortSignal | undefined): Promise<Pick<SessionState, 'pc' | 'host'>> {
    const follower = await this.#follow(instructions, signal)
    const { hart } = follower.session
    copyBack(this.hart.memory, hart.memory, leaves)
    this.hart.x.set(hart.x)
    this.#printedUntil = Math.max(this.#printedUntil, from)
    return { pc: follower.state.pc, host: follower.state.host }
  }

  async #follow(instructions: bigint, signal: AbortSignal | undefined): Promise<{ session: Session; state: SessionState }> {
    const limits = { signal }
    if (this.#follower === undefined) {
      const { tier, ...options } = this.#options
      const session = new Session({ ...options, engine: tier?.native ?? options.engine, print: () => {} }), saved = this.#saved
      // A run that was saved between a check and the cut there begins anew: its state is not known any more.
      const state = saved === undefined || saved.instret > instructions ? session.start(this.#started!, { ...limits, maxInstructions: instructions })
        : session.restore(saved, { ...limits, maxInstructions: instructions - saved.instret })
      this.#follower = { session, state: await state }
    } else {
      const { session, state } = this.#follower
      this.#follower = { session, state: await session.continue(state, { ...limits, maxInstructions: instructions - state.instructions }) }
    }
    return this.#follower
  }
}

/** Makes `memory` like `source`, which differs in these leaves at most, or anywhere. */
function copyBack(memory: Uint8Array, source: Uint8Array, leaves: readonly number[] | undefined): void {
  const CHUNK = 2 ** 16
  for (const leaf of leaves ?? []) memory.set(source.subarray(leaf * LEAF_BYTES, (leaf + 1) * LEAF_BYTES), leaf * LEAF_BYTES)
  if (leaves !== undefined) return
  for (let at = 0; at < memory.length; at += CHUNK) {
    const wanted = source.subarray(at, at + CHUNK)
    if (Buffer.compare(memory.subarray(at, at + CHUNK), wanted) !== 0) memory.set(wanted, at)
  }
}
