/** One guest in its memory, from its first instruction to its disposal, across any number of suspensions. */
import { MEMORY_BYTES, type Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { AbiOptions, GuestAbi, PrintSink } from '../extensions/abi.ts'
import { loadImage } from '../interp/memory.ts'
import { createHart, type Hart } from '../ir/hart.ts'
import { loadLibrary, viewInstance, type NativeLibrary } from '../load/library.ts'
import type { Machine } from '../machine/machine.ts'
import type { Mode } from '../modes/mode.ts'
import { raiseFloor } from './engine.ts'
import { ABORT, TIMEOUT, type JobResult, type Place } from './job.ts'
import type { WorkerPool } from './pool.ts'

/** Where the guest stands after a stretch of execution; counts are since the guest's start. */
export type SessionState = JobResult

/** Where a run stops at the latest. */
export interface RunLimits {
  /** Stop after exactly this many instructions. */
  readonly maxInstructions?: bigint | number
  /** Stop before the first basic block that would bring the cost (in trace cells) above this. */
  readonly maxCost?: bigint | number
  /** Stop after this much wall-clock time, in milliseconds. */
  readonly timeoutMs?: number
  /** Aborting rejects the call with an RvrError `ABORTED` within about 10 ms. */
  readonly signal?: AbortSignal
}

/** The engine that a session runs on: a library file, or the interpreter alone. */
export type EngineChoice = { readonly engine: 'native'; readonly library: string; readonly slots: number; readonly base: number } | { readonly engine: 'interp' }

export interface SessionOptions {
  readonly image: Image
  readonly abi: GuestAbi
  readonly mode: Mode
  readonly machine: Machine
  readonly engine: EngineChoice
  readonly pool: WorkerPool
  readonly print: PrintSink
}

let nextJob = 1

/** A limit as a count. @throws RvrError `USAGE`. */
function limitOf(name: string, value: bigint | number | undefined): bigint | undefined {
  if (value === undefined) return undefined
  if (!(value >= 0) || (typeof value === 'number' && !Number.isInteger(value))) throw new RvrError('USAGE', `${name} is ${value}, not a count`, { hint: 'Give a whole number from 0 on, or leave it out for no limit.' })
  return BigInt(value)
}

/** Unmaps an instance when no view of it can exist any more. */
const unmapped = new FinalizationRegistry<{ library: NativeLibrary; address: bigint }>(({ library, address }) => library.destroy(address))

/** Where a guest lives, how to make it come back soon, and how to give its memory up. */
interface Home {
  readonly place: Place
  readonly hart: Hart
  readonly interrupt: () => void
  readonly retire: () => void
}

function settle(engine: EngineChoice, image: Image): Home {
  if (engine.engine === 'interp') {
    const memory = new SharedArrayBuffer(MEMORY_BYTES), registers = new SharedArrayBuffer(32 * 8)
    return { place: { engine: 'interp', memory, registers }, hart: createHart(image.xlen, new Uint8Array(memory), new BigUint64Array(registers)), interrupt: () => {}, retire: () => {} }
  }
  const library = loadLibrary(engine.library)
  const address = library.create()
  const views = viewInstance(address, engine.slots, MEMORY_BYTES)
  unmapped.register(views.memory.buffer, { library, address })
  return {
    place: { engine: 'native', library: engine.library, memory: address, slots: engine.slots, base: engine.base },
    hart: createHart(image.xlen, views.memory, views.registers),
    interrupt: () => raiseFloor(views.state),
    retire: () => library.retire(address),
  }
}

export class Session {
  readonly image: Image
  readonly abi: GuestAbi
  readonly mode: Mode
  readonly hart: Hart
  readonly #options: SessionOptions
  readonly #home: Home
  #current: SessionState | undefined
  #running = false
  #disposed = false

  /** Places the guest in fresh memory, ready for its first instruction. */
  constructor(options: SessionOptions) {
    const home = settle(options.engine, options.image)
    this.image = options.image
    this.abi = options.abi
    this.mode = options.mode
    this.hart = home.hart
    this.#options = options
    this.#home = home
    loadImage(options.image, home.hart.memory)
  }

  /** Runs the guest from its start. */
  start(options: AbiOptions, limits: RunLimits): Promise<SessionState> {
    this.abi.start(this.image, this.hart, options)
    return this.#execute({ pc: this.hart.pc, host: this.abi.createState(this.image, options), instructions: 0n, cost: 0n }, limits)
  }

  /** Goes on from `state`, which has to be the newest. */
  continue(state: SessionState, limits: RunLimits): Promise<SessionState> {
    if (state !== this.#current) return Promise.reject(new RvrError('USAGE', 'this run has already been resumed', { hint: 'Resume the Run object that the last resume() returned.' }))
    return this.#execute(state, limits)
  }

  dispose(): void {
    if (this.#disposed || this.#running) return
    this.#disposed = true
    this.#home.retire()
  }

  async #execute(from: Pick<SessionState, 'pc' | 'host' | 'instructions' | 'cost'>, limits: RunLimits): Promise<SessionState> {
    if (this.#disposed) throw new RvrError('DISPOSED', 'this run has been disposed')
    const { signal } = limits
    const maxInstructions = limitOf('maxInstructions', limits.maxInstructions), maxCost = limitOf('maxCost', limits.maxCost)
    if (limits.timeoutMs !== undefined && !(limits.timeoutMs >= 0)) throw new RvrError('USAGE', `timeoutMs is ${limits.timeoutMs}, not a number of milliseconds`)
    const aborted = (): RvrError => new RvrError('ABORTED', 'the run was aborted', { cause: signal?.reason })
    if (signal?.aborted) throw aborted()
    const { pool, image, print, machine, mode } = this.#options
    if (maxCost !== undefined && !mode.reportsCost) throw new RvrError('USAGE', `mode ${mode.name} does not count cost, so no cost limit can stop it`, { hint: 'Use a mode that does, such as metered-cost.' })
    const control = new SharedArrayBuffer(4), id = nextJob++
    const stop = (cause: typeof ABORT | typeof TIMEOUT): void => {
      Atomics.store(new Int32Array(control), 0, cause)
      this.#home.interrupt()
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
        id, place: this.#home.place, guest: image.digest, abi: this.abi.name, mode: mode.name, machine, pc: from.pc, host: from.host, control,
        maxInstructions, maxCost, timeoutMs: limits.timeoutMs,
      }, image, {
        print,
        onStart: () => { timer = setTimeout(() => stop(TIMEOUT), limits.timeoutMs) },
        cancel: () => stop(ABORT),
      })
      const { end } = result
      if (end.outcome === 'suspended' && end.cause === 'abort') throw signal?.aborted === true ? aborted() : new RvrError('DISPOSED', 'this Rvr was disposed during the run')
      this.#current = { ...result, instructions: from.instructions + result.instructions, cost: from.cost + result.cost }
      return this.#current
    } finally {
      clearTimeout(timer)
      this.#running = false
      signal?.removeEventListener('abort', onAbort)
    }
  }
}
