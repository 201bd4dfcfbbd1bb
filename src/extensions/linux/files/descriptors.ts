/** System calls on descriptors themselves: close, dup, dup3, fcntl, ioctl. */
import type { SystemCall, SystemHandler } from '../call.ts'
import { EBADF, EFAULT, EINVAL, EMFILE, ENOTTY } from '../errno.ts'
import { guestBytes } from '../call.ts'
import { closeFile } from './handles.ts'
import { APPEND, fileOf, freeDescriptor, MOST_DESCRIPTORS, removeDescriptor, setDescriptor } from './table.ts'

const O_CLOEXEC = 0o2000000

function closeDescriptor({ host }: SystemCall, fd: number): void {
  const index = removeDescriptor(host.files, fd)
  if (index !== undefined) closeFile(host, index)
}

/** close(fd) */
export const close: SystemHandler = call => {
  const fd = call.int(0)
  if (fileOf(call.host.files, fd) === undefined) return -EBADF
  closeDescriptor(call, fd)
  return 0
}

function duplicate({ host: { files } }: SystemCall, fd: number, least: number, closesOnExec: boolean): number {
  if (least < 0 || least >= MOST_DESCRIPTORS) return -EINVAL
  const free = freeDescriptor(files, least)
  if (free === undefined) return -EMFILE
  setDescriptor(files, free, { file: files.descriptors[fd]!.file, closesOnExec })
  return free
}

/** dup(fd) */
export const dup: SystemHandler = call =>
  fileOf(call.host.files, call.int(0)) === undefined ? -EBADF : duplicate(call, call.int(0), 0, false)

/** dup3(fd, wanted, flags) */
export const dup3: SystemHandler = call => {
  const { files } = call.host
  const [fd, wanted, flags] = [call.int(0), call.int(1), call.int(2)]
  if ((flags & ~O_CLOEXEC) !== 0 || fd === wanted) return -EINVAL
  if (fileOf(files, fd) === undefined || wanted < 0 || wanted >= MOST_DESCRIPTORS) return -EBADF
  const { file } = files.descriptors[fd]!
  if (fileOf(files, wanted) !== undefined) closeDescriptor(call, wanted)
  setDescriptor(files, wanted, { file, closesOnExec: flags !== 0 })
  return wanted
}

const F_DUPFD = 0
const F_GETFD = 1
const F_SETFD = 2
const F_GETFL = 3
const F_SETFL = 4
const F_GETLK = 5
const F_SETLK = 6
const F_SETLKW = 7
const F_DUPFD_CLOEXEC = 1030
const FD_CLOEXEC = 1
const F_UNLCK = 2

/** fcntl(fd, command, argument). Nobody else has locks, so all are free. */
export const fcntl: SystemHandler = call => {
  const { host, hart, argument, int } = call
  const fd = int(0)
  const open = fileOf(host.files, fd)
  if (open === undefined) return -EBADF
  const descriptor = host.files.descriptors[fd]!
  switch (int(1)) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      return duplicate(call, fd, int(2), int(1) === F_DUPFD_CLOEXEC)
    case F_GETFD:
      return descriptor.closesOnExec ? FD_CLOEXEC : 0
    case F_SETFD:
      descriptor.closesOnExec = (int(2) & FD_CLOEXEC) !== 0
      return 0
    case F_GETFL:
      return open.file.flags
    case F_SETFL:
      // The host's handle of a file keeps the flag that it was opened with.
      return (int(2) & APPEND) === (open.file.flags & APPEND) || open.file.kind !== 'file' ? 0 : -EINVAL
    case F_GETLK: {
      const type = guestBytes(hart, argument(2), 2)
      if (type === undefined) return -EFAULT
      type.set([F_UNLCK, 0])
      return 0
    }
    case F_SETLK:
    case F_SETLKW:
      return 0
    default:
      return -EINVAL
  }
}

/** ioctl(fd, …): nothing is a terminal. */
export const ioctl: SystemHandler = ({ host, int }) => (fileOf(host.files, int(0)) === undefined ? -EBADF : -ENOTTY)
