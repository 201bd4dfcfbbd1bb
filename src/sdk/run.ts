/** One run of a guest: what came out, its memory, and how to go on when it was suspended. */
import { windowEnd } from '../elf/image.ts'
import { placeAt, placeText } from '../elf/symbols.ts'
import { RvrError } from '../errors.ts'
import { disassemble, unknownText } from '../isa/disassemble.ts'
import { pullOf, type ItemName } from '../extensions/io/pull.ts'
import { decoderFor } from '../extensions/registry.ts'
import { bytesAt, isInMemory } from '../program/access.ts'
import { fetchAt } from '../program/slots.ts'
import { accept } from '../accept.ts'
import type { Machine } from '../machine/machine.ts'
import type { OpenSegment } from '../modes/metered/result.ts'
import type { KnownResults, ModeName } from '../modes/registry.ts'
import type { Segment } from '../machine/meter.ts'
import type { Trap } from '../program/trap.ts'
import type { CallDifference } from '../run/call-witness.ts'
import { guestBlockRows } from '../run/guest-block-rows.ts'
import type { EngineName } from '../run/home.ts'
import type { StopCause } from '../run/job.ts'
import type { Session } from '../run/session.ts'
import type { SessionState } from '../run/session-state.ts'
import type { GuestShards } from '../shards/guest-shards.ts'
import { checkAllPulled } from '../streams/leftover.ts'
import { backtraceOf } from './backtrace/backtrace.ts'
import { memoryNumber, Resume, Save, TraceLimits } from './calls.ts'
import { ownMachine } from './copies.ts'
import type {
  Outcome,
  ResumeOptions,
  Run,
  RunOrigin,
  SegmentStartOptions,
  Trace,
  TraceOptions,
  TracesOptions,
} from './contract.ts'
import type { GuestMemoryView } from './guest-memory.ts'
import { Profile } from './profile.ts'
import type { ProofsOptions, SegmentProof } from './proofs/contract.ts'
import type { RunPlan } from './traces/plan.ts'
import type { ShardPlan, ShardsOptions } from './shard-plan.ts'
import { savedByBlocks, type SavedByBlocks } from './saved-by-blocks.ts'
import type { Standing } from '../trace/steps.ts'
import type { SegmentTrace } from './traced.ts'
import type { TrapReport } from './trap-report.ts'
import { beginning, passCuts, segmentStart, segmentStarts, stoppingAtCuts } from './segments.ts'

