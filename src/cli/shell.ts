/** What every command gets from the program around it. */
import type { WorkerPool } from '../run/pool.ts'
import type { TextStream } from './output/messages.ts'

export interface Shell {
  readonly stdout: TextStream
  readonly stderr: TextStream
  /** Fires at Ctrl-C, and when standard output cannot be written. */
  readonly signal: AbortSignal
  /** The exit status that a caught signal asks for; undefined before one came. */
  readonly interrupted?: () => number | undefined
  /** Records the exit status of the command. */
  finish(status: number): void
  /** Threads for guests, for the command's first Rvr. */
  readonly pool?: WorkerPool | undefined
}
