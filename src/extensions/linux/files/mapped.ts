/** Files that a guest maps: their contents are copied, once. */
import { EACCES, EBADF, EINVAL, ENODEV } from '../errno.ts'
import type { LinuxHost } from '../host.ts'
import { fileHandle } from './handles.ts'
import { readAt } from './host-files.ts'
import { fileOf, isReadable } from './table.ts'

const READ_AT_ONCE = 2 ** 24

/** Fills memory with the file's bytes, as many as it has; an error number, or 0. */
export type Copy = (target: Uint8Array) => number

/** The copy of a file from `offset` on; an error number where it cannot be mapped. */
export function copyOfFile(host: LinuxHost, fd: number, offset: bigint): Copy | number {
  const open = fileOf(host.files, fd)
  if (open === undefined) return -EBADF
  if (open.file.kind !== 'file') return -ENODEV
  if (!isReadable(open.file)) return -EACCES
  if (offset >= 2n ** 52n) return -EINVAL
  const handle = fileHandle(host, open.index)
  if (handle < 0) return handle
  return target => {
    for (let at = 0; at < target.length;) {
      const count = readAt(handle, target.subarray(at, at + READ_AT_ONCE), Number(offset) + at)
      if (count < 0) return count
      if (count === 0) break
      at += count
    }
    return 0
  }
}
