/** A guest under a debugger: stops, looks, changes, forwards and backwards. */
import { accept } from '../../accept.ts'
import { windowEnd, type MemoryWindow } from '../../elf/image.ts'
import { RvrError } from '../../errors.ts'
import type { Machine } from '../../machine/machine.ts'
import { bytesAt, isInMemory } from '../../program/access.ts'
import type { Stops } from '../../run/stops.ts'
import type { Run, RunOrigin } from '../contract.ts'
import { GuestRun } from '../run.ts'
import {
  CodeAddress,
  Continue,
  InstructionCount,
  MemoryRange,
  RegisterNumber,
  RegisterValue,
  Signals,
  Watch,
} from './calls.ts'
import type { ContinueOptions, DebugSignals, DebugStop, WatchedAccess, Watchpoint } from './contract.ts'
import { Timeline, type TimelineOptions } from './timeline.ts'

export interface DebuggerParts extends TimelineOptions {
  readonly origin: RunOrigin
}

export class Debugger implements Disposable {
  /** Addresses in front of which the guest stops; to be changed as one likes while it stands. */
  readonly breakpoints: Set<number> = new Set()
  /** Accesses behind which the guest stops; the same. */
  readonly watchpoints: Set<Watchpoint> = new Set()
  /**
   * Watched accesses stop the guest in front of them, and going back behind them: for clients that step over the access
   * themselves.
   */
  stopsInFront = false
  readonly #timeline: Timeline
  readonly #origin: RunOrigin
  #stop: DebugStop = { reason: 'begin' }
  #run: GuestRun | undefined
  #isRunning = false

  /** @internal */
  constructor({ origin, ...timeline }: DebuggerParts) {
    this.#origin = origin
    this.#timeline = new Timeline(timeline)
  }

  /** Why the guest stands where it stands. */
  get stop(): DebugStop {
    return this.#stop
  }

  /** Address of the next instruction. */
  get pc(): number {
    return this.#timeline.state.pc
  }

  /** Instructions retired since the guest's start, those that were taken back not among them. */
  get instret(): bigint {
    return this.#timeline.instret
  }

  get xlen(): 32 | 64 {
    return this.#timeline.session.image.xlen
  }

