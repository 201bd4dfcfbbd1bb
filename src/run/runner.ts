/** A guest in its memory: runs its jobs one after another, and lets its mode add up what they collect. */
import { CallbackScope } from '../callbacks.ts'
import { abortError, RvrError } from '../errors.ts'
import { imageKey } from '../elf/image.ts'
import type { HostState } from '../extensions/abi.ts'
import { loadImage } from '../interp/memory.ts'
import type { Demand } from '../modes/collector.ts'
import { ledgerOf } from '../modes/counting.ts'
import type { Ledger } from '../modes/ledger.ts'
import { choiceOf } from '../modes/registry.ts'
import type { Hart } from '../program/hart.ts'
import { ledgerContext } from './beginning.ts'
import { choiceKey } from './choice-key.ts'
import { createControl } from './control.ts'
import { engineName, settle, type EngineChoice, type Home } from './home.ts'
import type { Job, JobResult } from './job.ts'
import { checkLimits } from './limits.ts'
import { Printer } from './printer.ts'
import { RunningJob } from './running-job.ts'
import type { StretchLimits } from './stops.ts'
import type { Before, SessionOptions, SessionState } from './session-state.ts'
import { Mover } from './tier.ts'

let nextJob = 1

/** One job, and who hears of it. */
export interface StretchOrder {
  readonly from: Before
  readonly limits: StretchLimits
  /** Instruction by instruction in the interpreter; the state lists them. */
  readonly isTraced: boolean
  /** What is printed before this many instructions has been printed. */
  readonly printed: number
  /** The guest is about to run: what it was suspended in is no more. */
  onBegin(): void
  /** The job was aborted before a worker had it: nothing has run. */
  onWithdrawn(): void
}

/** Where the guest has come to, and what its mode asks for. */
export interface Stretch {
  readonly state: SessionState
  readonly demand: Demand | undefined
}

const abortedBy = (signal: AbortSignal | undefined): RvrError => abortError('the run', signal)

/** How a segment ended with its run. */
const ENDED = { trapped: 'trap', terminated: 'end' } as const

/** Where the guest lives, and what its mode adds up. */
interface Placed {
  home: Home
  readonly ledger: Ledger
}

