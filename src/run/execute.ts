/** The driver loop: native code as far as it goes, the interpreter for the rest, until an end or a limit. */
import type { HostState, PrintSink } from '../extensions/abi.ts'
import type { Interpreter } from '../interp/interpreter.ts'
import type { Hart } from '../program/hart.ts'
import type { NativeEngine } from './engine.ts'
import type { JobEnd, StopCause } from './job.ts'

/**
 * Instructions, and calls of extensions among them, that the interpreter runs between two looks at the clock: a few
 * milliseconds.
 */
const INTERPRETER_SLICE = 20_000
const INTERPRETER_CALLS = 8
/** A budget no run can use up. */
const UNLIMITED = 1n << 62n

export interface Execution {
  /** Instructions retired before it, since the guest's start. */
  readonly before: bigint
  readonly hart: Hart
  readonly host: HostState
  readonly interpreter: Interpreter
  readonly native: NativeEngine | undefined
  /** Trace cells of the whole job so far; asked when there is a cost limit. */
  readonly cost: () => bigint
  /** Trace cells of the basic block at an address; undefined where no block starts. */
  readonly blockCost: (pc: number) => number | undefined
  /** No instruction that native code executes costs more trace cells than this; asked when there is a cost limit. */
  readonly greatestCost: () => bigint
  readonly maxInstructions: bigint | undefined
  readonly maxCost: bigint | undefined
  /**
   * Why to stop now, if at all. Whoever makes it answer also raises the floor of native code, which then comes back.
   */
  readonly stopRequest: () => StopRequest | undefined
  /** Has the mode collected as much as it may? Undefined where it never has. */
  readonly isFull?: (() => boolean) | undefined
  /** How many instructions may be executed before the next turn; undefined where any number may. */
  readonly untilTurn?: (() => bigint) | undefined
  /** Debugged runs: why to stop at an address, if at all. */
  readonly stopsAt?: ((pc: number, done: Done) => StopCause | undefined) | undefined
  /** Told between stretches how many instructions have been executed. */
  readonly onTurn: (instructions: bigint) => void
  readonly print: PrintSink
}

/** Instructions that have been executed; no more than these may be. */
export interface Done {
  readonly instructions: bigint
  readonly isLast: boolean
}

/** `move`: the guest goes on elsewhere. */
export type StopRequest = 'timeout' | 'request' | 'abort' | 'move'
export type ExecutionEnd = JobEnd | { readonly outcome: 'suspended'; readonly cause: 'move' }

export interface ExecutionResult {
  readonly end: ExecutionEnd
  readonly instructions: bigint
  /** Instructions at which native code handed back for the last time; undefined where it never ran. */
  readonly nativeUntil: bigint | undefined
}

/**
 * Runs until the end, a limit or a stop request. The hart and the host state are left exactly where the run stopped.
 */
export function execute(execution: Execution): ExecutionResult {
  const { before, hart, host, interpreter, native, maxCost, isFull, untilTurn, stopsAt, print } = execution
  const instructionLimit = execution.maxInstructions ?? UNLIMITED
  let instructions = 0n
  let nativeUntil: bigint | undefined
  /** Instructions to the limit, or to where the mode wants its turn. */
  const instructionsLeft = (): bigint => {
    const left = instructionLimit - instructions
    const least = untilTurn?.() ?? left
    return least < left ? least : left
  }
  /** How far native code may run: below every limit, whatever the instructions cost. */
  const nativeBudget = (): bigint => {
    const left = instructionsLeft()
    if (maxCost === undefined) return left
    const affordable = (maxCost - execution.cost()) / execution.greatestCost()
    return affordable < left ? affordable : left
  }
  const entersNative = isFull === undefined ? native?.enters : (pc: number) => isFull() || native?.enters(pc) === true
  /**
   * The interpreter's turn: to the next place where native code can go on, or block by block when the cost limit is
   * near.
   */
  const interpret = (): JobEnd | undefined => {
    if (maxCost !== undefined) {
      const needed = execution.blockCost(hart.pc)
      if (needed !== undefined && execution.cost() + BigInt(needed) > maxCost)
        return { outcome: 'suspended', cause: 'cost' }
    }
    const left = instructionsLeft()
    hart.instret = before + instructions
    const { reason, executed } = interpreter.run(hart, host, {
      maxInstructions: left < BigInt(INTERPRETER_SLICE) ? Number(left) : INTERPRETER_SLICE,
      until: maxCost === undefined ? entersNative : pc => execution.blockCost(pc) !== undefined,
      maxCalls: INTERPRETER_CALLS,
      print,
    })
    instructions += BigInt(executed)
    if (reason.type === 'terminated') return { outcome: 'terminated', exitCode: reason.exitCode }
    if (reason.type === 'call') return { outcome: 'suspended', cause: 'difference' }
    if (reason.type === 'await') return { outcome: 'suspended', cause: 'pull' }
    if (reason.type === 'pause') return { outcome: 'suspended', cause: 'segment' }
    return reason.type === 'trap' ? { outcome: 'trapped', trap: reason.trap } : undefined
  }
  /** What a debugged run stops for where it is. */
  const meets = (): JobEnd | undefined => {
    const cause = stopsAt?.(hart.pc, { instructions, isLast: instructions >= instructionLimit })
    return cause && { outcome: 'suspended', cause }
  }
  for (;;) {
    native?.rearm()
    const stop = execution.stopRequest()
    execution.onTurn(instructions)
    if (stop !== undefined) return { end: { outcome: 'suspended', cause: stop }, instructions, nativeUntil }
    const met = meets()
    if (met !== undefined) return { end: met, instructions, nativeUntil }
    if (instructions >= instructionLimit)
      return { end: { outcome: 'suspended', cause: 'instructions' }, instructions, nativeUntil }
    if (isFull?.() === true) return { end: { outcome: 'suspended', cause: 'memory' }, instructions, nativeUntil }
    if (native?.enters(hart.pc)) {
      const budget = nativeBudget()
      if (budget >= native.floor) {
        const { used, step, paused } = native.run(budget)
        instructions += used
        nativeUntil = instructions
        if (paused) return { end: { outcome: 'suspended', cause: 'segment' }, instructions, nativeUntil }
        if (!step) continue
        const met = meets()
        if (met !== undefined) return { end: met, instructions, nativeUntil }
      }
    }
    const end = interpret()
    if (end !== undefined) return { end, instructions, nativeUntil }
  }
}
