/** Faster engines that are being made ready while a guest already runs, and the move of a run into them. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { EngineChoice, Home, NativeChoice } from './home.ts'
import { STOP_WORD, MOVE } from './control.ts'
import type { MoveOrder, MoveTarget } from './job.ts'

type Listener = (engine: NativeChoice | undefined) => void

export class Tier {
  /** Resolves when a run has begun to execute. */
  readonly begun: Promise<void>
  /** Move after exactly this many instructions of a run; undefined: as soon as there is something to move into. */
  readonly moveAfter: bigint | undefined
  #begin: () => void
  #best: NativeChoice | undefined
  #isFinal = false
  readonly #listeners = new Set<Listener>()
  /** Runs that execute now, and since when. */
  #running = 0
  #since = 0
  #ranMs = 0
  readonly #waiting = new Set<() => void>()

  constructor(moveAfter?: bigint) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.begun = promise
    this.#begin = resolve
    this.moveAfter = moveAfter
  }

  /** The best engine so far; undefined as long as there is only the reference interpreter. */
  get native(): NativeChoice | undefined {
    return this.#best
  }

  /** What a fresh run starts in now. */
  get engine(): EngineChoice {
    return this.moveAfter === undefined && this.#best !== undefined ? this.#best : { engine: 'interp' }
  }

  /** Will a run that is in this engine stay there? */
  isFinal(engine: EngineChoice): boolean {
    return this.#isFinal && engine === (this.#best ?? engine)
  }

  /** A better engine than all before is there. */
  offer(engine: NativeChoice): void {
    this.#best = engine
    for (const listener of this.#listeners) listener(engine)
  }

  /** No better engine will come. */
  end(): void {
    if (this.#isFinal) return
    this.#isFinal = true
    if (this.#best === undefined) for (const listener of this.#listeners) listener(undefined)
  }

  /**
   * Calls `listener` with every engine that there is or will be, and with undefined when it is known that there will be
   * none, until `signal` fires.
   */
  watch(listener: Listener, signal: AbortSignal): void {
    this.#listeners.add(listener)
    signal.addEventListener('abort', () => this.#listeners.delete(listener), { once: true })
    if (this.#best !== undefined || this.#isFinal) listener(this.#best)
  }

  /** A run has begun to execute; disposing says that it has stopped. */
  running(): Disposable {
    this.#begin()
    if (this.#running++ === 0) this.#since = performance.now()
    this.#wakeUp()
    let isRunning = true
    return {
      [Symbol.dispose]: () => {
        if (!isRunning) return
        isRunning = false
        if (--this.#running === 0) this.#ranMs += performance.now() - this.#since
        this.#wakeUp()
      },
    }
  }

  /** Milliseconds that runs have executed, in all. */
  get ranMs(): number {
    return this.#ranMs + (this.#running > 0 ? performance.now() - this.#since : 0)
  }

  #wakeUp(): void {
    for (const look of this.#waiting) look()
  }

  /** Resolves when runs have executed for so many milliseconds in all, or `signal` fires. */
  async ranFor(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    let timer: NodeJS.Timeout | undefined
    const look = (): void => {
      clearTimeout(timer)
      if (signal.aborted) return resolve()
      const left = ms - this.ranMs
      if (left <= 0) resolve()
      else if (this.#running > 0) timer = setTimeout(look, left).unref()
    }
    this.#waiting.add(look)
    signal.addEventListener('abort', look, { once: true })
    look()
    await promise
    signal.removeEventListener('abort', look)
    this.#waiting.delete(look)
  }
}

/** The moves of one run during one job: prepares an instance when a better engine is there, and tells the worker. */
export class Mover {
  /** Instances that the guest may have moved into, in the order in which the worker heard of them. */
  readonly #homes: Home[] = []
  readonly #port: MessagePort
  readonly #order: MoveOrder
  readonly #closing = new AbortController()

  constructor(tier: Tier, { current, control, settle, interrupt }: MoverOptions) {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#order = { port: port2, after: tier.moveAfter }
    const words = new Int32Array(control)
    const send = (target: MoveTarget): void => {
      // It may be there before the worker looks, so it is sent first.
      this.#port.postMessage(target)
      // A stop request has precedence.
      Atomics.compareExchange(words, STOP_WORD, 0, MOVE)
      Atomics.notify(words, STOP_WORD)
      interrupt()
    }
    tier.watch(engine => {
      if (engine === current) return
      if (engine === undefined) return send(undefined)
      try {
        const home = settle(engine)
        this.#homes.push(home)
        if (home.place.engine === 'native') send({ index: this.#homes.length - 1, place: home.place })
      } catch {
        // The host has no room for a second guest memory: the run goes on where it is.
        if (tier.moveAfter !== undefined) send(undefined)
      }
    }, this.#closing.signal)
  }

  /** For a job that begins after `done` instructions of the run. */
  order(done: bigint): MoveOrder {
    const { port, after } = this.#order
    if (after === undefined) return { port, after }
    return { port, after: after > done ? after - done : 0n }
  }

  /** Makes the guest come back soon, wherever it has moved. */
  interrupt(): void {
    for (const home of this.#homes) home.interrupt()
  }

  /** The home that the guest has moved into: the caller's from now on. */
  take(index: number): Home {
    const home = this.#homes[index]
    if (home === undefined) throw new Error('the guest moved to a home that nobody made')
    delete this.#homes[index]
    return home
  }

  /** The job has ended. */
  close(): void {
    this.#closing.abort()
    this.#port.close()
    for (const home of this.#homes.splice(0)) home?.retire()
  }
}

export interface MoverOptions {
  /** What the guest is in. */
  readonly current: EngineChoice
  /** The job's control word. */
  readonly control: SharedArrayBuffer
  readonly settle: (engine: NativeChoice) => Home
  /** Makes the guest come back soon from where it is now. */
  readonly interrupt: () => void
}
