/** One run of a guest: what came out, its memory, and how to go on when it was suspended. */
import { placeAt, placeText } from '../elf/symbols.ts'
import { RvrError } from '../errors.ts'
import { disassemble } from '../isa/disassemble.ts'
import { decoderFor } from '../extensions/registry.ts'
import { instructionWord } from '../program/slots.ts'
import { accept } from '../accept.ts'
import type { Machine } from '../machine/machine.ts'
import type { OpenSegment } from '../modes/metered/result.ts'
import type { KnownResults, ModeName } from '../modes/registry.ts'
import type { Segment } from '../machine/meter.ts'
import type { TrapKind } from '../program/trap.ts'
import type { CallDifference } from '../run/call-witness.ts'
import type { StopCause } from '../run/job.ts'
import type { Session } from '../run/session.ts'
import type { SessionState } from '../run/session-state.ts'
import type { TracedStep } from '../run/trace.ts'
import { backtraceOf, type Backtrace } from './backtrace/backtrace.ts'
import { MemoryAddress, Resume, Save, TraceLimits } from './calls.ts'
import { ownMachine } from './copies.ts'
import type { ResumeOptions, RunLimits } from './options.ts'
import { Profile } from './profile.ts'
import {
  beginning,
  passCuts,
  segmentStart,
  segmentStarts,
  stoppingAtCuts,
  type RunOrigin,
  type SegmentStartOptions,
} from './segments.ts'

export type Outcome = 'terminated' | 'suspended' | 'trapped'

/** A trap with everything known about the instruction that raised it. */
export interface TrapReport {
  readonly kind: TrapKind
  readonly pc: number
  /** Function (its readable name) and offset, such as `main+0x1c`; absent where the guest has no symbols there. */
  readonly symbol?: string
  /** The function's symbol as the guest has it, where it is mangled. */
  readonly mangled?: string
  /** The memory address or jump target concerned. */
  readonly address?: bigint
  /** The instruction's assembly text. */
  readonly instruction: string
  readonly message: string
  /** Instructions retired before the trap. */
  readonly instret: bigint
  /** x0 … x31 before the instruction. */
  readonly registers: readonly bigint[]
  /** The calls that led to it. */
  readonly backtrace: Backtrace
}

/** Guest memory as JavaScript sees it. */
export interface GuestMemoryView {
  /**
   * A copy of `length` bytes at guest address `address`.
   *
   * @throws RvrError `USAGE` outside the 2^29 bytes of guest memory.
   */
  read(address: number, length: number): Uint8Array
  /**
   * The whole memory without a copy: index = guest address. Native guests' memory reads as zeros once the run is
   * disposed.
   */
  readonly bytes: Uint8Array
}

export interface TraceOptions extends Pick<RunLimits, 'maxCost' | 'timeoutMs' | 'signal' | 'suspend'> {
  /** Instructions to execute at most. */
  readonly maxInstructions: bigint | number
}

/** One instruction that was executed. */
export interface TracedInstruction extends TracedStep {
  /** Instructions retired before it. */
  readonly instret: bigint
}

export interface Trace {
  /** The run behind the last instruction of the trace. */
  readonly run: Run
  readonly steps: readonly TracedInstruction[]
}

/**
 * The result of `execute` or `resume`. Values are those at the moment the run stopped; memory is live until it is
 * resumed or disposed.
 */
