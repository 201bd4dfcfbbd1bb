/** The reference interpreter: the meaning of every instruction, trap and stop, one instruction at a time. */
import type { Image, Xlen } from '../elf/image.ts'
import type { GuestAbi, HostEffects, HostState, PrintSink } from '../extensions/abi.ts'
import { decoderFor } from '../extensions/registry.ts'
import { outsideTrap } from '../program/access.ts'
import type { Hart } from '../program/hart.ts'
import type { Trap } from '../program/trap.ts'
import type { Instr } from '../isa/row.ts'
import type { Decoder } from '../isa/table.ts'
import { watchedWords } from '../elf/direct.ts'
import { MEMORY } from '../layout/meter.ts'
import type { ContentWatcher, Watcher } from '../modes/collector.ts'
import { spanLengths } from './spans.ts'
import { codeOf } from './code.ts'
import { fetchTrap, jumpTrap } from './jumps.ts'
import { readMemory, writeMemory } from './access.ts'
import { accessOrder, executeCall, resolveOperands, type CallExecutor } from './call.ts'
import {
  ALU_IMMEDIATE,
  ALU_REGISTER,
  BRANCH,
  CALL,
  CONSTANT,
  HOST,
  JAL,
  JALR,
  LOAD,
  NOP,
  STORE,
  type Operation,
} from './operation.ts'

/**
 * - `limit`: `maxInstructions` or `maxCalls` have been executed · `leader`: `until` accepted the next pc
 * - `pause`: the watcher wants to stop in front of a block
 * - `await`: the host has to provide what the host instruction at pc asks for
 * - `call`: whoever executes calls wants to stop in front of one
 * - `terminated`: the guest ended; pc is that of the terminating instruction · `trap`: pc is that of the trapping
 *   instruction
 */
export type StopReason =
  | { readonly type: 'limit' }
  | { readonly type: 'leader' }
  | { readonly type: 'pause' }
  | { readonly type: 'call' }
  | { readonly type: 'await' }
  | { readonly type: 'terminated'; readonly exitCode: number }
  | { readonly type: 'trap'; readonly trap: Trap }

export interface Stretch {
  readonly reason: StopReason
  /** Instructions retired: a terminating instruction or unknown word counts, a trapping instruction does not. */
  readonly executed: number
}

export interface StretchOptions {
  /** Instructions to execute at most; 0 executes none. */
  readonly maxInstructions: number | bigint
  /** Asked after each instruction with the next pc; true ends the stretch, so at least one instruction is executed. */
  readonly until?: ((pc: number) => boolean) | undefined
  /** Ends the stretch behind so many calls, which take far longer than other instructions. */
  readonly maxCalls?: number
  readonly print: PrintSink
}

export interface InterpreterOptions {
  /** Hears of every executed instruction. */
  readonly watcher?: Watcher | undefined
  /** Executes the calls of extensions; default: their reference semantics alone. */
  readonly call?: CallExecutor | undefined
  /** Default: the base tables and the ABI's rows. */
  readonly decode?: Decoder
}

export interface Interpreter {
  /**
   * Executes from `hart.pc` until something of `StopReason` happens; `hart` and `host` are then in the state at
   * `hart.pc`.
   */
  run(hart: Hart, host: HostState, options: StretchOptions): Stretch
  /** The decoded instruction of the slot at `pc`; undefined where there is no slot or an unknown word. */
  instrAt(pc: number): Instr | undefined
}

/**
 * The effective address of a load, store or indirect jump: XLEN bits unsigned, as an exact number below 2^53 and at
 * least 2^53 above.
 */
function effectiveAddress(xlen: Xlen, x: BigUint64Array, operation: Operation): number {
  const base = x[operation.rs1]!
  return xlen === 32
    ? (Number(base) + operation.offset) >>> 0
    : Number(BigInt.asUintN(64, base + BigInt(operation.offset)))
}

