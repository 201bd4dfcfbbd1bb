/** System calls on names of files: readlinkat, faccessat, getcwd, mkdirat, unlinkat; and ftruncate, fsync. */
import { guestBytes, type SystemHandler } from '../call.ts'
import {
  EACCES,
  EBADF,
  EBUSY,
  EDQUOT,
  EEXIST,
  EFAULT,
  EFBIG,
  EINVAL,
  EISDIR,
  ENOENT,
  ENOTDIR,
  ERANGE,
  EROFS,
} from '../errno.ts'
import { fileHandle } from './handles.ts'
import { linkText, makeDirectory, remove, removeDirectory, synchronise, truncate } from './host-files.ts'
import { MOST_MADE } from './open.ts'
import { baseOf, pathAt, walkArguments } from './paths.ts'
import { fileOf, isWritable } from './table.ts'
import { MOST_FILE } from './transfer.ts'
import { walk } from './walk.ts'

/** readlinkat(directory, path, buffer, size): the link's text, as it is. */
export const readlinkat: SystemHandler = call => {
  const walked = walkArguments(call, 0, { follows: false })
  if (typeof walked === 'number') return walked
  using found = walked
  if (found.status?.kind !== 'link') return -EINVAL
  const size = call.int(3)
  if (size <= 0) return -EINVAL
  const text = linkText(found.parent!.handle, found.parent!.name)
  if (typeof text === 'number') return text
  const bytes = Buffer.from(text).subarray(0, size)
  const target = guestBytes(call.hart, call.argument(2), bytes.length)
  if (target === undefined) return -EFAULT
  target.set(bytes)
  return bytes.length
}

const W_OK = 2
const X_OK = 1
const ANY = 7

/** faccessat(directory, path, mode) */
export const faccessat: SystemHandler = call => {
  const mode = call.int(2)
  if ((mode & ~ANY) !== 0) return -EINVAL
  const walked = walkArguments(call, 0)
  if (typeof walked === 'number') return walked
  using found = walked
  if ((mode & W_OK) !== 0 && found.readOnly) return -EROFS
  const isDirectory = found.status === undefined || found.status.kind === 'directory'
  if ((mode & X_OK) !== 0 && !isDirectory) return -EACCES
  return isDirectory || found.status?.kind === 'file' ? 0 : -EACCES
}

/** getcwd(buffer, size): the root, always. */
export const getcwd: SystemHandler = ({ hart, argument }) => {
  if (argument(1) < 2n) return -ERANGE
  const target = guestBytes(hart, argument(0), 2)
  if (target === undefined) return -EFAULT
  target.set([0x2f, 0])
  return 2
}

/** mkdirat(directory, path, mode) */
export const mkdirat: SystemHandler = call => {
  const { host, argument, int } = call
  const path = pathAt(call, argument(1))
  if (typeof path === 'number') return path
  const base = baseOf(call, int(0), path)
  if (typeof base === 'number') return base
  if (path === '') return -ENOENT
  const walked = walk(host, base, path.replace(/(?<=.)\/+$/, ''), { follows: false, mayBeAbsent: true })
  if (typeof walked === 'number') return walked
  using found = walked
  if (found.status !== undefined || found.parent === undefined) return -EEXIST
  if (found.readOnly) return -EROFS
  if (host.files.made >= MOST_MADE) return -EDQUOT
  const failed = makeDirectory(found.parent.handle, found.parent.name, int(2) & 0o777 & ~host.umask)
  if (failed !== undefined) return failed
  host.files.made++
  return 0
}

const AT_REMOVEDIR = 0x200

/** unlinkat(directory, path, flags) */
export const unlinkat: SystemHandler = call => {
  const flags = call.int(2)
  if ((flags & ~AT_REMOVEDIR) !== 0) return -EINVAL
  const walked = walkArguments(call, 0, { follows: false })
  if (typeof walked === 'number') return walked
  using found = walked
  const { status, parent, readOnly } = found
  // A directory that the guest was given stays, and so do those above.
  if (parent === undefined || status === undefined) return -EBUSY
  if (readOnly) return -EROFS
  const isDirectory = status.kind === 'directory'
  if (flags === AT_REMOVEDIR) return isDirectory ? (removeDirectory(parent.handle, parent.name) ?? 0) : -ENOTDIR
  return isDirectory ? -EISDIR : (remove(parent.handle, parent.name) ?? 0)
}

/** ftruncate(fd, length); the length is arguments 1 and 2 on RV32. */
export const ftruncate: SystemHandler = ({ hart, host, argument, int }) => {
  const open = fileOf(host.files, int(0))
  if (open === undefined) return -EBADF
  if (open.file.kind !== 'file' || !isWritable(open.file)) return -EINVAL
  const length =
    hart.xlen === 64 ? BigInt.asIntN(64, argument(1)) : BigInt.asIntN(64, argument(1) | (argument(2) << 32n))
  if (length < 0n) return -EINVAL
  if (length > BigInt(MOST_FILE)) return -EFBIG
  const handle = fileHandle(host, open.index)
  return handle < 0 ? handle : (truncate(handle, Number(length)) ?? 0)
}

/** fsync(fd), fdatasync(fd) */
export const fsync: SystemHandler = ({ host, int }) => {
  const open = fileOf(host.files, int(0))
  if (open === undefined) return -EBADF
  if (open.file.kind !== 'file') return open.file.kind === 'directory' ? 0 : -EINVAL
  const handle = fileHandle(host, open.index)
  return handle < 0 ? handle : (synchronise(handle) ?? 0)
}
