/** Reads what a path names, piece by piece: never more than its kind may have, and always stoppable. */
import * as fs from 'node:fs'
import type { Stats } from 'node:fs'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { RvrError } from '../errors.ts'
import { inputKinds, type InputKindName } from './kinds.ts'
import { aborted, tooLarge, unreadable } from './refusal.ts'
import { isStandardInput, takeStandardInput } from './standard-input.ts'

/** Plain descriptors: the object that Node makes of one would close it again behind a stream that has taken it over. */
const open = promisify(fs.open)
const close = promisify(fs.close)
const fstat = promisify<number, Stats>(fs.fstat)
const read = promisify(fs.read)

/** A device that has nothing yet is asked again after this time. */
const AGAIN_MS = 20
const PIECE_BYTES = 1 << 20
/** A plain file is read in few pieces; between two of them the event loop has its turn, and an abort is seen. */
const FILE_PIECE_BYTES = 16 << 20

/**
 * The content at `path`: a plain file, a pipe, a FIFO, a terminal or a device; standard input is read as such. Ends
 * with an error as soon as there is more than the kind may have, and just ends where it does not begin as the kind
 * does: what is no such file is known then.
 *
 * @throws RvrError `IO` (details.path, and details.limit where it is too large), `ABORTED`
 */
export async function* inputChunks(
  kind: InputKindName,
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void, void> {
  const { label, limit, starts = [] } = inputKinds[kind]
  const longest = starts.reduce((most, start) => Math.max(most, start.length), 0)
  let total = 0
  let begun = ''
  try {
    if (signal?.aborted === true) throw aborted(signal, `reading ${label} ${path}`)
    for await (const chunk of isStandardInput(path) ? standardInput(signal) : opened(kind, path, signal)) {
      total += chunk.length
      if (total > limit) throw tooLarge(kind, path)
      yield chunk
      if (begun.length >= longest) continue
      begun += chunk.toString('latin1', 0, longest - begun.length)
      if (!starts.some(start => start.startsWith(begun) || begun.startsWith(start))) return
    }
  } catch (cause) {
    if (signal?.aborted === true) throw aborted(signal, `reading ${label} ${path}`)
    throw cause instanceof RvrError ? cause : unreadable(kind, path, cause)
  }
}

function standardInput(signal: AbortSignal | undefined): AsyncIterable<Buffer> {
  const stream = takeStandardInput()
  if (stream === undefined) throw new Error('standard input has been read already, and it can be read only once')
  return streamed(stream, signal)
}

async function* opened(kind: InputKindName, path: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  // Opening a FIFO must not wait for who writes to it: a thread that waits for that cannot be stopped.
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = fs.constants
  const file = await open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
  let isOurs = true
  try {
    const stats = await fstat(file)
    if (stats.isDirectory()) throw new Error('it is a directory')
    if (stats.isFile() && stats.size > inputKinds[kind].limit) throw tooLarge(kind, path)
    const stream = await streamOf(file, stats)
    if (stream === undefined) yield* pieces(file, stats, signal)
    else {
      // The stream closes the descriptor.
      isOurs = false
      yield* streamed(stream, signal)
    }
  } finally {
    if (isOurs) await close(file)
  }
}

/**
 * Pipes and terminals are waited for by the event loop, which also knows a FIFO that nobody has written to yet from one
 * that has ended.
 */
async function streamOf(fd: number, stats: Stats): Promise<Readable | undefined> {
  if (stats.isFIFO()) {
    const { Socket } = await import('node:net')
    return new Socket({ fd, readable: true, writable: false })
  }
  if (!stats.isCharacterDevice()) return undefined
  const { ReadStream, isatty } = await import('node:tty')
  return isatty(fd) ? new ReadStream(fd) : undefined
}

async function* streamed(stream: Readable, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  const end = (): void => {
    stream.destroy(new Error('aborted'))
  }
  // It may have been aborted while the file was opened.
  if (signal?.aborted === true) end()
  signal?.addEventListener('abort', end, { once: true })
  try {
    for await (const chunk of stream) yield chunk as Buffer
  } finally {
    signal?.removeEventListener('abort', end)
    stream.destroy()
  }
}

/** Plain files and devices. A file may be longer than it said, or say nothing (as in /proc). */
async function* pieces(file: number, stats: Stats, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  let room = stats.isFile() && stats.size > 0 ? stats.size + 1 : PIECE_BYTES
  for (;;) {
    const piece = Buffer.allocUnsafeSlow(room)
    const filled = await fill(file, piece, signal)
    if (filled > 0) yield piece.subarray(0, filled)
    if (filled < room) return
    room = PIECE_BYTES
  }
}

async function fill(file: number, piece: Buffer, signal: AbortSignal | undefined): Promise<number> {
  for (let filled = 0; ;) {
    signal?.throwIfAborted()
    try {
      const { bytesRead } = await read(file, piece, filled, Math.min(piece.length - filled, FILE_PIECE_BYTES), null)
      filled += bytesRead
      if (bytesRead === 0 || filled === piece.length) return filled
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      await sleep(AGAIN_MS, undefined, { signal })
    }
  }
}
