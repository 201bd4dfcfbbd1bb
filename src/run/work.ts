/** One job from its start to its end: in one place, or in the interpreter until native code is there and in that from then on. */
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import type { Image } from '../elf/image.ts'
import type { GuestAbi, PrintSink } from '../extensions/abi.ts'
import type { Segment } from '../machine/meter.ts'
import { modeNamed } from '../modes/registry.ts'
import { blockCosts } from './block-costs.ts'
import { attach } from './engine.ts'
import type { StopRequest } from './execute.ts'
import { loadLibrary } from '../load/library.ts'
import { CallWitness } from './call-witness.ts'
import { ABORT, MOVE, PEEK_WORD, STOP_WORD, SUSPEND, TIMEOUT } from './control.ts'
import type { Job, JobEnd, JobResult, MoveTarget, Place } from './job.ts'
import { runLeg, type Leg, type LegContext } from './leg.ts'
import { moveGuest } from './move.ts'
import { printGate } from './print-gate.ts'
import { Profiler } from './profiler.ts'
import type { TracedStep } from './trace.ts'

const minus = (limit: bigint | undefined, done: bigint): bigint | undefined =>
  limit === undefined ? undefined : limit - done
const least = (a: bigint | undefined, b: bigint | undefined): bigint | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a

/** Whom a job tells what. */
export interface WorkListener {
  /** Takes a piece of text in memory of its own. */
  readonly print: PrintSink
  /** Everything is there that the guest's first instruction needs: its deadline counts from here. */
  onStart(): void
  /** The answer to a peek: instructions that the job has executed so far. */
  onProgress(instructions: bigint): void
}

export function work(job: Job, image: Image, abi: GuestAbi, listener: WorkListener): JobResult {
  const { host, maxInstructions, maxCost } = job
  const control = new Int32Array(job.control)
  let place = job.place
  let attachment = attach(place, image.xlen)
  let pc = job.pc
  listener.onStart()
  const begin = performance.now()
  const deadline = job.timeoutMs === undefined ? Infinity : begin + job.timeoutMs
  /** Undefined when the guest does not move, or not any more. */
  let order = job.move
  const stopRequest = (): StopRequest | undefined => {
    const asked = Atomics.load(control, STOP_WORD)
    if (asked === ABORT) return 'abort'
    if (asked === SUSPEND) return 'request'
    if (asked === TIMEOUT || performance.now() >= deadline) return 'timeout'
    return asked === MOVE && order !== undefined && order.after === undefined ? 'move' : undefined
  }
  const profiler = modeNamed(job.mode).profile === undefined ? undefined : new Profiler()
  const witness = job.witness === undefined ? undefined : new CallWitness(loadLibrary(job.witness))
  const steps: TracedStep[] = []
  const trace =
    job.trace === undefined
      ? undefined
      : (step: TracedStep): void => {
          steps.push(step)
        }
  const onTurn = (executed: bigint): void => {
    if (Atomics.load(control, PEEK_WORD) === 1 && Atomics.exchange(control, PEEK_WORD, 0) === 1)
      listener.onProgress(instructions + executed)
  }
  const print = printGate(control, stopRequest, listener.print)
  const context: LegContext = {
    job,
    image,
    abi,
    blockCosts: blockCosts(image, abi, job.machine),
    profiler,
    stopRequest,
    onTurn,
    witness,
    trace,
    print,
  }

  let instructions = 0n
  let cost = 0n
  let interpreted = 0n
  let nativeUntil: bigint | undefined
  const segments: Segment[] = []
  for (;;) {
    const left = minus(maxInstructions, instructions)
    const toMove = minus(order?.after, instructions)
    const leg: Leg = { place, attachment, pc, maxInstructions: least(left, toMove), maxCost: minus(maxCost, cost) }
    const { end, rewind, lost, ...counts } = runLeg(context, leg)
    if (counts.nativeUntil !== undefined) nativeUntil = instructions + counts.nativeUntil
    pc = attachment.hart.pc
    instructions += counts.instructions
    cost += counts.cost
    if (place.engine === 'interp') interpreted += counts.instructions
    for (const segment of counts.segments) segments.push(segment)
    // What has been consumed needs not travel.
    abi.host.trim(host)
    const finish = (as: JobEnd): JobResult => ({
      end: as,
      pc,
      host,
      instructions,
      cost,
      executeMs: performance.now() - begin,
      segments,
      interpreted,
      moved: place !== job.place,
      ...(profiler !== undefined && { profile: profiler.counts }),
      ...(rewind !== undefined && { rewind }),
      ...(lost && { lost }),
      ...(nativeUntil !== undefined && { nativeUntil }),
      ...(witness?.found !== undefined && { difference: witness.found }),
      ...(trace !== undefined && { trace: steps }),
    })
    const isAtMove =
      end.outcome === 'suspended' &&
      (end.cause === 'move' ||
        (end.cause === 'instructions' &&
          toMove !== undefined &&
          instructions === order?.after &&
          instructions !== maxInstructions))
    if (!isAtMove) {
      if (end.outcome === 'suspended' && end.cause === 'move') throw new Error('a guest that cannot move was asked to')
      return finish(end)
    }
    // With nothing to wait for this is no wait. A stop that comes meanwhile is found by the next leg before it runs
    // anything.
    Atomics.wait(control, STOP_WORD, 0, deadline === Infinity ? undefined : Math.max(0, deadline - performance.now()))
    if (Atomics.compareExchange(control, STOP_WORD, MOVE, 0) !== MOVE) continue
    const target = (receiveMessageOnPort(order!.port as MessagePort) as { message: MoveTarget } | undefined)?.message
    order = undefined
    if (target === undefined) continue
    const to = attach(target, image.xlen)
    // Where the copy is given up, the guest stays where it is, and the next leg ends at once.
    if (!moveGuest(attachment, to, areaBytes(place), () => stopRequest() !== undefined)) continue
    place = target
    attachment = to
  }
}

function areaBytes(place: Place): number {
  return place.engine === 'interp' ? (place.meter?.byteLength ?? 0) : place.areaBytes
}
