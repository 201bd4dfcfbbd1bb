/** One job from start to end: in one place, or in the interpreter until native code is there to go on in. */
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import type { Image } from '../elf/image.ts'
import type { GuestAbi, PrintSink } from '../extensions/abi.ts'
import { decoderFor } from '../extensions/registry.ts'
import type { Machine } from '../machine/machine.ts'
import { collectorOf } from '../modes/counting.ts'
import type { Mode } from '../modes/mode.ts'
import { spanStarts, type SpanStarts } from '../program/span-starts.ts'
import { blockCosts } from './block-costs.ts'
import { guestBlockRows } from './guest-block-rows.ts'
import { attach } from './engine.ts'
import { decodeCode } from './interpreted-code.ts'
import type { StopRequest } from './execute.ts'
import { loadLibrary } from '../load/library.ts'
import { CallWitness } from './call-witness.ts'
import { ABORT, MOVE, PEEK_WORD, STOP_WORD, SUSPEND, TIMEOUT } from './control.ts'
import type { Job, JobEnd, JobResult, MoveTarget } from './job.ts'
import { runLeg, type Leg, type LegContext } from './leg.ts'
import { moveGuest } from './move.ts'
import { printGate } from './print-gate.ts'
import { JobStops } from './job-stops.ts'
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

/** What a job's worker knows of its guest. */
export interface WorkGuest {
  readonly image: Image
  readonly abi: GuestAbi
  readonly machine: Machine
  readonly mode: Mode
}

/** Runs a job; what its host has open is closed at the end, whatever that is. */
export function work(job: Job, guest: WorkGuest, listener: WorkListener): JobResult {
  try {
    return perform(job, guest, listener)
  } finally {
    guest.abi.host.release?.(job.host)
  }
}

function perform(job: Job, { image, abi, machine, mode }: WorkGuest, listener: WorkListener): JobResult {
  const { host, maxInstructions, maxCost } = job
  const control = new Int32Array(job.control)
  let place = job.place
  decodeCode(place, { image, abi, mode, machine })
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
  const spans = (longest: number): SpanStarts => spanStarts(image, decoderFor(image.xlen, abi), longest)
  const { order: ordered, isInside } = job
  const blockRows = guestBlockRows(image, abi, machine)
  const collector = collectorOf(mode, {
    image,
    slotBytes: abi.slotBytes,
    machine,
    order: ordered,
    blockRows,
    isInside,
    spans,
    stops: job.stops,
  })
  collector.attach(attachment.site, attachment.hart)
  const witness = job.witness && new CallWitness(loadLibrary(job.witness.library, job.witness))
  const stops = job.stops && new JobStops(job.stops, { image, abi })
  const steps: TracedStep[] = []
  const trace = (step: TracedStep): void => {
    steps.push(step)
  }
  const onTurn = (executed: bigint): void => {
    collector.turn?.()
    if (Atomics.load(control, PEEK_WORD) === 1 && Atomics.exchange(control, PEEK_WORD, 0) === 1)
      listener.onProgress(instructions + executed)
  }
  const print = printGate(control, stopRequest, listener.print)
  const context: LegContext = {
    job,
    image,
    abi,
    machine,
    blockCosts: blockCosts(image, abi, machine),
    counting: { collector, counters: mode.counters.length },
    stopRequest,
    onTurn,
    witness,
    stops,
    trace: job.trace === true ? trace : undefined,
    print,
  }

  let instructions = 0n
  let interpreted = 0n
  let interpretedNatively = 0n
  let moved: number | undefined
  let nativeUntil: bigint | undefined
  for (;;) {
    const left = minus(maxInstructions, instructions)
    const toMove = minus(order?.after, instructions)
    const instret = job.instret + instructions
    const leg: Leg = { attachment, pc, instret, maxInstructions: least(left, toMove), maxCost }
    if (stops !== undefined) stops.beforeLeg = instructions
    const { end, ...counts } = runLeg(context, leg)
    if (counts.nativeUntil !== undefined) nativeUntil = instructions + counts.nativeUntil
    pc = attachment.hart.pc
    instructions += counts.instructions
    if (place.engine === 'interp') interpreted += counts.instructions
    else if (place.interprets !== undefined) interpretedNatively += counts.instructions
    // What has been consumed needs not travel.
    abi.host.trim(host)
    const finish = (as: JobEnd): JobResult => ({
      isInside: false,
      end: as,
      pc,
      host,
      instructions,
      cost: collector.cells(),
      executeMs: performance.now() - begin,
      ...collector.report(),
      interpreted,
      interpretedNatively,
      moved,
      nativeUntil,
      difference: witness?.found,
      stopPlace: stops?.place,
      trace: job.trace === true ? steps : undefined,
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
    const target = newestTarget(order!.port as MessagePort)
    // Whoever waited has waited; what comes later is moved into as soon as it is there.
    order = { port: order!.port, after: undefined }
    if (target === undefined) continue
    decodeCode(target.place, { image, abi, mode, machine })
    const to = attach(target.place, image.xlen)
    // Where the copy is given up, the guest stays where it is, and the next leg ends at once.
    const areaBytes = mode.area?.stays === true ? 0 : place.areaBytes
    if (!moveGuest(attachment, to, areaBytes, () => stopRequest() !== undefined)) continue
    place = target.place
    moved = target.index
    attachment = to
    collector.attach(to.site, to.hart)
  }
}
/** The last one: engines become better. */
function newestTarget(port: MessagePort): MoveTarget {
  let newest: MoveTarget
  for (;;) {
    const received = receiveMessageOnPort(port) as { message: MoveTarget } | undefined
    if (received === undefined) return newest
    newest = received.message
  }
}
