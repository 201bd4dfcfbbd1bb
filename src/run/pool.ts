/** A pool of worker threads: guests never run on the main thread, and no more run at once than there are processors. */
import { availableParallelism } from 'node:os'
import { Worker, type MessagePort } from 'node:worker_threads'
import { compiledCodeFolder } from '../compiled-code.ts'
import type { Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import type { Machine } from '../machine/machine.ts'
import { forCounting } from '../machine/specialise.ts'
import { guestThread } from '../thread-starts.ts'
import { textTaken } from './control.ts'
import { failureOf } from './failure.ts'
import { Instances } from './instances.ts'
import type { FromWorker, Job, JobResult, MovePort, ToWorker } from './job.ts'
import { weightOfText } from './print-gate.ts'
import type { Stream } from './printer.ts'
import { mayEnd, type WorkerStart } from './worker-life.ts'

/** Whoever submitted a job. */
export interface JobClient {
  /** `taken` has to be called when the text has been dealt with: the guest waits for it. */
  print(stream: Stream, bytes: Uint8Array, taken: () => void): void
  /** The guest was asked how far it is: instructions of this job. */
  onProgress(instructions: bigint): void
  /** A job with a timeout, or one that may move, begins to execute. */
  onStart(): void
  /** Makes the running guest stop soon. */
  cancel(): void
}

/** What a worker has to know to run a job, sent once. */
export interface JobGuest {
  readonly image: Image
  readonly abi: GuestAbi
  readonly machine: Machine
}

/** A job that somebody wants to be done. */
export interface JobOrder {
  readonly id: number
  readonly guest: JobGuest
  readonly client: JobClient
  /** Makes the job when a worker is there for it, so that guests that wait take no memory. */
  prepare(): Job
}

interface Waiting extends JobOrder {
  readonly resolve: (result: JobResult) => void
  readonly reject: (error: unknown) => void
}

/** Images, ABIs and machines that a worker keeps, those used last. */
const MOST_KNOWN = 64

class PoolWorker {
  readonly #worker: Worker
  /** Digests of the images, ABIs and machines that the worker has, the one used last at the end. */
  readonly #known = new Set<string>()
  readonly #life = new Int32Array(new SharedArrayBuffer(4))
  readonly #ended = Promise.withResolvers<void>()
  #terminated = false
  current: Waiting | undefined
  /** Of the current job. */
  #control: SharedArrayBuffer | undefined

  constructor(onIdle: () => void, onDeath: (worker: PoolWorker) => void) {
    this.#worker = new Worker(guestThread, {
      name: 'rvr guest',
      execArgv: [],
      workerData: {
        shared: this.#life.buffer,
        compiledCode: compiledCodeFolder(process.env, 'guest-thread'),
      } satisfies WorkerStart,
    })
    this.#worker.unref()
    this.#worker.on('message', (message: FromWorker) => {
      const { current } = this
      if (current === undefined || message.id !== current.id) return
      if (message.type === 'print') {
        const control = this.#control!
        const weight = weightOfText(message.bytes)
        current.client.print(message.stream, message.bytes, () => textTaken(control, weight))
        return
      }
      if (message.type === 'progress') {
        current.client.onProgress(message.instructions)
        return
      }
      if (message.type === 'started') {
        current.client.onStart()
        return
      }
      this.current = undefined
      // Whoever ends the thread waits for that: it keeps the process.
      if (!this.#terminated) this.#worker.unref()
      if (message.type === 'result') current.resolve(message.result)
      else current.reject(failureOf(message.error))
      onIdle()
    })
    const died = (error: unknown): void => {
      this.#ended.resolve()
      onDeath(this)
      this.current?.reject(
        this.#terminated
          ? new RvrError('DISPOSED', 'this Rvr was disposed during the run')
          : new RvrError('WORKER_FAILED', 'the worker thread that ran the guest died', { cause: error }),
      )
      this.current = undefined
    }
    this.#worker.on('error', died)
    this.#worker.on('exit', died)
  }

  /** Runs a job, unless it cannot be made. */
  start(waiting: Waiting): void {
    let job: Job
    try {
      job = waiting.prepare()
    } catch (error) {
      waiting.reject(error)
      return
    }
    this.current = waiting
    this.#control = job.control
    this.#worker.ref()
    const { image, abi, machine } = waiting.guest
    this.#tell(job.guest, digest => ({ type: 'image', digest, image }))
    this.#tell(job.abi, digest => ({ type: 'abi', digest, choice: abi.choice }))
    this.#tell(job.machine, digest => ({ type: 'machine', digest, machine: forCounting(machine) }))
    while (this.#known.size > MOST_KNOWN) {
      const digest = this.#known.values().next().value!
      this.#known.delete(digest)
      this.#post({ type: 'forget', digest })
    }
    this.#post({ type: 'job', job }, job.move === undefined ? [] : [job.move.port])
  }

  #tell(digest: string, message: (digest: string) => ToWorker): void {
    if (!this.#known.delete(digest)) this.#post(message(digest))
    this.#known.add(digest)
  }

  #post(message: ToWorker, transfer: readonly MovePort[] = []): void {
    this.#worker.postMessage(message, transfer as readonly MessagePort[])
  }

  /** Ends the thread, then rejects what it was running: the guest's memory must not go away under native code. */
  async terminate(): Promise<void> {
    this.#terminated = true
    this.#worker.ref()
    await Promise.race([mayEnd(this.#life), this.#ended.promise])
    await this.#worker.terminate()
  }
}

/** Runs jobs on at most `size` workers, in the order they came. */
export class WorkerPool {
  readonly #size: number
  readonly #workers: PoolWorker[] = []
  readonly #queue: Waiting[] = []
  readonly #closing = new AbortController()
  /** Memory for guests. */
  readonly instances = new Instances()

  constructor(size = availableParallelism()) {
    this.#size = size
  }

  /** Fires when the pool is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /** Starts a worker ahead of the first job, so that its start-up overlaps with loading. */
  warm(): void {
    if (this.#workers.length === 0 && !this.#closing.signal.aborted) this.#spawn()
  }

  /** Rejects with what `prepare` throws, too. */
  submit(order: JobOrder): Promise<JobResult> {
    if (this.#closing.signal.aborted)
      return Promise.reject(
        new RvrError('DISPOSED', 'this Rvr has been disposed', { hint: 'Create another with Rvr.create().' }),
      )
    const { promise, resolve, reject } = Promise.withResolvers<JobResult>()
    this.#queue.push({ ...order, resolve, reject })
    this.#next()
    return promise
  }

  /**
   * Takes a job that still waits for a worker out of the queue and rejects it with `error`, or answers false: a running
   * job has to be asked by its control word.
   */
  withdraw(id: number, error: RvrError): boolean {
    const index = this.#queue.findIndex(waiting => waiting.id === id)
    if (index < 0) return false
    this.#queue.splice(index, 1)[0]!.reject(error)
    return true
  }

  async close(): Promise<void> {
    this.#closing.abort()
    for (const waiting of this.#queue.splice(0))
      waiting.reject(new RvrError('DISPOSED', 'this Rvr was disposed before the run started'))
    // A native guest cannot be interrupted from outside: ask it to stop, so that its thread can end.
    for (const worker of this.#workers) worker.current?.client.cancel()
    await Promise.all(this.#workers.map(worker => worker.terminate()))
    this.instances.close()
  }

  #spawn(): PoolWorker {
    const worker = new PoolWorker(
      () => this.#next(),
      dead => {
        const index = this.#workers.indexOf(dead)
        if (index >= 0) this.#workers.splice(index, 1)
        this.#next()
      },
    )
    this.#workers.push(worker)
    return worker
  }

  #next(): void {
    if (this.#closing.signal.aborted) return
    while (this.#queue.length > 0) {
      const idle =
        this.#workers.find(worker => worker.current === undefined) ??
        (this.#workers.length < this.#size ? this.#spawn() : undefined)
      if (idle === undefined) return
      idle.start(this.#queue.shift()!)
    }
  }
}
