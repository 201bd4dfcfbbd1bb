/** Where code is generated: in place what takes no time, all else on a thread of its own, which ends when unused. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Image } from '../../../elf/image.ts'
import { throwIfAborted } from '../../../errors.ts'
import type { GenerationSubject } from './generate.ts'
import type { Generated, GenerationListener, GenerationOrder } from './order.ts'
import { GeneratorThread } from './thread.ts'

/**
 * The first code that a process generates takes 0.15 ms an instruction, lifting and planning included, and a thread
 * takes longer to start than this much of it: the loop is late by 20 ms at most.
 */
const IN_PLACE_CODE_BYTES = 512
/** Symbols and sections of such a file are read in a few milliseconds. */
const IN_PLACE_FILE_BYTES = 256 << 10
/** A thread that has nothing to do for so long gives its memory back. */
const IDLE_MS = 3000
/** Bytes that are copied before the event loop gets its turn: a millisecond of work. */
const TURN_BYTES = 4 << 20

const isSmall = ({ segments, file }: Image): boolean =>
  file.length <= IN_PLACE_FILE_BYTES &&
  segments.reduce((sum, { executable, bytes }) => sum + (executable ? bytes.length : 0), 0) <= IN_PLACE_CODE_BYTES

/** One per Rvr: all that it compiles at once shares the thread, and what that knows of a guest. */
export class Generators {
  #thread: GeneratorThread | undefined
  #rest: NodeJS.Timeout | undefined
  /** The guest's file that was sent last. */
  #last: { readonly digest: string; readonly file: Promise<Uint8Array> } | undefined

  /**
   * Writes the project of an order. When this rejects, nothing is written any more.
   *
   * @throws what the generator throws, and what `receive` throws; RvrError `ABORTED`, `IO`, `CONFIG_INVALID`,
   *   `WORKER_FAILED`.
   */
  async generate(order: GenerationOrder, subject: GenerationSubject, listener: GenerationListener): Promise<Generated> {
    const { image } = subject
    throwIfAborted('generating code', listener.signal)
    if (isSmall(image)) return (await import('./generate.ts')).generateInto(order, subject, listener)
    const file = await this.#shared(image)
    throwIfAborted('generating code', listener.signal)
    clearTimeout(this.#rest)
    const thread = (this.#thread ??= new GeneratorThread(() => {
      if (this.#thread === thread) this.#forget()
    }))
    try {
      return await thread.generate(order, file, listener)
    } finally {
      if (this.#thread === thread && thread.isIdle) this.#rest = setTimeout(() => void this.close(), IDLE_MS).unref()
    }
  }

  /** Ends the thread; what it still does is rejected. */
  async close(): Promise<void> {
    const thread = this.#thread
    this.#forget()
    await thread?.terminate()
  }

  #forget(): void {
    clearTimeout(this.#rest)
    this.#thread = undefined
    this.#last = undefined
  }

  /** The guest's file in memory that both threads see. */
  #shared({ digest, file }: Image): Promise<Uint8Array> {
    if (this.#last?.digest !== digest) this.#last = { digest, file: sharedCopy(file) }
    return this.#last.file
  }
}

async function sharedCopy(bytes: Uint8Array): Promise<Uint8Array> {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  for (let at = 0; at < bytes.length; at += TURN_BYTES) {
    if (at > 0) await nextTurn()
    copy.set(bytes.subarray(at, at + TURN_BYTES), at)
  }
  return copy
}
