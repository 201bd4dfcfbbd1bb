/** A job as far as it stays in one place: engine, collector and interpreter put together for the driver loop. */
import type { Image } from '../elf/image.ts'
import type { GuestAbi, PrintSink } from '../extensions/abi.ts'
import { createInterpreter } from '../interp/interpreter.ts'
import { cellsOf, type Machine } from '../machine/machine.ts'
import type { BlockCosts } from './block-costs.ts'
import type { CallWitness } from './call-witness.ts'
import type { Attachment, Counting } from './engine.ts'
import { execute, type ExecutionEnd, type StopRequest } from './execute.ts'
import type { Job } from './job.ts'
import type { JobStops } from './job-stops.ts'
import { tracedInterpreter, type TracedStep } from './trace.ts'

/** What a job's legs share. */
export interface LegContext {
  readonly job: Job
  readonly image: Image
  readonly abi: GuestAbi
  readonly machine: Machine
  readonly blockCosts: BlockCosts
  readonly counting: Counting
  readonly stopRequest: () => StopRequest | undefined
  /** Checked runs: the C that calls are compared with. */
  readonly witness: CallWitness | undefined
  /** Debugged runs. */
  readonly stops: JobStops | undefined
  /** Traced runs: gets every instruction. */
  readonly trace: ((step: TracedStep) => void) | undefined
  /** Told now and then how many instructions the leg has executed. */
  readonly onTurn: (instructions: bigint) => void
  readonly print: PrintSink
}

export interface Leg {
  /** Which the collector knows already. */
  readonly attachment: Attachment
  readonly pc: number
  /** Instructions retired before it, since the guest's start. */
  readonly instret: bigint
  readonly maxInstructions: bigint | undefined
  /** Trace cells of the whole job. */
  readonly maxCost: bigint | undefined
}

export interface LegResult {
  readonly end: ExecutionEnd
  readonly instructions: bigint
  readonly nativeUntil: bigint | undefined
}

/** Runs the guest from `pc`; `attachment.hart.pc` is where it stopped. */
export function runLeg(context: LegContext, { attachment, pc, instret, maxInstructions, maxCost }: Leg): LegResult {
  const { job, image, abi, machine, blockCosts, counting, stopRequest, onTurn, witness, stops, trace, print } = context
  const { host } = job
  const { collector } = counting
  const { hart, native } = attachment
  hart.pc = pc
  const plain = createInterpreter(image, abi, { call: witness?.call, watcher: collector.watcher })
  const stopping = stops === undefined ? plain : stops.interpreter(plain)
  const interpreter = trace === undefined ? stopping : tracedInterpreter(stopping, { image, abi, tell: trace })
  const isNative =
    trace === undefined && (stops === undefined || (stops.allowsNative && collector.stopsNatively?.() === true))
  const { end, instructions, nativeUntil } = execute({
    before: instret,
    hart,
    host,
    interpreter,
    native: isNative ? native?.(counting) : undefined,
    stopsAt: stops && ((at, done) => stops.at(at, done)),
    maxInstructions,
    maxCost,
    stopRequest,
    onTurn,
    isFull: collector.isFull && (() => collector.isFull!()),
    untilTurn: collector.untilTurn && (() => collector.untilTurn!()),
    cost: () => collector.cells(),
    blockCost: at => {
      const instr = interpreter.instrAt(at)
      // A host instruction may add more rows than its one.
      return instr?.row.kind === 'host' ? cellsOf(machine, instr, abi.effects(instr, hart).rows) : blockCosts.at(at)
    },
    greatestCost: () => BigInt(blockCosts.greatest),
    print: (stream, bytes) => {
      if (collector.printsAnew()) print(stream, bytes)
    },
  })
  return { end, instructions: instructions - BigInt(collector.detach()), nativeUntil }
}
