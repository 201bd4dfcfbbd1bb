/** Where hundreds of stores come and go without a disk that has to be waited for. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A fresh directory that goes away with the test, in memory where the system has such a place. */
export async function memoryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rvr-torture-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}
