/** Native code that is being made while the interpreter already runs the guest, and the move of a run into it. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { EngineChoice, Home } from './home.ts'
import { STOP_WORD, MOVE } from './control.ts'
import type { MoveOrder, MoveTarget } from './job.ts'

type Native = Extract<EngineChoice, { engine: 'native' }>

export class Tier {
  /** Resolves when a run has begun to execute. */
  readonly begun: Promise<void>
  /** Move after exactly this many instructions of a run; undefined: as soon as native code is there. */
  readonly moveAfter: bigint | undefined
  #begin: () => void
  #native: Native | undefined
  readonly #settled: Promise<Native | undefined>

  /** `native` never rejects: undefined says that there will be no native code. */
  constructor(native: Promise<Native | undefined>, moveAfter?: bigint) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.begun = promise
    this.#begin = resolve
    this.moveAfter = moveAfter
    this.#settled = native.then(engine => (this.#native = engine))
  }

  /** Undefined as long as there is none. */
  get native(): Native | undefined {
    return this.#native
  }

  begin(): void {
    this.#begin()
  }

  /** What a fresh run starts in now. */
  get engine(): EngineChoice {
    return this.moveAfter === undefined && this.#native !== undefined ? this.#native : { engine: 'interp' }
  }

  /** Calls `listener` when native code is there, or will not be, unless `signal` fires first. */
  watch(listener: (native: Native | undefined) => void, signal: AbortSignal): void {
    void this.#settled.then(native => {
      if (!signal.aborted) listener(native)
    })
  }
}

/** The move of one run during one job: prepares the instance when native code is there, and tells the worker. */
export class Mover {
  /** The instance that the guest moves into. */
  home: Home | undefined
  readonly #port: MessagePort
  readonly #order: MoveOrder
  readonly #closing = new AbortController()

  /** `control` is the job's control word. */
  constructor(tier: Tier, settle: (engine: Native) => Home, control: SharedArrayBuffer) {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#order = { port: port2, after: tier.moveAfter }
    tier.watch(native => {
      try {
        this.home = native === undefined ? undefined : settle(native)
      } catch {
        // The host has no room for a second guest memory: the run goes on where it is.
      }
      const target = this.home?.place
      // It may be there before the worker looks, so it is sent first.
      this.#port.postMessage((target?.engine === 'native' ? target : undefined) satisfies MoveTarget)
      // A stop request has precedence.
      Atomics.compareExchange(new Int32Array(control), STOP_WORD, 0, MOVE)
      Atomics.notify(new Int32Array(control), STOP_WORD)
    }, this.#closing.signal)
  }

  /** For a job that begins after `done` instructions of the run. */
  order(done: bigint): MoveOrder {
    const { port, after } = this.#order
    if (after === undefined) return { port, after }
    return { port, after: after > done ? after - done : 0n }
  }

  /** The home that the guest has moved into: the caller's from now on. */
  take(): Home {
    const { home } = this
    if (home === undefined) throw new Error('the guest moved to a home that nobody made')
    this.home = undefined
    return home
  }

  /** The job has ended. */
  close(): void {
    this.#closing.abort()
    this.#port.close()
    this.home?.retire()
    this.home = undefined
  }
}
