/** The worker thread that guests run on: receives jobs, executes them one at a time, reports back. */
import { parentPort } from 'node:worker_threads'
import type { Image } from '../elf/image.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { guestAbi } from '../extensions/registry.ts'
import type { Machine } from '../machine/machine.ts'
import { modeOf } from '../modes/registry.ts'
import { failureText, withoutCause } from './failure.ts'
import type { FailureText, FromWorker, Job, ToWorker } from './job.ts'
import { work } from './work.ts'

const port = parentPort!
const images = new Map<string, Image>()
const abis = new Map<string, Promise<GuestAbi>>()
const machines = new Map<string, Machine>()
const send = (message: FromWorker): void => port.postMessage(message)

async function execute(job: Job): Promise<void> {
  const { id } = job
  const guest = {
    image: images.get(job.guest)!,
    abi: await abis.get(job.abi)!,
    machine: machines.get(job.machine)!,
    mode: await modeOf(job.mode),
  }
  const result = work(job, guest, {
    print: (stream, bytes) =>
      port.postMessage({ type: 'print', id, stream, bytes } satisfies FromWorker, [bytes.buffer as ArrayBuffer]),
    onStart: () => {
      if (job.timeoutMs !== undefined || job.suspends === true || job.move !== undefined) send({ type: 'started', id })
    },
    onProgress: instructions => send({ type: 'progress', id, instructions }),
  })
  send({ type: 'result', id, result })
}

function fail(id: number, error: FailureText): void {
  try {
    send({ type: 'failed', id, error })
  } catch {
    send({ type: 'failed', id, error: withoutCause(error) })
  }
}

async function receive(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'image':
      images.set(message.digest, message.image)
      return
    case 'machine':
      machines.set(message.digest, message.machine)
      return
    case 'abi': {
      const made = guestAbi(message.choice)
      // Whoever runs a job with it hears of a failure.
      made.catch(() => {})
      abis.set(message.digest, made)
      return
    }
    case 'forget':
      for (const known of [images, machines, abis]) known.delete(message.digest)
      return
    case 'job':
      try {
        await execute(message.job)
      } catch (error) {
        fail(message.job.id, failureText(error))
      }
  }
}

port.on('message', (message: ToWorker) => void receive(message))
