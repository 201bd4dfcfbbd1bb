/** A file that is opened once: what is checked, read and loaded are the same bytes, whatever its name leads to. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { unsafety } from './ownership.ts'

/** Closes what nobody refers to any more; closing by hand is sooner. */
const forgotten = new FinalizationRegistry<number>(fd => closeSync(fd))
/** Files that stay open until the process ends. */
const kept = new Set<OpenFile>()

export class OpenFile implements Disposable {
  readonly path: string
  readonly fd: number
  readonly bytes: number
  /** The same for two files only if they are one: device and inode. */
  readonly identity: string
  /** Changes with the contents: size, and both times to the nanosecond. */
  readonly stamp: string
  /** When contents or owner changed last, in milliseconds since 1970. */
  readonly changedMs: number
  #closed = false

  /** Takes an open descriptor over. */
  constructor(path: string, fd: number) {
    const { size, dev, ino, mtimeNs, ctimeNs, ctimeMs } = fstatSync(fd, { bigint: true })
    this.path = path
    this.fd = fd
    this.bytes = Number(size)
    this.identity = `${dev}:${ino}`
    this.stamp = [size, mtimeNs, ctimeNs].join()
    this.changedMs = Number(ctimeMs)
    forgotten.register(this, fd, this)
  }

  /** Fills `part` from `offset` on; returns how many bytes there were. */
  read(part: Uint8Array, offset: number): number {
    let done = 0
    for (let count = -1; count !== 0 && done < part.length; done += count)
      count = readSync(this.fd, part, done, part.length - done, offset + done)
    return done
  }

  /** Leaves the file open for good: its descriptor's number is never used for another one. */
  keep(): void {
    if (!this.#closed) kept.add(this)
  }

  get isKept(): boolean {
    return kept.has(this)
  }

  close(): void {
    if (this.#closed || kept.has(this)) return
    this.#closed = true
    forgotten.unregister(this)
    closeSync(this.fd)
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** An error like those of the file system. */
function fault(code: string, path: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${message}, open '${path}'`), { code })
}

function open(path: string, flags: number, check: (file: number) => void): OpenFile {
  // Opening a pipe must not wait for whoever writes to it.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | flags)
  try {
    check(fd)
    return new OpenFile(path, fd)
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function checkPlain(fd: number, path: string): void {
  const stats = fstatSync(fd)
  if (!stats.isFile()) throw fault(stats.isDirectory() ? 'EISDIR' : 'EINVAL', path, 'not a plain file')
}

/** Opens a file that a user named. Throws the file system's error. */
export function openNamed(path: string): OpenFile {
  return open(path, 0, fd => checkPlain(fd, path))
}

/**
 * Opens a file of the store: no link, of a trusted owner, not writable by others. Throws the file system's error; EPERM
 * for a file that is unsafe.
 */
export function openStored(path: string): OpenFile {
  return open(path, constants.O_NOFOLLOW, fd => {
    checkPlain(fd, path)
    const why = unsafety(fstatSync(fd))
    if (why !== undefined) throw fault('EPERM', path, why)
  })
}

/** Texts of the store are small; a larger one is garbage. */
const TEXT_LIMIT_BYTES = 16 << 20

/** The text of a file of the store. Throws like `openStored`. */
export function readStoredText(path: string): string {
  using file = openStored(path)
  if (file.bytes > TEXT_LIMIT_BYTES) throw fault('EFBIG', path, 'file too large')
  const bytes = Buffer.alloc(file.bytes)
  return bytes.toString('utf8', 0, file.read(bytes, 0))
}