/** What a call is about to touch, unless an operand is none. */
function tellOfCall(contents: ContentWatcher, { call, instr }: Operation, hart: Hart, publicValues: Uint8Array): void {
  const resolved = resolveOperands(call!, instr!, hart)
  const operands = resolved.trap === undefined ? accessOrder(call!, resolved.operands) : []
  const touches = operands.map(operand => ({ space: MEMORY, ...operand }))
  contents.before(instr!, touches, publicValues)
}

/** The same address for a trap, exact at every size. */
function exactAddress(xlen: Xlen, x: BigUint64Array, operation: Operation): bigint {
  return BigInt.asUintN(xlen, x[operation.rs1]! + BigInt(operation.offset))
}

/**
 * An interpreter for one image. Code is taken from the image, not from memory: what a guest stores never changes what
 * it executes.
 */
export function createInterpreter(image: Image, abi: GuestAbi, options: InterpreterOptions = {}): Interpreter {
  const { watcher, call = executeCall } = options
  const spans = watcher?.spans
  const contents = watcher?.contents
  const { xlen, memory } = image
  const { base } = memory
  const told = abi.stored === undefined ? undefined : watchedWords(memory, image.symbols).get('tohost')
  /** The first bytes of the word that the host looks at. */
  const [toldFrom, toldTo] = told === undefined ? [0, 0] : [told, told + 4]
  const decode = options.decode ?? decoderFor(xlen, abi)
  const { slotBytes } = decode
  const code = codeOf(image, decode)

  const spanLength = spans === undefined ? undefined : spanLengths(code, spans)

  function run(
    hart: Hart,
    host: HostState,
    { maxInstructions, maxCalls = Infinity, until, print }: StretchOptions,
  ): Stretch {
    const { x, view } = hart
    const limit = Number(maxInstructions)
    const before = hart.instret
    let pc = hart.pc
    let executed = 0
    let calls = 0
    /** Instructions to the end of the span, for the watcher. */
    let untilBoundary = 0
    const stop = (reason: StopReason): Stretch => {
      hart.pc = pc
      hart.instret = before + BigInt(executed)
      return { reason, executed }
    }
    const trapped = (trap: Trap): Stretch => stop({ type: 'trap', trap })
    const outside = (kind: 'load-outside' | 'store-outside', operation: Operation): Stretch => {
      const address = exactAddress(xlen, x, operation)
      return trapped(outsideTrap(kind, memory, { pc, address, bytes: operation.width }))
    }

    while (executed < limit && calls < maxCalls) {
      const operation = code.at(pc)
      if (operation === undefined) return trapped(fetchTrap(pc))
      const { rd, rs1, rs2 } = operation
      let next = operation.next
      let rows = 1
      let effects: HostEffects | undefined
      if (operation.code === HOST && watcher !== undefined) {
        effects = abi.effects(operation.instr!, hart)
        rows = effects.rows
      }
      if (spanLength !== undefined && untilBoundary === 0) {
        untilBoundary = spanLength(pc)
        if (!spans!.enter(untilBoundary)) return stop({ type: 'pause' })
      }
      switch (operation.code) {
        case NOP:
          break
        case ALU_REGISTER: {
          const value = operation.alu(x[rs1]!, x[rs2]!, xlen)
          x[rd] = xlen === 64 ? value : BigInt.asUintN(32, value)
          break
        }
        case ALU_IMMEDIATE: {
          const value = operation.alu(x[rs1]!, operation.immediate, xlen)
          x[rd] = xlen === 64 ? value : BigInt.asUintN(32, value)
          break
        }
        case CONSTANT:
          x[rd] = operation.value
          break
        case LOAD: {
          const address = effectiveAddress(xlen, x, operation)
          const at = address - base
          if (at < 0 || at > operation.last) return outside('load-outside', operation)
          watcher?.touched?.(MEMORY, address, operation.width)
          contents?.access(address, operation.width)
          const value = readMemory(view, at, operation.width, operation.signed)
          if (rd !== 0) x[rd] = xlen === 64 ? value : BigInt.asUintN(32, value)
          break
        }
        case STORE: {
          const address = effectiveAddress(xlen, x, operation)
          const at = address - base
          if (at < 0 || at > operation.last) return outside('store-outside', operation)
          watcher?.touched?.(MEMORY, address, operation.width)
          contents?.access(address, operation.width)
          writeMemory(view, at, operation.width, x[rs2]!)
          if (address >= toldTo || address + operation.width <= toldFrom) break
          hart.pc = pc
          const outcome = abi.stored!(image, hart, print)
          if (outcome.type === 'trap') return trapped(outcome.trap)
          if (outcome.type !== 'terminate') break
          executed++
          watcher?.retired(operation.instr, pc, 1)
          return stop({ type: 'terminated', exitCode: outcome.exitCode })
        }
        case BRANCH:
          if (!operation.test(x[rs1]!, x[rs2]!, xlen)) break
          next = operation.target
          if (code.at(next) === undefined) return trapped(jumpTrap(pc, slotBytes, BigInt.asUintN(xlen, BigInt(next))))
          break
        case JAL:
          next = operation.target
          if (code.at(next) === undefined) return trapped(jumpTrap(pc, slotBytes, BigInt.asUintN(xlen, BigInt(next))))
          if (rd !== 0) x[rd] = operation.value
          break
        case JALR: {
          const target = effectiveAddress(xlen, x, operation)
          next = target - (target % 2)
          if (code.at(next) === undefined)
            return trapped(jumpTrap(pc, slotBytes, exactAddress(xlen, x, operation) & ~1n))
          if (rd !== 0) x[rd] = operation.value
          break
        }
        case CALL: {
          calls++
          if (contents !== undefined) tellOfCall(contents, operation, hart, abi.host.publicValues(host))
          const end = call(operation.call!, operation.instr!, hart)
          if (end === undefined) return stop({ type: 'call' })
          if (end.trap !== undefined) return trapped(end.trap)
          for (const { address, length } of end.touched) watcher?.touched?.(MEMORY, address, length)
          if (operation.call!.result === 'register') {
            if (rd !== 0) x[rd] = end.result
          } else if (end.result !== 0n) {
            next = operation.target
            if (code.at(next) === undefined) return trapped(jumpTrap(pc, slotBytes, BigInt.asUintN(xlen, BigInt(next))))
          }
          contents?.behind(operation.instr!, rows)
          break
        }
        case HOST: {
          hart.pc = pc
          hart.instret = before + BigInt(executed)
          const touches = effects?.touched === undefined ? [] : [effects.touched]
          contents?.before(operation.instr!, touches, abi.host.publicValues(host))
          const outcome = abi.execute(operation.instr!, hart, host, print)
          if (outcome.type === 'trap') return trapped(outcome.trap)
          if (outcome.type === 'await') return stop(outcome)
          if (outcome.type === 'terminate') {
            executed++
            watcher?.retired(operation.instr, pc, 1)
            return stop({ type: 'terminated', exitCode: outcome.exitCode })
          }
          if (outcome.untraced === true) {
            watcher?.hostWrote?.()
            // A system call may move as much as all of memory.
            calls++
          }
          contents?.behind(operation.instr!, rows)
          if (effects?.touched !== undefined)
            watcher?.touched?.(effects.touched.space, effects.touched.address, effects.touched.length)
          break
        }
        default: {
          const outcome = abi.unknown(pc, operation.word, xlen)
          if (outcome.type === 'trap') return trapped(outcome.trap)
          // An unknown word has no chip, like TERMINATE: it counts as an instruction and costs nothing.
          executed++
          watcher?.retired(undefined, pc, 1)
          if (outcome.type === 'terminate') return stop({ type: 'terminated', exitCode: outcome.exitCode })
        }
      }
      if (operation.instr !== undefined) {
        executed++
        watcher?.retired(operation.instr, pc, rows)
      }
      pc = next
      if (untilBoundary > 0) untilBoundary--
      if (until !== undefined && until(pc)) return stop({ type: 'leader' })
    }
    return stop({ type: 'limit' })
  }

  return { run, instrAt: pc => code.at(pc)?.instr }
}
