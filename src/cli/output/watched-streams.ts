/** Standard output and standard error, watched: what cannot be written ends the command with an error of its own. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { RvrError } from '../../errors.ts'
import { EXIT_CLOSED_PIPE, EXIT_USAGE } from '../exit-codes.ts'

type Name = 'standard output' | 'standard error'

export interface WatchedStreams {
  /** Fires when the result cannot be written: nobody would see what is still going on. */
  readonly signal: AbortSignal
  /** Waits until everything is written, or cannot be. The status is that of the first failure, else `status`. */
  settle(status: number): Promise<number>
}

/** What could not be written, told where that is possible. A reader that has gone, as in `| head`, is told nothing. */
function failureOf(name: Name, error: NodeJS.ErrnoException): { status: number; error?: RvrError } {
  if (error.code === 'EPIPE') return { status: EXIT_CLOSED_PIPE }
  const hint = 'Make room there, or redirect it to another place.'
  return {
    status: EXIT_USAGE,
    error: new RvrError('IO', `cannot write ${name}: ${error.message}`, { hint, cause: error }),
  }
}

async function flush(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>(resolve => {
    stream.write('', () => resolve())
  })
  // Writes are called back before the stream tells its error.
  await nextTurn()
}

/** Listens until the process ends. */
export function watchStreams({
  stdout,
  stderr,
}: {
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
}): WatchedStreams {
  const controller = new AbortController()
  let failure: ReturnType<typeof failureOf> | undefined
  const onOutput = (error: NodeJS.ErrnoException): void => {
    failure ??= failureOf('standard output', error)
    controller.abort(new RvrError('ABORTED', 'standard output cannot be written', { cause: error }))
  }
  const onError = (error: NodeJS.ErrnoException): void => {
    // Messages that nobody reads are no reason to give up the result.
    if (error.code !== 'EPIPE') failure ??= failureOf('standard error', error)
  }
  stdout.on('error', onOutput)
  stderr.on('error', onError)
  return {
    signal: controller.signal,
    async settle(status) {
      await flush(stdout)
      if (failure?.error !== undefined)
        stderr.write(`rvr: error: ${failure.error.message}\n  hint: ${failure.error.hint}\n`)
      await flush(stderr)
      return failure?.status ?? status
    },
  }
}
