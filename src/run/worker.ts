/** The worker thread that guests run on: receives jobs, executes them one at a time, reports back. */
import { parentPort } from 'node:worker_threads'
import type { Image } from '../elf/image.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { guestAbi } from '../extensions/registry.ts'
import type { FromWorker, Job, ToWorker } from './job.ts'
import { work } from './work.ts'

const port = parentPort!
const images = new Map<string, Image>()
const abis = new Map<string, Promise<GuestAbi>>()
const send = (message: FromWorker): void => port.postMessage(message)

async function execute(job: Job): Promise<void> {
  const { id } = job
  const abi = await abis.get(job.abi)!
  const onStart = (): void => { if (job.timeoutMs !== undefined || job.move !== undefined) send({ type: 'started', id }) }
  const result = work(job, images.get(job.guest)!, abi, (stream, bytes) => send({ type: 'print', id, stream, bytes: bytes.slice() }), onStart)
  send({ type: 'result', id, result })
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
    await execute(message.job)
  } catch (error) {
    const known = error instanceof Error ? error : new Error(String(error))
    send({ type: 'failed', id: message.job.id, message: known.message, stack: known.stack })
  }
}

port.on('message', (message: ToWorker) => void receive(message))
