/** System calls on the three standard streams: read, write, writev, close, lseek, fstat. */
import type { PrintSink } from '../host.ts'
import { guestBytes, type SystemHandler } from './call.ts'
import { EBADF, EFAULT, EINVAL, ESPIPE } from './errno.ts'

const STDIN = 0
const MAX_VECTORS = 1024
const streams: Readonly<Record<number, Parameters<PrintSink>[0]>> = { 1: 'stdout', 2: 'stderr' }
const isOpen = (fd: number): boolean => fd >= 0 && fd <= 2

/** read(fd, buffer, count): standard input is the concatenation of the inputs. */
export const read: SystemHandler = ({ hart, host, argument, int }) => {
  if (int(0) !== STDIN) return -EBADF
  const target = guestBytes(hart, argument(1), argument(2))
  if (target === undefined) return -EFAULT
  const chunk = host.stdin.subarray(host.stdinPosition, host.stdinPosition + target.length)
  target.set(chunk)
  host.stdinPosition += chunk.length
  return chunk.length
}

/** write(fd, buffer, count) */
export const write: SystemHandler = ({ hart, argument, int, print }) => {
  const stream = streams[int(0)]
  if (stream === undefined) return -EBADF
  const source = guestBytes(hart, argument(1), argument(2))
  if (source === undefined) return -EFAULT
  if (source.length > 0) print(stream, source)
  return source.length
}

/** writev(fd, vectors, count): one bad vector and nothing is written. */
export const writev: SystemHandler = ({ hart, argument, int, print }) => {
  const stream = streams[int(0)]
  if (stream === undefined) return -EBADF
  const count = int(2)
  if (count < 0 || count > MAX_VECTORS) return -EINVAL
  const width = hart.xlen / 8
  const table = guestBytes(hart, argument(1), BigInt(count * width * 2))
  if (table === undefined) return -EFAULT
  const at = Number(argument(1))
  const word = (index: number): bigint =>
    width === 8 ? hart.view.getBigUint64(at + index * 8, true) : BigInt(hart.view.getUint32(at + index * 4, true))
  const parts: Uint8Array[] = []
  for (let index = 0; index < count; index++) {
    const part = guestBytes(hart, word(index * 2), word(index * 2 + 1))
    if (part === undefined) return -EFAULT
    parts.push(part)
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  // The kernel's own bound; it also keeps overlapping vectors from multiplying guest memory.
  if (length > 0x7fff_f000) return -EINVAL
  for (const part of parts) if (part.length > 0) print(stream, part)
  return length
}

/** close(fd) */
export const close: SystemHandler = ({ int }) => (isOpen(int(0)) ? 0 : -EBADF)

/** lseek(fd, …): the standard streams cannot seek. */
export const lseek: SystemHandler = ({ int }) => (isOpen(int(0)) ? -ESPIPE : -EBADF)

const STAT_BYTES = 128n
const CHARACTER_DEVICE = 0o20620

/**
 * fstat(fd, buffer): a character device, in the generic layout of `struct stat` (the one that newlib uses on RV32 too).
 */
export const fstat: SystemHandler = ({ hart, argument, int }) => {
  const fd = int(0)
  if (!isOpen(fd)) return -EBADF
  const stat = guestBytes(hart, argument(1), STAT_BYTES)
  if (stat === undefined) return -EFAULT
  const at = Number(argument(1))
  stat.fill(0)
  hart.view.setUint32(at + 8, fd + 1, true) // st_ino
  hart.view.setUint32(at + 16, CHARACTER_DEVICE, true) // st_mode
  hart.view.setUint32(at + 20, 1, true) // st_nlink
  hart.view.setUint32(at + 56, 1024, true) // st_blksize
  return 0
}
