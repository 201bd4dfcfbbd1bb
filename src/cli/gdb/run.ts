/** `rvr run --gdb`: the guest as debuggers leave it. */
import type { Artifact } from '../../sdk/artifact.ts'
import type { ExecuteOptions } from '../../sdk/options.ts'
import type { Run } from '../../sdk/contract.ts'
import type { Listening } from '../options/gdb.ts'
import { writeLine } from '../output/guest-text.ts'
import type { Shell } from '../shell.ts'
import { serve } from './serve.ts'

export interface Debugged {
  readonly artifact: Artifact
  readonly execute: ExecuteOptions
  /** The guest's path. */
  readonly file: string
  readonly listening: Listening
  readonly shell: Shell
}

const LOCAL = new Set(['127.0.0.1', '::1', 'localhost'])

/**
 * The run where it ended, or where its debugger ended it. A guest that the debugger detaches from goes on alone.
 *
 * @throws RvrError `IO` (the place cannot be listened at), `ABORTED`, and as `artifact.debug` does.
 */
export async function runDebugged({ artifact, execute, file, listening, shell }: Debugged): Promise<Run> {
  const { signal, stderr } = shell
  const guest = await artifact.debug(execute)
  try {
    const leaving = await serve({
      guest,
      file,
      ...listening,
      signal,
      onListening: ({ host, port }) => {
        const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
        if (!LOCAL.has(host))
          writeLine(stderr, `rvr: whoever reaches ${place} controls the guest and reads its memory\n`)
        writeLine(stderr, `rvr: waiting for a debugger at ${place}\n`)
      },
    })
    if (leaving === 'detached') await guest.continue({ signal })
    return guest.run
  } catch (error) {
    guest.dispose()
    throw error
  }
}