  /** x0 … x31, unsigned. */
  get registers(): readonly bigint[] {
    return [...this.#timeline.session.hart.x]
  }

  /** Where guest memory lies: its first address, and its size. */
  get memory(): MemoryWindow {
    const { base, bytes } = this.#timeline.session.hart.window
    return { base, bytes }
  }

  get machine(): Machine {
    return this.#timeline.session.machine
  }

  /** The run as it stands: what a report shows. Its memory is live. */
  get run(): Run {
    const { session, state } = this.#timeline
    return (this.#run ??= new GuestRun(session, state, this.#origin))
  }

  /** A copy of guest memory. @throws RvrError `USAGE` outside of it. */
  readMemory(address: number, length: number): Uint8Array {
    this.#checkRange('readMemory', address, length)
    return bytesAt(this.#timeline.session.hart, address, length).slice()
  }

  /**
   * Writes guest memory, not code: instructions are those of the file. Here and below: what the guest did behind this
   * place, it has not done, and going back and forth over it makes the change again.
   *
   * @throws RvrError `USAGE` outside of memory, or where the guest has ended.
   */
  writeMemory(address: number, bytes: Uint8Array): void {
    this.#checkChangeable()
    this.#checkRange('writeMemory', address, bytes.length)
    this.#change({ kind: 'memory', address, bytes: bytes.slice() })
  }

  /** Sets x1 … x31, to as many bits as the guest's registers have; x0 stays 0. @throws RvrError `USAGE`. */
  writeRegister(register: number, value: bigint): void {
    this.#checkChangeable()
    const number = accept(RegisterNumber, 'writeRegister', register)
    const bits = accept(RegisterValue, 'writeRegister', value)
    if (number !== 0) this.#change({ kind: 'register', register: number, value: bits })
  }

  /** The guest goes on at `pc`. @throws RvrError `USAGE`. */
  jump(pc: number): void {
    this.#checkChangeable()
    this.#change({ kind: 'pc', pc: accept(CodeAddress, 'jump', pc) })
  }

  /** Runs until something stops the guest. @throws RvrError `USAGE`, `ABORTED`, `DISPOSED`, `CALLBACK_FAILED`. */
  continue(options: ContinueOptions = {}): Promise<DebugStop> {
    const { within, ...signals } = accept(Continue, 'continue', options)
    return this.#move(() => this.#timeline.forward({ stops: this.#stops(within) }, signals))
  }

  /** Executes so many instructions, fewer where something stops the guest. */
  step(count: bigint | number = 1, options: DebugSignals = {}): Promise<DebugStop> {
    const until = this.instret + accept(InstructionCount, 'step', count)
    const signals = accept(Signals, 'step', options)
    return this.#move(() => this.#timeline.forward({ until, stops: this.#stops() }, signals))
  }

  /** Takes the last instruction back, or so many; whatever is watched. */
  stepBack(count: bigint | number = 1, options: DebugSignals = {}): Promise<DebugStop> {
    const place = this.instret - accept(InstructionCount, 'stepBack', count)
    const signals = accept(Signals, 'stepBack', options)
    return this.#move(() => this.#timeline.back(place < 0n ? 0n : place, signals))
  }

  /** Goes back to the last place where the guest would have stopped, or to its first instruction. */
  continueBack(options: DebugSignals = {}): Promise<DebugStop> {
    const signals = accept(Signals, 'continueBack', options)
    return this.#move(async () => {
      const found = await this.#timeline.lastStop({ ...this.#stops(), inFront: false }, signals)
      if (signals.suspend?.aborted === true) return undefined
      // The side of the access that the guest comes to first.
      const beside = this.stopsInFront && found?.watched !== undefined ? 1n : 0n
      await this.#timeline.back((found?.instret ?? 0n) + beside, signals)
      if (found === undefined) return { reason: 'begin' }
      return found.watched === undefined ? { reason: 'breakpoint' } : { reason: 'watchpoint', watched: found.watched }
    })
  }

  /**
   * The run up to here in another mode, as a fresh one: what it has cost, or its segments. The guest runs once more.
   *
   * @throws RvrError `USAGE` where the debugger has changed what the guest does, and as `Guest.tiered` does.
   */
  async measured(mode: 'metered' | 'metered-cost', signal?: AbortSignal): Promise<Run> {
    const { artifact, kin, options } = this.#origin
    if (this.#timeline.isChanged)
      throw new RvrError('USAGE', 'the debugger has changed the guest, and what it did since has no cost of its own', {
        hint: 'Go back in front of the change.',
      })
    const measuring = kin === undefined ? artifact : await kin.ready(mode, signal)
    const { inputs, stream, publicValuesBytes, seed, args, env, directories } = options
    const given = { inputs, stream, publicValuesBytes, seed, args, env, directories }
    return measuring.execute({ ...given, maxInstructions: this.instret, signal })
  }

  /** Gives the guest's memory back to the host. */
  dispose(): void {
    this.#timeline.session.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #stops(within?: Stops['within']): Stops {
    return {
      breakpoints: [...this.breakpoints],
      watchpoints: [...this.watchpoints].map(one => accept(Watch, 'watchpoints', one)),
      within,
      inFront: this.stopsInFront,
    }
  }

  async #move(go: () => Promise<DebugStop | undefined | void>): Promise<DebugStop> {
    if (this.#isRunning) throw new RvrError('USAGE', 'the guest is running', { hint: 'Wait for its stop.' })
    this.#isRunning = true
    try {
      const reason = await go()
      this.#run = undefined
      this.#stop = reason ?? this.#reason()
      return this.#stop
    } finally {
      this.#isRunning = false
    }
  }

  #reason(): DebugStop {
    const { end, stopPlace, instructions } = this.#timeline.state
    if (end.outcome === 'terminated') return { reason: 'end', exitCode: end.exitCode }
    if (end.outcome === 'trapped') return { reason: 'trap', trap: this.run.trap! }
    if (end.cause === 'request') return { reason: 'request' }
    if (end.cause === 'breakpoint') return { reason: 'breakpoint' }
    const watched: WatchedAccess | undefined = end.cause === 'watchpoint' ? stopPlace?.watched : undefined
    if (watched !== undefined) return { reason: 'watchpoint', watched }
    return { reason: instructions === 0n ? 'begin' : 'step' }
  }

  #change(change: Parameters<Timeline['change']>[0]): void {
    this.#timeline.change(change)
    this.#run = undefined
  }

  #checkChangeable(): void {
    if (this.#isRunning) throw new RvrError('USAGE', 'the guest is running', { hint: 'Wait for its stop.' })
    if (this.#timeline.state.end.outcome === 'terminated')
      throw new RvrError('USAGE', 'the guest has ended, so nothing of it can be changed', { hint: 'Go back first.' })
  }

  #checkRange(call: string, address: number, length: number): void {
    const range = accept(MemoryRange, call, { from: address, bytes: length })
    const { memory } = this
    if (isInMemory(memory, BigInt(range.from), range.bytes)) return
    throw new RvrError('USAGE', `${length} bytes at ${address} are not inside guest memory`, {
      hint: `Guest addresses are ${memory.base} … ${windowEnd(memory) - 1}.`,
    })
  }
}
