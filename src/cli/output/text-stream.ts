/** The streams of the command line. */
import { EventEmitter, once } from 'node:events'

/** A stream that text goes to; the process's own, or a test's. */
export interface TextStream {
  write(text: string | Uint8Array): unknown
  readonly isTTY?: boolean | undefined
  readonly fd?: number
}

/**
 * Resolves when a stream whose write() answered false takes more, or never will; at once for streams that do not tell.
 */
export async function drained(stream: TextStream): Promise<void> {
  if (!(stream instanceof EventEmitter)) return
  const done = new AbortController()
  await Promise.race(
    ['drain', 'close', 'error'].map(name => once(stream, name, { signal: done.signal }).catch(() => {})),
  )
  done.abort()
}