export class GuestRun implements Run {
  readonly outcome: Outcome
  readonly exitCode: number | undefined
  readonly stopCause: StopCause | undefined
  readonly trap: TrapReport | undefined
  readonly unknownWord: number | undefined
  readonly mode: ModeName
  readonly engine: EngineName
  readonly interpreted: bigint
  readonly interpretedNatively: bigint
  readonly instret: bigint
  readonly cost: bigint | undefined
  readonly publicValues: Uint8Array
  readonly openSegment: OpenSegment | undefined
  readonly pc: number
  readonly registers: readonly bigint[]
  readonly memory: GuestMemoryView
  readonly executed: bigint
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
    this.interpretedNatively = state.interpretedNatively
    this.instret = state.instructions
    this.cost = session.mode.reportsCost ? state.cost : undefined
    this.openSegment = this.#collected.openSegment
    this.publicValues = session.abi.host.publicValues(state.host).slice()
    this.pc = state.pc
    this.registers = [...session.hart.x]
    this.executed = state.executed
    this.timing = { executeMs: state.executeMs }
    // A guest that refuses an item pulls no more.
    if (this.exitCode === 0) checkAllPulled(state.host, { pc: state.pc, instret: Number(state.instructions) })
    this.trap = end.outcome === 'trapped' ? this.#describe(end.trap) : undefined
    this.unknownWord = end.outcome === 'terminated' ? this.#unknownWord() : undefined
    this.memory = {
      get bytes() {
        return session.exposedMemory
      },
      read(address, length) {
        const { hart } = session
        const { window } = hart
        const from = accept(memoryNumber(windowEnd(window)), 'memory.read', address)
        const bytes = accept(memoryNumber(window.bytes), 'memory.read', length)
        if (!isInMemory(window, BigInt(from), bytes)) {
          throw new RvrError('USAGE', `${length} bytes at ${address} are not inside guest memory`, {
            hint: `Guest addresses are ${window.base} … ${windowEnd(window) - 1}.`,
          })
        }
        return bytesAt(hart, from, bytes).slice()
      },
    }
  }

  get machine(): Machine {
    return (this.#machine ??= ownMachine(this.#session.machine))
  }

  get segments(): readonly Segment[] {
    const { segments } = this.#collected
    return (this.#segments ??= segments?.list.slice(0, segments.count) ?? [])
  }

  get savedByAutoprecompiles(): SavedByBlocks | undefined {
    const { image, abi, machine } = this.#session
    const blocks = guestBlockRows(image, abi, machine)
    const all = [...this.segments, ...(this.openSegment === undefined ? [] : [this.openSegment])]
    if (blocks === undefined || all.length === 0) return undefined
    return savedByBlocks(
      blocks,
      all.map(({ heights }) => heights),
    )
  }

  get profile(): Profile | undefined {
    const { profile, calls } = this.#collected
    const counts = profile !== undefined ? { profile } : calls && { calls }
    if (counts === undefined) return undefined
    const { image, abi, machine } = this.#session
    const { outcome, instret } = this
    const inside = this.#state.isInside ? this.pc : undefined
    return (this.#profile ??= new Profile({ image, abi, machine, outcome, instret, inside }, counts))
  }

  async resume(options: ResumeOptions = {}): Promise<Run> {
    if (this.outcome !== 'suspended') throw new RvrError('USAGE', `a run that has ${this.outcome} cannot be resumed`)
    const own = accept(Resume, 'resume', options)
    const from = beginning(this.instret, this.cost)
    const next = new GuestRun(
      this.#session,
      await this.#session.continue(this.#state, stoppingAtCuts(own)),
      this.#origin,
    )
    return passCuts(next, own, from)
  }

  async trace(options: TraceOptions): Promise<Trace> {
    if (this.outcome !== 'suspended') throw new RvrError('USAGE', `a run that has ${this.outcome} cannot be traced`)
    const state = await this.#session.trace(this.#state, accept(TraceLimits, 'trace', options))
    const steps = (state.trace ?? []).map((step, index) => ({ ...step, instret: this.instret + BigInt(index) }))
    return { run: new GuestRun(this.#session, state, this.#origin), steps }
  }

  segmentStart(index: number, options: SegmentStartOptions = {}): Promise<Run> {
    return segmentStart(this, index, this.#origin, options)
  }

  segmentStarts(options: SegmentStartOptions = {}): AsyncGenerator<Run, void, void> {
    return segmentStarts(this, this.#origin, options)
  }

  async *proofs(options: ProofsOptions = {}): AsyncGenerator<SegmentProof, void, void> {
    const { proofsOf } = await import('./proofs/proofs.ts')
    yield* proofsOf(this.#plan, options)
  }

  async *traces(options: TracesOptions = {}): AsyncGenerator<SegmentTrace, void, void> {
    const { tracesOf } = await import('./traces/traces.ts')
    yield* tracesOf(this.#plan, options)
  }

  get #plan(): RunPlan {
    const { openSegment, trap, machine, instret } = this
    const open = openSegment && [{ ...openSegment, instructions: Number(instret) - openSegment.instretStart }]
    return {
      machine,
      abi: this.#session.abi,
      trap,
      segments: [...this.segments, ...(open ?? [])],
      origin: this.#origin,
      start: (index, signal) => this.segmentStart(index, { signal }) as Promise<GuestRun>,
    }
  }

  async shards(plan?: ShardPlan, options: ShardsOptions = {}): Promise<GuestShards> {
    const { shardsOf } = await import('./shards.ts')
    const { image, machine } = this.#session
    return shardsOf({ run: this, image, machine, origin: this.#origin }, plan, options)
  }

  /** @internal The guest itself, which goes on with whoever has it. */
  get standing(): Standing {
    const { image, abi, hart } = this.#session
    hart.pc = this.pc
    return { image, abi, hart, host: this.#state.host, instret: Number(this.instret) }
  }

  async save(file: string, options: { readonly signal?: AbortSignal } = {}): Promise<string> {
    const { signal } = accept(Save, 'save', options)
    if (this.outcome !== 'suspended')
      throw new RvrError('USAGE', `a run that has ${this.outcome} cannot be saved`, {
        hint: 'Only a run that a limit stopped can go on.',
      })
    return this.#session.save(this.#state, file, signal)
  }

  /** @internal See `recordOrder`. */
  get pulled(): ItemName | undefined {
    const pull = this.stopCause === 'pull' ? pullOf(this.pc, this.#session.hart) : undefined
    return pull === undefined || 'pc' in pull ? undefined : pull
  }

  /** @internal */
  supply(frame: Uint8Array): void {
    this.#session.supply(frame)
  }

  get collected(): object {
    return this.#state.result
  }

  get #collected(): KnownResults {
    return this.#state.result
  }

  get callDifference(): CallDifference | undefined {
    return this.#state.difference
  }

  get nativeUntil(): bigint | undefined {
    return this.#state.nativeUntil
  }

  dispose(): void {
    this.#session.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #unknownWord(): number | undefined {
    const { image, abi } = this.#session
    const fetched = fetchAt(image, decoderFor(image.xlen, abi), this.pc)
    return fetched?.instr === undefined ? fetched?.word : undefined
  }

  #describe(trap: Trap): TrapReport {
    const { image, abi, hart } = this.#session
    const place = placeAt(image, trap.pc)
    const fetched = fetchAt(image, decoderFor(image.xlen, abi), trap.pc)
    const instr = fetched?.instr
    const unknown = fetched === undefined ? 'no instruction' : unknownText(fetched)
    return {
      kind: trap.kind,
      pc: trap.pc,
      ...(place !== undefined && { symbol: placeText(place) }),
      ...(place !== undefined && place.symbol !== place.name && { mangled: place.symbol }),
      ...(trap.address !== undefined && { address: trap.address }),
      ...(trap.item !== undefined && { item: trap.item }),
      instruction: instr === undefined ? unknown : disassemble(instr),
      message: trap.message,
      instret: this.instret,
      registers: this.registers,
      backtrace: backtraceOf(image, abi, hart, trap.pc),
    }
  }
}
