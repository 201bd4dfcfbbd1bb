/** Writes all of a byte string to a descriptor that may take only a part of it at a time. */
import { write } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** A reader that is behind is waited for in steps of this time. */
const AGAIN_MS = 5

/** fs.write gives {bytesWritten, buffer}. */
const writeOnce = promisify(write) as (fd: number, bytes: Uint8Array) => Promise<{ bytesWritten: number }>

/** Rejects with the system's error, or when `signal` fires. */
export async function writeAll(fd: number, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    signal?.throwIfAborted()
    try {
      done += (await writeOnce(fd, bytes.subarray(done))).bytesWritten
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      await sleep(AGAIN_MS, undefined, { signal })
    }
  }
}
