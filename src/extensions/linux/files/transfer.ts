/** System calls that move bytes: read, readv, pread64, write, writev, pwrite64. */
import { guestBytes, guestWord, type SystemCall, type SystemHandler } from '../call.ts'
import { EBADF, EFAULT, EFBIG, EINVAL, EISDIR, ENOSPC, ESPIPE } from '../errno.ts'
import { fileHandle } from './handles.ts'
import { readAt, statusOf, writeAt } from './host-files.ts'
import { APPEND, fileOf, isReadable, isWritable, type Open } from './table.ts'

/** Bytes that a call moves from or to a file at most; C libraries call again for what is left. */
const MOST_AT_ONCE = 2 ** 24
/** Bytes of a file that a guest may write to. */
export const MOST_FILE = 2 ** 32
/** Bytes that a guest may write to files in all. */
export const MOST_WRITTEN = 2 ** 32
const MAX_VECTORS = 1024
/** The kernel's own bound; it also keeps overlapping vectors from multiplying guest memory. */
const MOST_IN_VECTORS = 0x7fff_f000

function readFrom({ host }: SystemCall, { file, index }: Open, target: Uint8Array, position: number): number {
  if (file.kind === 'stdin') {
    const chunk = host.stdin.subarray(host.stdinPosition, host.stdinPosition + target.length)
    target.set(chunk)
    host.stdinPosition += chunk.length
    return chunk.length
  }
  const handle = fileHandle(host, index)
  return handle < 0 ? handle : readAt(handle, target.subarray(0, MOST_AT_ONCE), position)
}

function writeTo({ host, print }: SystemCall, { file, index }: Open, source: Uint8Array, position: number): number {
  if (file.kind === 'stdout' || file.kind === 'stderr') {
    if (source.length > 0) print(file.kind, source)
    return source.length
  }
  const handle = fileHandle(host, index)
  if (handle < 0) return handle
  const part = source.subarray(0, MOST_AT_ONCE)
  if (part.length === 0) return 0
  if (position + part.length > MOST_FILE) return -EFBIG
  if (host.files.written + part.length > MOST_WRITTEN) return -ENOSPC
  const written = writeAt(handle, part, position)
  if (written > 0) host.files.written += written
  return written
}

/** The file of argument 0, if it can be read. */
function readable({ host, int }: SystemCall): Open | number {
  const open = fileOf(host.files, int(0))
  if (open === undefined || !isReadable(open.file)) return -EBADF
  return open.file.kind === 'directory' ? -EISDIR : open
}

function writable({ host, int }: SystemCall): Open | number {
  const open = fileOf(host.files, int(0))
  return open === undefined || !isWritable(open.file) ? -EBADF : open
}

/** Reads where the file stands, and moves on. */
function readOn(call: SystemCall, open: Open, target: Uint8Array): number {
  const count = readFrom(call, open, target, open.file.offset)
  if (count > 0 && open.file.kind === 'file') open.file.offset += count
  return count
}

/** Where a write begins: the file's end, in files that are appended to. */
function placeOfWrite({ host }: SystemCall, { file, index }: Open): number {
  if (file.kind !== 'file' || (file.flags & APPEND) === 0) return file.offset
  const handle = fileHandle(host, index)
  const status = handle < 0 ? handle : statusOf(handle)
  return typeof status === 'number' ? file.offset : status.size
}

function writeOn(call: SystemCall, open: Open, source: Uint8Array): number {
  const position = placeOfWrite(call, open)
  const count = writeTo(call, open, source, position)
  if (count > 0 && open.file.kind === 'file') open.file.offset = position + count
  return count
}

/** read(fd, buffer, count): standard input is the concatenation of the inputs. */
export const read: SystemHandler = call => {
  const open = readable(call)
  if (typeof open === 'number') return open
  const target = guestBytes(call.hart, call.argument(1), call.argument(2))
  return target === undefined ? -EFAULT : readOn(call, open, target)
}

/** write(fd, buffer, count) */
export const write: SystemHandler = call => {
  const open = writable(call)
  if (typeof open === 'number') return open
  const source = guestBytes(call.hart, call.argument(1), call.argument(2))
  return source === undefined ? -EFAULT : writeOn(call, open, source)
}

/** The parts of memory that arguments 1 and 2 list; an error number where one of them is not there. */
function vectors({ hart, argument, int }: SystemCall): Uint8Array[] | number {
  const count = int(2)
  if (count < 0 || count > MAX_VECTORS) return -EINVAL
  const width = hart.xlen / 8
  if (guestBytes(hart, argument(1), count * width * 2) === undefined) return -EFAULT
  const at = Number(argument(1))
  const parts: Uint8Array[] = []
  for (let index = 0; index < count; index++) {
    const place = at + index * 2 * width
    const part = guestBytes(hart, guestWord(hart, place), guestWord(hart, place + width))
    if (part === undefined) return -EFAULT
    parts.push(part)
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return length > MOST_IN_VECTORS ? -EINVAL : parts
}

/** Moves part after part, until one is not moved as a whole: what was moved counts. */
function moveAll(parts: readonly Uint8Array[], move: (part: Uint8Array) => number): number {
  let total = 0
  for (const part of parts) {
    const count = move(part)
    if (count < 0) return total > 0 ? total : count
    total += count
    if (count < part.length) break
  }
  return total
}

/** readv(fd, vectors, count) */
export const readv: SystemHandler = call => {
  const open = readable(call)
  const parts = typeof open === 'number' ? open : vectors(call)
  if (typeof parts === 'number') return parts
  return moveAll(parts, part => readOn(call, open as Open, part))
}

/** writev(fd, vectors, count): one bad vector and nothing is written. */
export const writev: SystemHandler = call => {
  const open = writable(call)
  const parts = typeof open === 'number' ? open : vectors(call)
  if (typeof parts === 'number') return parts
  return moveAll(parts, part => writeOn(call, open as Open, part))
}

/** The place that argument 3 says, on RV32 arguments 3 and 4; an error number where there is none. */
function positionOf({ hart, argument }: SystemCall): number {
  const position = hart.xlen === 64 ? argument(3) : argument(3) | (argument(4) << 32n)
  return position >= 2n ** 53n ? -EINVAL : Number(position)
}

/** pread64(fd, buffer, count, position) */
export const pread64: SystemHandler = call => {
  const open = readable(call)
  if (typeof open === 'number') return open
  if (open.file.kind !== 'file') return -ESPIPE
  const position = positionOf(call)
  const target = guestBytes(call.hart, call.argument(1), call.argument(2))
  if (target === undefined) return -EFAULT
  return position < 0 ? position : readFrom(call, open, target, position)
}

/** pwrite64(fd, buffer, count, position); files that are appended to are appended to here too. */
export const pwrite64: SystemHandler = call => {
  const open = writable(call)
  if (typeof open === 'number') return open
  if (open.file.kind !== 'file') return -ESPIPE
  const position = positionOf(call)
  const source = guestBytes(call.hart, call.argument(1), call.argument(2))
  if (source === undefined) return -EFAULT
  if (position < 0) return position
  return writeTo(call, open, source, (open.file.flags & APPEND) === 0 ? position : placeOfWrite(call, open))
}
