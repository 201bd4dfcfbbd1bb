/** The worker thread that guests run on: receives jobs, executes them one at a time, reports back. */
import { parentPort } from 'node:worker_threads'
import { blockCosts } from './block-costs.ts'
import { attach } from './engine.ts'
import { execute } from './execute.ts'
import { ABORT, TIMEOUT, type FromWorker, type Job, type ToWorker } from './job.ts'
import { abiNamed } from '../extensions/registry.ts'
import { createInterpreter } from '../interp/interpreter.ts'
import { cellsOf } from '../machine/machine.ts'
import { modeNamed } from '../modes/registry.ts'
import type { Image } from '../elf/image.ts'

const port = parentPort!
const images = new Map<string, Image>()
const send = (message: FromWorker): void => port.postMessage(message)

function work(job: Job): void {
  const image = images.get(job.guest)!
  const abi = abiNamed(job.abi), mode = modeNamed(job.mode), { machine } = job
  const { hart, native } = attach(job.place, image.xlen)
  hart.pc = job.pc
  const control = new Int32Array(job.control)
  if (job.timeoutMs !== undefined) send({ type: 'started', id: job.id })
  const begin = performance.now()
  const deadline = job.timeoutMs === undefined ? Infinity : begin + job.timeoutMs
  const meter = mode.reportsCost ? { cost: (instr: Parameters<typeof cellsOf>[1], rows: number) => cellsOf(machine, instr, rows) } : undefined
  const { end, instructions, cost } = execute({
    hart, host: job.host, native,
    interpreter: createInterpreter(image, abi, { meter }),
    blockCost: blockCosts(image, abi, mode, machine),
    greatestCost: BigInt(Math.max(...machine.widths.values())),
    maxInstructions: job.maxInstructions,
    maxCost: job.maxCost,
    stopRequest: () => {
      const asked = Atomics.load(control, 0)
      return asked === ABORT ? 'abort' : asked === TIMEOUT || performance.now() >= deadline ? 'timeout' : undefined
    },
    print: (stream, bytes) => send({ type: 'print', id: job.id, stream, bytes: bytes.slice() }),
  })
  send({ type: 'result', id: job.id, result: { end, pc: hart.pc, host: job.host, instructions, cost, executeMs: performance.now() - begin } })
}

port.on('message', (message: ToWorker) => {
  if (message.type === 'image') {
    images.set(message.digest, message.image)
    return
  }
  try {
    work(message.job)
  } catch (error) {
    const known = error instanceof Error ? error : new Error(String(error))
    send({ type: 'failed', id: message.job.id, message: known.message, stack: known.stack })
  }
})