export class Run implements Disposable {
  readonly outcome: Outcome
  /** 0 … 255, for terminated runs. */
  readonly exitCode: number | undefined
  /** Why a suspended run stopped. */
  readonly stopCause: StopCause | undefined
  readonly trap: TrapReport | undefined
  /**
   * The word at `pc` that ended the guest because it is no instruction (ABI `openvm`: exit code 2); undefined for every
   * other end.
   */
  readonly unknownWord: number | undefined
  readonly mode: ModeName
  /** What the guest ran in when it stopped. */
  readonly engine: 'native' | 'interp'
  /**
   * Instructions that the interpreter executed while there was no native code: 0n where that was there from the start.
   */
  readonly interpreted: bigint
  /** What the run is metered with: names and widths of the chips whose heights `segments` lists. */
  get machine(): Machine {
    return (this.#machine ??= ownMachine(this.#session.machine))
  }

  /** Instructions retired since the guest's start, in all stretches together. */
  readonly instret: bigint
  /** Trace cells since the guest's start; undefined in modes without cost. */
  readonly cost: bigint | undefined
  readonly publicValues: Uint8Array
  /** Mode `metered`: finished segments; the last one ends with the guest. Empty in other modes. */
  get segments(): readonly Segment[] {
    const { segments } = this.#collected
    return (this.#segments ??= segments?.list.slice(0, segments.count) ?? [])
  }

  /** Mode `metered`: the segment that a suspended run is in, with its heights so far. */
  readonly openSegment: OpenSegment | undefined
  /** Address of the next instruction. */
  readonly pc: number
  /** x0 … x31, unsigned. */
  readonly registers: readonly bigint[]
  readonly memory: GuestMemoryView
  /**
   * Instructions of this stretch alone: since `execute`, `resume` or `resumeFrom`, or since the last cut where there is
   * an `onSegment`.
   */
  readonly executed: bigint
  /** Wall-clock milliseconds that the same stretch executed. */
  readonly timing: { readonly executeMs: number }
  readonly #session: Session
  readonly #state: SessionState
  readonly #origin: RunOrigin | undefined
  #profile: Profile | undefined
  #segments: readonly Segment[] | undefined
  #machine: Machine | undefined

  /** `origin` says how to make the run again, for `segmentStart`. */
  constructor(session: Session, state: SessionState, origin?: RunOrigin) {
    const { end } = state
    this.#session = session
    this.#state = state
    this.#origin = origin
    this.outcome = end.outcome
    this.exitCode = end.outcome === 'terminated' ? end.exitCode : undefined
    this.stopCause = end.outcome === 'suspended' ? end.cause : undefined
    this.mode = session.mode.name
    this.engine = state.engine
    this.interpreted = state.interpreted
    this.instret = state.instructions
    this.cost = session.mode.reportsCost ? state.cost : undefined
    this.openSegment = this.#collected.openSegment
    this.publicValues = session.abi.host.publicValues(state.host).slice()
    this.pc = state.pc
    this.registers = [...session.hart.x]
    this.executed = state.executed
    this.timing = { executeMs: state.executeMs }
    this.trap = end.outcome === 'trapped' ? this.#describe(end.trap) : undefined
    this.unknownWord = end.outcome === 'terminated' ? this.#unknownWord() : undefined
    this.memory = {
      get bytes() {
        return session.hart.memory
      },
      read(address, length) {
        const { memory } = session.hart
        const from = accept(MemoryAddress, 'memory.read', address)
        const end = from + accept(MemoryAddress, 'memory.read', length)
        if (end > memory.length) {
          throw new RvrError('USAGE', `${length} bytes at ${address} are not inside guest memory`, {
            hint: `Guest addresses are 0 … ${memory.length - 1}.`,
          })
        }
        return memory.slice(from, end)
      },
    }
  }

  /** Mode `profile`: how often each instruction was executed; undefined in other modes. */
  get profile(): Profile | undefined {
    const { profile } = this.#collected
    if (profile === undefined) return undefined
    return (this.#profile ??= new Profile(this.#session, this.instret, profile))
  }

  /**
   * Goes on where a suspended run stopped; limits count from there. The earlier Run object keeps its values and can no
   * longer be resumed.
   */
  async resume(options: ResumeOptions = {}): Promise<Run> {
    if (this.outcome !== 'suspended') throw new RvrError('USAGE', `a run that has ${this.outcome} cannot be resumed`)
    const own = accept(Resume, 'resume', options)
    const from = beginning(this.instret, this.cost)
    const next = new Run(this.#session, await this.#session.continue(this.#state, stoppingAtCuts(own)), this.#origin)
    return passCuts(next, own, from)
  }

  /**
   * Goes on instruction by instruction in the interpreter and lists what was executed, at most 100,000 instructions at
   * a time. An instruction that traps has not been executed. The new run can be traced, or resumed at native speed;
   * this one keeps its values.
   *
   * @throws RvrError `USAGE` (the run is not suspended, or more instructions were asked for), `ABORTED`.
   */
  async trace(options: TraceOptions): Promise<Trace> {
    if (this.outcome !== 'suspended') throw new RvrError('USAGE', `a run that has ${this.outcome} cannot be traced`)
    const state = await this.#session.trace(this.#state, accept(TraceLimits, 'trace', options))
    const steps = (state.trace ?? []).map((step, index) => ({ ...step, instret: this.instret + BigInt(index) }))
    return { run: new Run(this.#session, state, this.#origin), steps }
  }

  /**
   * A fresh run, suspended exactly where segment `index` starts: its registers, memory and pc are that segment's start
   * state. The guest runs once more up to there. The open segment of a suspended run is the last one.
   *
   * @throws RvrError `USAGE` for a segment that the run does not have, or an artifact of another guest.
   */
  segmentStart(index: number, options: SegmentStartOptions = {}): Promise<Run> {
    return segmentStart(this, index, this.#origin, options)
  }

  /**
   * Fresh runs at the starts of all segments, in order and in one pass: each is valid until the next one is asked for.
   */
  segmentStarts(options: SegmentStartOptions = {}): AsyncGenerator<Run, void, void> {
    return segmentStarts(this, this.#origin, options)
  }

  /**
   * Saves a suspended run to a file, whole or not at all, and returns the file's absolute path; `artifact.resumeFrom`
   * goes on from it, in another process too. This run can still be resumed.
   *
   * @throws RvrError `USAGE` (the run is not suspended, or has been resumed since), `IO`, `ABORTED`.
   */
  async save(file: string, options: { readonly signal?: AbortSignal } = {}): Promise<string> {
    const { signal } = accept(Save, 'save', options)
    if (this.outcome !== 'suspended')
      throw new RvrError('USAGE', `a run that has ${this.outcome} cannot be saved`, {
        hint: 'Only a run that a limit stopped can go on.',
      })
    return this.#session.save(this.#state, file, signal)
  }

  /** @internal What the mode has collected, in its own form. */
  get collected(): object {
    return this.#state.result
  }

  get #collected(): KnownResults {
    return this.#state.result
  }

  /** @internal A checked run: the call that it stands in front of, whose C is wrong. */
  get callDifference(): CallDifference | undefined {
    return this.#state.difference
  }

  /**
   * @internal Instructions at which native code handed back for the last time in this stretch; undefined where it never
   *   ran.
   */
  get nativeUntil(): bigint | undefined {
    return this.#state.nativeUntil
  }

  /** Gives the guest's memory back to the host. */
  dispose(): void {
    this.#session.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #unknownWord(): number | undefined {
    const { image, abi } = this.#session
    const word = instructionWord(image, this.pc)
    return word === undefined || decoderFor(image.xlen, abi)(word, this.pc) !== undefined ? undefined : word >>> 0
  }

  #describe(trap: { kind: TrapKind; pc: number; address?: bigint; message: string }): TrapReport {
    const { image, abi, hart } = this.#session
    const place = placeAt(image, trap.pc)
    const word = instructionWord(image, trap.pc)
    const instr = word === undefined ? undefined : decoderFor(image.xlen, abi)(word, trap.pc)
    return {
      kind: trap.kind,
      pc: trap.pc,
      ...(place !== undefined && { symbol: placeText(place) }),
      ...(place !== undefined && place.symbol !== place.name && { mangled: place.symbol }),
      ...(trap.address !== undefined && { address: trap.address }),
      instruction:
        instr !== undefined
          ? disassemble(instr)
          : word === undefined
            ? 'no instruction'
            : `.word 0x${word.toString(16).padStart(8, '0')}`,
      message: trap.message,
      instret: this.instret,
      registers: this.registers,
      backtrace: backtraceOf(image, abi, hart, trap.pc),
    }
  }
}
