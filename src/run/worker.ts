/** The worker thread that guests run on: receives jobs, executes them one at a time, reports back. */
import { parentPort } from 'node:worker_threads'
import { blockCosts } from './block-costs.ts'
import { attach } from './engine.ts'
import { execute } from './execute.ts'
import { ABORT, TIMEOUT, type FromWorker, type Job, type ToWorker } from './job.ts'
import { Profiler } from './profiler.ts'
import { segmentTracer } from './segment-tracer.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { guestAbi } from '../extensions/registry.ts'
import { createInterpreter } from '../interp/interpreter.ts'
import { loadLibrary } from '../load/library.ts'
import { cellsOf } from '../machine/machine.ts'
import { Meter } from '../machine/meter.ts'
import { modeNamed } from '../modes/registry.ts'
import type { Image } from '../elf/image.ts'

const port = parentPort!
const images = new Map<string, Image>()
const abis = new Map<string, Promise<GuestAbi>>()
const send = (message: FromWorker): void => port.postMessage(message)

function work(job: Job, abi: GuestAbi): void {
  const image = images.get(job.guest)!
  const mode = modeNamed(job.mode), { machine, place } = job
  const { hart, area, native } = attach(place, image.xlen)
  hart.pc = job.pc
  const profiler = mode.profile === undefined ? undefined : new Profiler()
  const meter = area === undefined || !mode.segments ? undefined : new Meter(area, machine, place.engine === 'native' ? () => loadLibrary(place.library).clearSeen(place.memory) : undefined)
  meter?.load()
  if (meter !== undefined) meter.pauseAtCut = job.stopAtSegment
  const start = meter?.instret ?? 0, startCells = meter?.cells() ?? 0n
  const control = new Int32Array(job.control)
  if (job.timeoutMs !== undefined) send({ type: 'started', id: job.id })
  const begin = performance.now()
  const deadline = job.timeoutMs === undefined ? Infinity : begin + job.timeoutMs
  const interpreter = createInterpreter(image, abi, {
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
  const staticCosts = blockCosts(image, abi, machine)
  const result = execute({
    hart, host: job.host, interpreter, native: native?.(meter),
    blockCost: pc => {
      const instr = interpreter.instrAt(pc)
      // A host instruction may add more rows than its one.
      return instr?.row.kind === 'host' ? cellsOf(machine, instr, abi.effects(instr, hart).rows) : staticCosts.at(pc)
    },
    greatestCost: () => BigInt(staticCosts.greatest),
    maxInstructions: job.maxInstructions,
    maxCost: job.maxCost,
    stopRequest: () => {
      const asked = Atomics.load(control, 0)
      return asked === ABORT ? 'abort' : asked === TIMEOUT || performance.now() >= deadline ? 'timeout' : undefined
    },
    print: (stream, bytes) => {
      if (meter === undefined || meter.instret >= job.muteUntil) send({ type: 'print', id: job.id, stream, bytes: bytes.slice() })
    },
  })
  meter?.store()
  // A word that is no instruction ends the guest: it counts as one that costs nothing.
  if (result.end.outcome === 'terminated' && interpreter.instrAt(hart.pc) === undefined) profiler?.count(hart.pc, 1)
  if (area !== undefined && place.engine === 'native') profiler?.takeNative(place, area)
  const counts = meter === undefined ? result : { instructions: BigInt(meter.instret - start), cost: meter.cells() - startCells }
  send({
    type: 'result', id: job.id,
    result: {
      end: result.end, pc: hart.pc, host: job.host, instructions: counts.instructions, cost: counts.cost, executeMs: performance.now() - begin,
      segments: meter?.segments ?? [], ...(profiler !== undefined && { profile: profiler.counts }), ...(meter?.rewind !== undefined && { rewind: meter.rewind }),
    },
  })
}

async function receive(message: ToWorker): Promise<void> {
  if (message.type === 'image') {
    images.set(message.digest, message.image)
    return
  }
  if (message.type === 'abi') {
    const made = guestAbi(message.choice)
    // Whoever runs a job with it hears of a failure.
    made.catch(() => {})
    abis.set(message.digest, made)
    return
  }
  try {
    work(message.job, await abis.get(message.job.abi)!)
  } catch (error) {
    const known = error instanceof Error ? error : new Error(String(error))
    send({ type: 'failed', id: message.job.id, message: known.message, stack: known.stack })
  }
}

port.on('message', (message: ToWorker) => void receive(message))
