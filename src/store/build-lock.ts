/** Single flight: of all processes and callers that want one key, one builds and the others wait for it. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { throwIfAborted } from '../errors.ts'
import type { Counter } from './counters.ts'
import { tryLock } from './lock.ts'

/** How often a waiting process looks whether the lock is free, in milliseconds. */
const POLL_MS = 50

/** Callers of this process, by lock file: the last one in the queue. Waiting for each other needs no polling. */
const queues = new Map<string, Promise<void>>()

const throwIfGivenUp = (signal: AbortSignal | undefined): void =>
  throwIfAborted('waiting for another build of the same key', signal)

async function settledOrAborted(turn: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return turn
  throwIfGivenUp(signal)
  const { promise, resolve } = Promise.withResolvers<void>()
  const wake = (): void => resolve()
  signal.addEventListener('abort', wake, { once: true })
  try {
    await Promise.race([turn, promise])
  } finally {
    signal.removeEventListener('abort', wake)
  }
  throwIfGivenUp(signal)
}

/** Who waits: what is counted of it, and what ends the wait. */
export interface Waiting {
  readonly count: (counter: Counter) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs `work` while holding the lock `key` in `directory` (undefined: among the callers of this process only). `work`
 * has to look the key up again: whoever held the lock before may have built it. Throws ABORTED when `signal` fires
 * while waiting.
 */
export async function withLock<T>(
  directory: string | undefined,
  key: string,
  work: () => Promise<T>,
  { count, signal }: Waiting,
): Promise<T> {
  const name = directory === undefined ? key : join(directory, key)
  const before = queues.get(name)
  const { promise: turn, resolve: finish } = Promise.withResolvers<void>()
  // A caller that gives up while waiting leaves its place to whoever is behind it, but not before the one in front is
  // done.
  const tail = before === undefined ? turn : before.then(() => turn)
  queues.set(name, tail)
  try {
    if (before !== undefined) {
      count('lock-wait')
      await settledOrAborted(before, signal)
    }
    return await withFileLock(directory === undefined ? undefined : name, work, { count, signal }, before !== undefined)
  } finally {
    finish()
    if (queues.get(name) === tail) queues.delete(name)
  }
}

async function withFileLock<T>(
  file: string | undefined,
  work: () => Promise<T>,
  { count, signal }: Waiting,
  waited: boolean,
): Promise<T> {
  if (file === undefined) return work()
  let counted = waited
  for (;;) {
    throwIfGivenUp(signal)
    const lock = await tryLock(file)
    if (lock === 'unavailable') {
      count('lock-unavailable')
      return work()
    }
    if (lock !== undefined) {
      try {
        return await work()
      } finally {
        lock.release()
      }
    }
    if (!counted) count('lock-wait')
    counted = true
    await sleep(POLL_MS, undefined, signal === undefined ? {} : { signal }).catch(() => throwIfGivenUp(signal))
  }
}
