/** The file that a library is loaded from: opened once, so that what is loaded is what was checked. */
import { randomBytes } from 'node:crypto'
import { constants, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openNamed, OpenFile } from '../store/open-file.ts'

const PIECE_BYTES = 1 << 20

export class LibraryFile {
  /** Where it was found. Another file may have that name by now. */
  readonly path: string
  /**
   * The name to load and to copy it by, the same on all threads of this process: that of its descriptor. The system's
   * loader takes a name that it knows for the library that it loaded before; what is loaded stays open, so no other
   * file ever gets this name.
   */
  get name(): string {
    return `/proc/self/fd/${this.#file.fd}`
  }
  readonly bytes: number
  /** The same as long as the same bytes are found by the path, as far as the clock of the file system tells. */
  get opened(): OpenFile {
    return this.#file
  }
  /** Hears that the library cannot be loaded from where it is, and runs from a copy. */
  onCopied: (() => void) | undefined
  #file: OpenFile

  constructor(path: string, file: OpenFile) {
    this.path = path
    this.bytes = file.bytes
    this.#file = file
  }

  /**
   * Goes on in a copy, as does everybody who opens the file later: in the nameless open file `fd`, or in one of the
   * temporary directory. Throws the file system's error.
   */
  moveTo(fd: number | undefined): void {
    const { identity, stamp } = this.#file
    this.#file = copyOf(this.#file, fd ?? nameless())
    this.#file.keep()
    known.set(identity, { stamp, file: new WeakRef(this.#file) })
    this.onCopied?.()
  }

  /** Fills `part` from `offset` on; returns how many bytes there were. */
  read(part: Uint8Array, offset: number): number {
    return this.#file.read(part, offset)
  }

  /** Hands its bytes to `put`, piece by piece. Rejects with the file system's error, or with that of `put`. */
  async copyTo(put: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    const part = Buffer.alloc(PIECE_BYTES)
    for (let at = 0, count = -1; count !== 0; at += count) {
      count = this.#file.read(part, at)
      await put(part.subarray(0, count))
    }
  }

  /**
   * Has to be called before the file is loaded: it stays open from then on. Otherwise it is closed when nobody uses it
   * any more.
   */
  keep(): void {
    this.#file.keep()
  }
}

/** What was last opened of each file, by device and inode, as long as anybody uses it. */
const known = new Map<string, { readonly stamp: string; readonly file: WeakRef<OpenFile> }>()

/**
 * The library file at absolute `path`, or `verified`, which is open already and belongs to the library file from then
 * on.
 *
 * @throws the file system's error.
 */
export function libraryFile(path: string, verified?: OpenFile): LibraryFile {
  const file = verified ?? openNamed(path)
  const { identity, stamp } = file
  const before = known.get(identity)
  const open = before?.file.deref()
  if (open !== undefined && open !== file && before?.stamp === stamp) {
    file.close()
    return new LibraryFile(path, open)
  }
  // The loader knows files by device and inode, too: one that was changed in place while it is loaded needs another
  // inode to be loaded again.
  const used = open?.isKept === true && open !== file ? copyOf(file, nameless()) : file
  known.set(identity, { stamp, file: new WeakRef(used) })
  return new LibraryFile(path, used)
}

/** A private file without a name, in the temporary directory. */
function nameless(): number {
  const path = join(tmpdir(), `rvr-library-${randomBytes(12).toString('hex')}`)
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600)
  rmSync(path)
  return fd
}

/** A copy in the empty file `fd`. */
function copyOf(file: OpenFile, fd: number): OpenFile {
  const part = Buffer.alloc(PIECE_BYTES)
  for (let at = 0, count = -1; count !== 0; at += count) {
    count = file.read(part, at)
    for (let written = 0; written < count;) written += writeSync(fd, part, written, count - written, at + written)
  }
  file.close()
  return new OpenFile(file.path, fd)
}
