/** A job as far as it stays in one place: engine, meter and interpreter put together for the driver loop. */
import type { Image } from '../elf/image.ts'
import type { GuestAbi, PrintSink } from '../extensions/abi.ts'
import { createInterpreter } from '../interp/interpreter.ts'
import { loadLibrary } from '../load/library.ts'
import { cellsOf } from '../machine/machine.ts'
import { Meter, type Rewind, type Segment } from '../machine/meter.ts'
import { modeNamed } from '../modes/registry.ts'
import type { BlockCosts } from './block-costs.ts'
import type { CallWitness } from './call-witness.ts'
import type { Attachment } from './engine.ts'
import { execute, type ExecutionEnd, type StopRequest } from './execute.ts'
import type { Job, Place } from './job.ts'
import type { Profiler } from './profiler.ts'
import { segmentTracer } from './segment-tracer.ts'
import { tracedInterpreter, type TracedStep } from './trace.ts'

/** What a job's legs share. */
export interface LegContext {
  readonly job: Job
  readonly image: Image
  readonly abi: GuestAbi
  readonly blockCosts: BlockCosts
  /** Modes that profile. */
  readonly profiler: Profiler | undefined
  readonly stopRequest: () => StopRequest | undefined
  /** Checked runs: the C that calls are compared with. */
  readonly witness: CallWitness | undefined
  /** Traced runs: gets every instruction. */
  readonly trace: ((step: TracedStep) => void) | undefined
  /** Told now and then how many instructions the leg has executed. */
  readonly onTurn: (instructions: bigint) => void
  readonly print: PrintSink
}

export interface Leg {
  readonly place: Place
  readonly attachment: Attachment
  readonly pc: number
  readonly maxInstructions: bigint | undefined
  readonly maxCost: bigint | undefined
}

export interface LegResult {
  readonly end: ExecutionEnd
  readonly instructions: bigint
  readonly cost: bigint
  readonly segments: readonly Segment[]
  readonly rewind: Rewind | undefined
  readonly lost: boolean
  readonly nativeUntil: bigint | undefined
}

/** Runs the guest from `pc`; `attachment.hart.pc` is where it stopped. */
export function runLeg(
  { job, image, abi, blockCosts, profiler, stopRequest, onTurn, witness, trace, print }: LegContext,
  { place, attachment, pc, maxInstructions, maxCost }: Leg,
): LegResult {
  const mode = modeNamed(job.mode)
  const { machine } = job
  const { hart, area, native } = attachment
  hart.pc = pc
  const meter =
    area === undefined || !mode.segments
      ? undefined
      : new Meter(
          area,
          machine,
          place.engine === 'native' ? () => loadLibrary(place.library).clearSeen(place.memory) : undefined,
        )
  meter?.load()
  if (meter !== undefined) meter.pauseAtCut = job.stopAtSegment
  const start = meter?.instret ?? 0
  const startCells = meter?.cells() ?? 0n
  const plain = createInterpreter(image, abi, {
    ...(witness !== undefined && { call: witness.call }),
    ...(mode.reportsCost && {
      meter: {
        cost(instr: Parameters<typeof cellsOf>[1], rows: number) {
          profiler?.count(instr.pc, rows)
          return cellsOf(machine, instr, rows)
        },
      },
    }),
    ...(meter !== undefined && { tracer: segmentTracer(meter, place, image, abi, machine) }),
  })
  const interpreter = trace === undefined ? plain : tracedInterpreter(plain, { image, abi, tell: trace })
  const result = execute({
    hart,
    host: job.host,
    interpreter,
    native: trace === undefined ? native?.(meter) : undefined,
    maxInstructions,
    maxCost,
    stopRequest,
    onTurn,
    blockCost: at => {
      const instr = interpreter.instrAt(at)
      // A host instruction may add more rows than its one.
      return instr?.row.kind === 'host' ? cellsOf(machine, instr, abi.effects(instr, hart).rows) : blockCosts.at(at)
    },
    greatestCost: () => BigInt(blockCosts.greatest),
    print: (stream, bytes) => {
      if (meter === undefined || meter.instret >= job.muteUntil) print(stream, bytes)
    },
  })
  meter?.store()
  // A word that is no instruction ends the guest: it counts as one that costs nothing.
  if (result.end.outcome === 'terminated' && interpreter.instrAt(hart.pc) === undefined) profiler?.count(hart.pc, 1)
  if (area !== undefined && place.engine === 'native') profiler?.takeNative(place, area)
  const counts =
    meter === undefined ? result : { instructions: BigInt(meter.instret - start), cost: meter.cells() - startCells }
  return {
    end: result.end,
    instructions: counts.instructions,
    cost: counts.cost,
    nativeUntil: result.nativeUntil,
    segments: meter?.segments ?? [],
    rewind: meter?.rewind,
    lost: meter?.lost === true,
  }
}