export class Runner {
  readonly #options: SessionOptions
  /** What the caller's functions for text and events throw. */
  readonly #callbacks = new CallbackScope()
  readonly #printer: Printer
  /** Warnings of the guest's host that are known. */
  #warned = 0
  /** Undefined until it is needed. */
  #placed: Placed | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    this.#printer = new Printer(options.print, this.#callbacks)
  }

  /** The guest in its memory: in fresh one, where it has none yet. */
  get #place(): Placed {
    if (this.#placed === undefined) {
      const { engine, image, mode } = this.#options
      const home = this.#settle(engine)
      const ledger = ledgerOf(mode, ledgerContext(this.#options))
      ledger.attach(home.site)
      loadImage(image, home.hart.memory)
      this.#placed = { home, ledger }
    }
    return this.#placed
  }

  #settle(engine: EngineChoice): Home {
    const { image, machine, mode, pool } = this.#options
    return settle(engine, { image, machine, mode, instances: pool.instances })
  }

  /** Registers and memory; others after the guest has moved. */
  get hart(): Hart {
    return this.#place.home.hart
  }

  /** Somebody keeps a view of the memory that the guest has now. */
  expose(): void {
    this.#place.home.expose()
  }

  get ledger(): Ledger {
    return this.#place.ledger
  }

  /** What one of the caller's functions has thrown. */
  get failure(): RvrError | undefined {
    return this.#callbacks.failure
  }

  async run(order: StretchOrder): Promise<Stretch> {
    const { from, limits, isTraced } = order
    const { signal, suspend, timeoutMs } = limits
    const callbacks = this.#callbacks
    if (callbacks.failure !== undefined) throw callbacks.failure
    const counts = checkLimits(limits, this.#options.mode)
    if (signal?.aborted) throw abortedBy(signal)
    const { pool, image, abi, machine, engine, tier, progress } = this.#options
    const control = createControl()
    const id = nextJob++
    const current = this.#placed?.home.choice ?? engine
    let mover: Mover | undefined
    const interrupt = (): void => {
      this.#placed?.home.interrupt()
      mover?.interrupt()
    }
    if (tier !== undefined && !isTraced && !tier.isFinal(current)) {
      mover = new Mover(tier, { current, control, settle: better => this.#settle(better), interrupt })
    }
    let running: Disposable | undefined
    using job = new RunningJob({
      control,
      callbacks,
      printer: this.#printer,
      progress,
      before: from.instructions,
      timeoutMs,
      signal,
      suspend,
      interrupt,
      onStart: () => {
        running = tier?.running()
      },
      onAbort: () => {
        if (pool.withdraw(id, abortedBy(signal))) order.onWithdrawn()
      },
    })
    order.onBegin()
    try {
      const move = mover?.order(from.instructions)
      const result = await pool.submit({
        id,
        guest: { image, abi, machine },
        client: job.client,
        prepare: () => ({ ...this.#job(order), ...counts, id, control, move }),
      })
      if (result.moved !== undefined) this.#moveTo(mover!.take(result.moved))
      this.#warn(result.host)
      await this.#ended(result, signal)
      return { state: this.#stateOf(from, result), demand: result.demand }
    } finally {
      running?.[Symbol.dispose]()
      mover?.close()
    }
  }

  #job({ from, limits, isTraced, printed }: StretchOrder): Omit<Job, 'id' | 'control' | 'maxInstructions' | 'maxCost'> {
    const { image, abi, mode, machine, witness } = this.#options
    const { pc, host, isInside } = from.stand()
    this.#warned = abi.host.warnings?.(host).length ?? 0
    const { maxTapeBytes } = limits
    const { home, ledger } = this.#place
    return {
      place: home.place,
      guest: imageKey(image),
      abi: choiceKey(abi),
      machine: machine.digest,
      mode: choiceOf(mode),
      order: ledger.order({ stopAtSegment: limits.stopAtSegment === true, maxTapeBytes, printed }),
      pc,
      instret: from.instructions,
      isInside,
      host,
      timeoutMs: limits.timeoutMs,
      suspends: limits.suspend !== undefined,
      witness,
      trace: isTraced,
      stops: limits.stops,
    }
  }

  /** Tells of what the guest asked for in the last job and did not get. */
  #warn(host: HostState): void {
    const { abi, progress } = this.#options
    if (progress === undefined) return
    for (const message of abi.host.warnings?.(host).slice(this.#warned) ?? [])
      void this.#callbacks.call('onEvent', () => progress.receiver({ type: 'warning', message }))
  }

  /** Lets the caller's functions take all of their text and events. @throws RvrError where the job was ended. */
  async #ended({ end }: JobResult, signal: AbortSignal | undefined): Promise<void> {
    const { pool } = this.#options
    const stopped = end.outcome === 'suspended' ? end.cause : undefined
    // Neither a deadline nor an abort nor a request waits for the caller's functions.
    if (stopped !== 'timeout' && stopped !== 'request' && stopped !== 'abort') await this.#delivered(signal)
    if (stopped !== 'abort' && signal?.aborted !== true && !pool.closing.aborted) return
    throw signal?.aborted === true
      ? abortedBy(signal)
      : new RvrError('DISPOSED', 'this Rvr was disposed during the run')
  }

  /** Waits until the caller's functions have taken everything, unless the call ends before. */
  async #delivered(signal: AbortSignal | undefined): Promise<void> {
    const callbacks = this.#callbacks
    const ends = [callbacks.signal, this.#options.pool.closing, signal]
    const until = AbortSignal.any(ends.filter(end => end !== undefined))
    await this.#printer.settled(until)
    await callbacks.settle(until)
  }

  #stateOf(from: Before, result: JobResult): SessionState {
    const { moved: _moved, collected, demand: _demand, ...counts } = result
    const instructions = from.instructions + result.instructions
    const { outcome } = result.end
    const ended = outcome === 'suspended' ? undefined : ENDED[outcome]
    const { home, ledger } = this.#place
    ledger.absorb(collected, { instructions, ended })
    if (this.#options.mode.area?.isShown === true) home.expose()
    return {
      ...counts,
      nativeUntil: result.nativeUntil === undefined ? undefined : from.instructions + result.nativeUntil,
      engine: engineName(home.choice),
      interpreted: (from.interpreted ?? 0n) + result.interpreted,
      interpretedNatively: (from.interpretedNatively ?? 0n) + result.interpretedNatively,
      instructions,
      executed: result.instructions,
      cost: from.cost + result.cost,
      result: ledger.result(),
    }
  }

  /** The worker has taken everything over into `home`. */
  #moveTo(home: Home): void {
    const place = this.#place
    place.home.retire()
    place.home = home
    place.ledger.attach(home.site)
  }

  /** Goes on with the memory and the counts of another one, which has come to the same state and is given up. */
  takeOver(other: Runner): void {
    other.#printer.close()
    this.#placed?.home.retire()
    this.#placed = other.#placed
  }

  dispose(): void {
    this.#printer.close()
    this.#placed?.home.retire()
  }
}
