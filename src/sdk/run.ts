/** One run of a guest: what came out, its memory, and how to go on when it was suspended. */
import { symbolAt } from '../elf/symbols.ts'
import { RvrError } from '../errors.ts'
import { disassemble } from '../isa/disassemble.ts'
import { decoderFor } from '../extensions/registry.ts'
import { instructionWord } from '../interp/slots.ts'
import type { Segment } from '../machine/meter.ts'
import type { TrapKind } from '../ir/trap.ts'
import type { StopCause } from '../run/job.ts'
import type { Session, SessionState } from '../run/session.ts'
import type { RunLimits } from './options.ts'

export type Outcome = 'terminated' | 'suspended' | 'trapped'

/** A trap with everything known about the instruction that raised it. */
export interface TrapReport {
  readonly kind: TrapKind
  readonly pc: number
  /** Function and offset, such as `main+0x1c`; absent where the guest has no symbols there. */
  readonly symbol?: string
  /** The memory address or jump target concerned. */
  readonly address?: bigint
  /** The instruction's assembly text. */
  readonly instruction: string
  readonly message: string
  /** Instructions retired before the trap. */
  readonly instret: bigint
  /** x0 … x31 before the instruction. */
  readonly registers: readonly bigint[]
}

/** Guest memory as JavaScript sees it. */
export interface GuestMemoryView {
  /** A copy of `length` bytes at guest address `address`. @throws RvrError `USAGE` outside the 2^29 bytes of guest memory. */
  read(address: number, length: number): Uint8Array
  /** The whole memory without a copy: index = guest address. Native guests' memory reads as zeros once the run is disposed. */
  readonly bytes: Uint8Array
}

/** The result of `execute` or `resume`. Values are those at the moment the run stopped; memory is live until it is resumed or disposed. */
export class Run implements Disposable {
  readonly outcome: Outcome
  /** 0 … 255, for terminated runs. */
  readonly exitCode: number | undefined
  /** Why a suspended run stopped. */
  readonly stopCause: StopCause | undefined
  readonly trap: TrapReport | undefined
  readonly mode: string
  /** Instructions retired since the guest's start, in all stretches together. */
  readonly instret: bigint
  /** Trace cells since the guest's start; undefined in modes without cost. */
  readonly cost: bigint | undefined
  readonly publicValues: Uint8Array
  /** Mode `metered`: finished segments; the last one ends with the guest. Empty in other modes. */
  readonly segments: readonly Segment[]
  /** Mode `metered`: the segment that a suspended run is in, with its heights so far. */
  readonly openSegment: SessionState['openSegment']
  /** Address of the next instruction. */
  readonly pc: number
  /** x0 … x31, unsigned. */
  readonly registers: readonly bigint[]
  readonly memory: GuestMemoryView
  /** Wall-clock milliseconds that this stretch executed. */
  readonly timing: { readonly executeMs: number }
  readonly #session: Session
  readonly #state: SessionState

  constructor(session: Session, state: SessionState) {
    const { end } = state
    this.#session = session
    this.#state = state
    this.outcome = end.outcome
    this.exitCode = end.outcome === 'terminated' ? end.exitCode : undefined
    this.stopCause = end.outcome === 'suspended' ? end.cause : undefined
    this.mode = session.mode.name
    this.instret = state.instructions
    this.cost = session.mode.reportsCost ? state.cost : undefined
    this.segments = state.segments
    this.openSegment = state.openSegment
    this.publicValues = state.host.publicValues.slice()
    this.pc = state.pc
    this.registers = [...session.hart.x]
    this.timing = { executeMs: state.executeMs }
    this.trap = end.outcome === 'trapped' ? this.#describe(end.trap) : undefined
    const { memory } = session.hart
    this.memory = {
      bytes: memory,
      read(address, length) {
        if (!(address >= 0 && length >= 0 && address + length <= memory.length)) {
          throw new RvrError('USAGE', `${length} bytes at ${address} are not inside guest memory`, { hint: `Guest addresses are 0 … ${memory.length - 1}.` })
        }
        return memory.slice(address, address + length)
      },
    }
  }

  /** Goes on where a suspended run stopped; limits count from there. The earlier Run object keeps its values and can no longer be resumed. */
  async resume(limits: RunLimits = {}): Promise<Run> {
    if (this.outcome !== 'suspended') throw new RvrError('USAGE', `a run that has ${this.outcome} cannot be resumed`)
    return new Run(this.#session, await this.#session.continue(this.#state, limits))
  }

  /** Gives the guest's memory back to the host. */
  dispose(): void {
    this.#session.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #describe(trap: { kind: TrapKind; pc: number; address?: bigint; message: string }): TrapReport {
    const { image, abi } = this.#session
    const symbol = symbolAt(image, trap.pc)
    const word = instructionWord(image, trap.pc)
    const instr = word === undefined ? undefined : decoderFor(image.xlen, abi)(word, trap.pc)
    return {
      kind: trap.kind, pc: trap.pc, ...(symbol !== undefined && { symbol }), ...(trap.address !== undefined && { address: trap.address }),
      instruction: instr !== undefined ? disassemble(instr) : word === undefined ? 'no instruction' : `.word 0x${word.toString(16).padStart(8, '0')}`,
      message: trap.message, instret: this.instret, registers: this.registers,
    }
  }
}
