/** Lets clients of GDB's protocol debug a guest, one after another, until one of them lets it go. */
import { createServer, type Server, type Socket } from 'node:net'
import { RvrError } from '../../errors.ts'
import { Connection, type Leaving } from '../../gdb/connection.ts'
import type { Debugger } from '../../sdk/debugger/debugger.ts'
import type { Listening } from '../options/gdb.ts'

export interface ServeOptions extends Listening {
  readonly guest: Debugger
  /** The guest's path. */
  readonly file: string
  readonly signal: AbortSignal
  /** The place that clients find the guest at. */
  onListening(place: { readonly host: string; readonly port: number }): void
}

/** How the last client left. @throws RvrError `IO` (the place cannot be listened at), `ABORTED`. */
export async function serve({ guest, file, host, port, signal, onListening }: ServeOptions): Promise<Leaving> {
  const over = Promise.withResolvers<Leaving>()
  let current: Socket | undefined
  const server = createServer(socket => {
    // One at a time: whoever comes meanwhile is sent away.
    if (current !== undefined) {
      socket.destroy()
      return
    }
    current = socket
    attend(socket, { guest, file, signal }).then(
      leaving => {
        current = undefined
        if (leaving !== 'closed') over.resolve(leaving)
      },
      error => over.reject(error),
    )
  })
  const abort = (): void => over.reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    onListening(await listen(server, { host, port }))
    signal.throwIfAborted()
    return await over.promise
  } finally {
    signal.removeEventListener('abort', abort)
    server.close()
    current?.destroy()
  }
}

function listen(server: Server, { host, port }: Listening): Promise<Listening> {
  return new Promise((resolve, reject) => {
    server.once('error', cause =>
      reject(
        new RvrError('IO', `nothing can wait for a debugger at ${host}:${port}: ${cause.message}`, {
          hint: 'Choose another port, or 0 for any that is free.',
          cause,
        }),
      ),
    )
    server.listen({ host, port }, () => {
      const address = server.address()
      resolve({ host, port: typeof address === 'object' && address !== null ? address.port : port })
    })
  })
}

/** One client from its first byte to its last. */
async function attend(socket: Socket, options: Pick<ServeOptions, 'guest' | 'file' | 'signal'>): Promise<Leaving> {
  const connection = new Connection({ ...options, send: bytes => void socket.write(bytes) })
  socket.setNoDelay(true)
  socket.on('data', bytes => connection.receive(bytes))
  socket.on('close', () => connection.close())
  // What went wrong is of no account: the client is gone.
  socket.on('error', () => connection.close())
  const leaving = await connection.left
  if (leaving !== 'closed') await new Promise<void>(resolve => socket.end(resolve))
  return leaving
}
