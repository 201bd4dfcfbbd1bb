/** Writes what users name: plain files whole or not at all, through symbolic links; devices and FIFOs as they are. */
import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { constants } from 'node:fs'
import { open, readlink, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RvrError, messageOf } from '../errors.ts'
import { writeAll } from './descriptor.ts'
import { makeDirectory } from './directory.ts'
import { aborted } from './refusal.ts'

/** Writes the next bytes, in order. */
export type Put = (bytes: Uint8Array | string) => Promise<void>

export interface OutputOptions {
  /** Permissions of a plain file; default: those that it had, or that the process gives to files. */
  readonly mode?: number
  /** The file outlasts a crash of the system. */
  readonly durable?: boolean
  readonly signal?: AbortSignal | undefined
  /** What errors say cannot be done, before the path; default: `cannot write`. */
  readonly failure?: string
}

/** A FIFO that nobody reads yet is asked again after this time. */
const AGAIN_MS = 20
const MAX_LINKS = 40

/** Where output goes, found out before anything is written. */
type Target =
  /** A plain file of some mode, or none yet, at a path that is no link. */
  | { readonly kind: 'file'; readonly path: string; readonly mode: number | undefined }
  /** A device or a FIFO: opened by the name that was given. */
  | { readonly kind: 'stream'; readonly path: string; readonly isFifo: boolean }
  /**
   * A descriptor that this process has, such as standard output: opening it anew would be another place in the file, or
   * impossible.
   */
  | { readonly kind: 'descriptor'; readonly fd: number }

const STANDARD: Readonly<Record<string, number>> = { '/dev/stdout': 1, '/dev/stderr': 2 }

/** `/dev/stdout` and its like. */
function descriptorOf(path: string): number | undefined {
  const number = /^\/(?:dev\/fd|proc\/self\/fd)\/(\d+)$/.exec(path)?.[1]
  if (number !== undefined) return Number(number)
  return STANDARD[path]
}

/** The path behind symbolic links, also where they lead to nothing yet. */
async function behindLinks(path: string): Promise<string> {
  let at = path
  for (let links = 0; links < MAX_LINKS; links++) {
    const next = await readlink(at).catch(() => undefined)
    if (next === undefined) return at
    at = resolve(await realpath(dirname(at)), next)
  }
  throw new Error('too many symbolic links')
}

function streamOf(path: string, stats: Stats): Target {
  if (stats.isDirectory()) throw new Error('it is a directory')
  if (stats.isBlockDevice()) throw new Error('it is a disk, whose content would be lost')
  if (stats.isSocket()) throw new Error('it is a socket')
  return { kind: 'stream', path, isFifo: stats.isFIFO() }
}

async function targetOf(path: string): Promise<Target> {
  const fd = descriptorOf(path)
  if (fd !== undefined) return { kind: 'descriptor', fd }
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return stats === undefined || stats.isFile()
    ? { kind: 'file', path: await behindLinks(path), mode: stats?.mode }
    : streamOf(path, stats)
}

/** Is it a plain file, or nothing yet? What is to be added to can only be read of a plain file. */
export async function isPlainTarget(file: string): Promise<boolean> {
  return (await targetOf(resolve(file)).catch(() => undefined))?.kind === 'file'
}

async function openStream(path: string, isFifo: boolean, signal: AbortSignal | undefined): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    } catch (error) {
      // Nobody has opened it to read: an open that waits for that cannot be stopped.
      if (!isFifo || (error as NodeJS.ErrnoException).code !== 'ENXIO') throw error
      await sleep(AGAIN_MS, undefined, { signal })
    }
  }
}

const putTo =
  (fd: number, signal: AbortSignal | undefined): Put =>
  bytes =>
    writeAll(fd, typeof bytes === 'string' ? Buffer.from(bytes) : bytes, signal)

async function replace(
  { path, mode: before }: Target & { kind: 'file' },
  content: (put: Put) => Promise<void>,
  { mode, durable, signal }: OutputOptions,
): Promise<void> {
  const staged = join(dirname(path), `.${randomBytes(8).toString('hex')}`)
  await makeDirectory(dirname(path))
  try {
    await using file = await open(staged, 'wx', mode ?? 0o666)
    await content(putTo(file.fd, signal))
    if (mode === undefined && before !== undefined) await file.chmod(before & 0o777)
    if (durable === true) await file.sync()
    await rename(staged, path)
  } catch (error) {
    await rm(staged, { force: true }).catch(() => {})
    throw error
  }
  if (durable !== true) return
  await using directory = await open(dirname(path))
  await directory.sync()
}

async function writeTo(target: Target, content: (put: Put) => Promise<void>, options: OutputOptions): Promise<void> {
  if (target.kind === 'file') return replace(target, content, options)
  if (target.kind === 'descriptor') return content(putTo(target.fd, options.signal))
  await using stream = await openStream(target.path, target.isFifo, options.signal)
  await content(putTo(stream.fd, options.signal))
}

function guard<T>(
  path: string,
  { failure = 'cannot write', signal }: OutputOptions,
  work: () => Promise<T>,
): Promise<T> {
  return work().catch((cause: unknown) => {
    if (signal?.aborted === true) throw aborted(signal, `writing ${path}`)
    if (cause instanceof RvrError) throw cause
    throw new RvrError('IO', `${failure} ${path}: ${messageOf(cause)}`, {
      hint: 'Choose a file in a directory that you can write to and that has room.',
      cause,
      details: { path },
    })
  })
}

/**
 * Writes to `file` what `content` puts. A plain file appears or changes as a whole or not at all; devices, FIFOs and
 * descriptors (`/dev/stdout`) are written into; symbolic links are followed. Directories above are made.
 *
 * @returns the absolute path
 * @throws RvrError `IO` (details.path), `ABORTED`, and what `content` throws as RvrError
 */
export async function writeOutput(
  file: string,
  content: (put: Put) => Promise<void>,
  options: OutputOptions = {},
): Promise<string> {
  const path = resolve(file)
  await guard(path, options, async () => {
    options.signal?.throwIfAborted()
    await writeTo(await targetOf(path), content, options)
  })
  return path
}

/** Can `file` be written? Asked before work whose result goes there. @throws RvrError `IO`. */
export async function checkOutput(file: string, options: OutputOptions = {}): Promise<void> {
  const path = resolve(file)
  await guard(path, options, async () => {
    const target = await targetOf(path)
    if (target.kind !== 'file') return
    const probe = join(dirname(target.path), `.${basename(target.path).slice(0, 64)}-${randomBytes(8).toString('hex')}`)
    await makeDirectory(dirname(probe))
    await (await open(probe, 'wx', 0o600)).close()
    await rm(probe)
  })
}
