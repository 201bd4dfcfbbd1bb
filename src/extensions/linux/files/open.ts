/** openat: regular files and directories below what the guest was given, and nothing else. */
import type { SystemCall, SystemHandler } from '../call.ts'
import { EACCES, EDQUOT, EEXIST, EINVAL, EISDIR, ELOOP, EMFILE, ENOENT, ENOTDIR, EOPNOTSUPP, EROFS } from '../errno.ts'
import { keepHandle } from './handles.ts'
import { close, make, reopen, statusOf, truncate } from './host-files.ts'
import { walkArguments } from './paths.ts'
import { ACCESS, addFile, APPEND, freeDescriptor, READ_ONLY, setDescriptor, type OpenFile } from './table.ts'
import type { Found } from './walk.ts'

const O_CREAT = 0o100
const O_EXCL = 0o200
const O_TRUNC = 0o1000
const O_DIRECTORY = 0o200000
const O_NOFOLLOW = 0o400000
const O_CLOEXEC = 0o2000000
const O_PATH = 0o10000000
const O_TMPFILE = 0o20000000

/** Files and directories that a run may make. */
export const MOST_MADE = 65_536
/** Somebody else makes and removes the name all the time. */
const MOST_TRIES = 8

/** What an open file needs: its entry in the table, and a handle of the host; directories have none. */
interface Opened {
  readonly file: OpenFile
  readonly handle: number | undefined
}

/** openat(directory, path, flags, mode) */
export const openat: SystemHandler = call => {
  const { host, int } = call
  const flags = int(2)
  if ((flags & ACCESS) === ACCESS) return -EINVAL
  if ((flags & (O_PATH | O_TMPFILE)) !== 0) return -EOPNOTSUPP
  const fd = freeDescriptor(host.files)
  if (fd === undefined) return -EMFILE
  const opened = open(call, flags)
  if (typeof opened === 'number') return opened
  const index = addFile(host.files, opened.file)
  if (opened.handle !== undefined) keepHandle(host, index, opened.handle)
  setDescriptor(host.files, fd, { file: index, closesOnExec: (flags & O_CLOEXEC) !== 0 })
  return fd
}

function open(call: SystemCall, flags: number): Opened | number {
  const creates = (flags & O_CREAT) !== 0
  const isExclusive = creates && (flags & O_EXCL) !== 0
  const follows = (flags & O_NOFOLLOW) === 0 && !isExclusive
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const walked = walkArguments(call, 0, { follows, mayBeAbsent: creates })
    if (typeof walked === 'number') return walked
    using found = walked
    const isThere = found.status !== undefined || found.parent === undefined
    if (isThere) return isExclusive ? -EEXIST : openFound(found, flags)
    const made = create(call, found, flags)
    if (made !== -EEXIST || isExclusive) return made
  }
  return -ENOENT
}

const entry = (kind: 'file' | 'directory', { path }: Found, flags: number): OpenFile => ({
  kind,
  path,
  flags: flags & (ACCESS | APPEND),
  offset: 0,
})

function openFound(found: Found, flags: number): Opened | number {
  const { handle, status, readOnly } = found
  const writes = (flags & ACCESS) !== READ_ONLY || (flags & O_TRUNC) !== 0
  if (handle === undefined || status === undefined || status.kind === 'directory')
    return writes || (flags & O_CREAT) !== 0
      ? -EISDIR
      : { file: entry('directory', found, READ_ONLY), handle: undefined }
  if (status.kind === 'link') return -ELOOP
  if ((flags & O_DIRECTORY) !== 0) return -ENOTDIR
  // Devices, pipes and sockets: opening one may do something already.
  if (status.kind !== 'file') return -EACCES
  if (writes && readOnly) return -EROFS
  const opened = reopen(handle, flags & (ACCESS | APPEND))
  if (opened < 0) return opened
  const emptied = (flags & O_TRUNC) !== 0 ? truncateOpened(opened, flags) : 0
  if (emptied < 0) close(opened)
  return emptied < 0 ? emptied : { file: entry('file', found, flags), handle: opened }
}

/** What is open for reading alone cannot be made empty. */
const truncateOpened = (handle: number, flags: number): number =>
  (flags & ACCESS) === READ_ONLY ? -EACCES : (truncate(handle, 0) ?? 0)

function create({ host, int }: SystemCall, found: Found, flags: number): Opened | number {
  if (found.readOnly) return -EROFS
  if ((flags & O_DIRECTORY) !== 0) return -EINVAL
  if (host.files.made >= MOST_MADE) return -EDQUOT
  const { handle: parent, name } = found.parent!
  const handle = make(parent, name, flags & ACCESS, int(3) & 0o777 & ~host.umask)
  if (handle < 0) return handle
  host.files.made++
  const isFile = statusOf(handle)
  if (typeof isFile === 'number' || isFile.kind !== 'file') {
    close(handle)
    return -EACCES
  }
  return { file: entry('file', found, flags), handle }
}
