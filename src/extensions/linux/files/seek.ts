/** lseek, and _llseek of RV32. */
import { guestBytes, type SystemCall, type SystemHandler } from '../call.ts'
import { EBADF, EFAULT, EINVAL, ESPIPE } from '../errno.ts'
import { fileHandle } from './handles.ts'
import { statusOf } from './host-files.ts'
import { fileOf, type Open } from './table.ts'

const SEEK_SET = 0
const SEEK_CUR = 1
const SEEK_END = 2
const MOST_OFFSET = 2n ** 53n

/** What an offset counts from; an error number where there is no such place. */
function startOf({ host }: SystemCall, { file, index }: Open, whence: number): number {
  if (whence === SEEK_SET) return 0
  if (whence === SEEK_CUR) return file.offset
  if (whence !== SEEK_END || file.kind !== 'file') return -EINVAL
  const handle = fileHandle(host, index)
  const status = handle < 0 ? handle : statusOf(handle)
  return typeof status === 'number' ? status : status.size
}

/** The new place. */
function seek(call: SystemCall, offset: bigint, whence: number): number {
  const open = fileOf(call.host.files, call.int(0))
  if (open === undefined) return -EBADF
  const { file } = open
  if (file.kind !== 'file' && file.kind !== 'directory') return -ESPIPE
  const from = startOf(call, open, whence)
  if (from < 0) return from
  const place = BigInt(from) + offset
  if (place < 0n || place >= MOST_OFFSET) return -EINVAL
  file.offset = Number(place)
  return file.offset
}

/**
 * lseek(fd, offset, whence). On RV32 the number stands for _llseek(fd, high, low, result, whence); where the address of
 * the result is 0 it is a call of three arguments, as newlib makes it there too.
 */
export const lseek: SystemHandler = call => {
  const { hart, argument, int } = call
  if (hart.xlen === 64) return seek(call, BigInt.asIntN(64, argument(1)), int(2))
  const target = argument(3)
  if (target === 0n) return seek(call, BigInt(int(1)), int(2))
  if (guestBytes(hart, target, 8) === undefined) return -EFAULT
  const place = seek(call, BigInt.asIntN(64, (argument(1) << 32n) | argument(2)), int(4))
  if (place < 0) return place
  hart.view.setBigUint64(Number(target), BigInt(place), true)
  return 0
}
