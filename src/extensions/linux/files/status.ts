/** System calls that describe files: fstat, newfstatat, statx. Times, owners and rights are those of no host. */
import { createHash } from 'node:crypto'
import { guestBytes, type SystemCall, type SystemHandler } from '../call.ts'
import { EBADF, EFAULT, EINVAL, ENOENT } from '../errno.ts'
import { USER } from '../process.ts'
import { fileHandle } from './handles.ts'
import { statusOf, type Kind } from './host-files.ts'
import { baseOf, pathAt } from './paths.ts'
import { fileOf, type OpenFile } from './table.ts'
import { walk, type Found } from './walk.ts'

const STAT_BYTES = 128
const STATX_BYTES = 256
const BLOCK = 512
const REGULAR = 0o100644
const READ_ONLY_REGULAR = 0o100444
const DIRECTORY = 0o40755
const LINK = 0o120777
const OTHER = 0o100000
const CHARACTER_DEVICE = 0o20620
const STREAM_BLOCK = 1024
const FILE_BLOCK = 4096
const DEVICE = 1

export interface Facts {
  readonly inode: number
  readonly mode: number
  readonly size: number
  readonly blockBytes: number
}

/** The number of a path: 1 … 2^31. */
export const inodeOf = (path: string): number => 1 + (createHash('sha256').update(path).digest().readUInt32LE() >>> 1)

const MODES: Readonly<Record<Kind, number>> = { file: REGULAR, directory: DIRECTORY, link: LINK, other: OTHER }

/** They follow from what the guest sees: kind, size, path, and whether it may write there. */
function factsOf({ path, status, readOnly }: Pick<Found, 'path' | 'status' | 'readOnly'>): Facts {
  const kind = status?.kind ?? 'directory'
  const mode = kind === 'file' && readOnly ? READ_ONLY_REGULAR : MODES[kind]
  const size = kind === 'directory' ? FILE_BLOCK : status!.size
  return { inode: inodeOf(path), mode, size, blockBytes: FILE_BLOCK }
}

function factsOfOpen({ host }: SystemCall, file: OpenFile, index: number): Facts | number {
  if (file.kind === 'file') {
    const handle = fileHandle(host, index)
    const status = handle < 0 ? handle : statusOf(handle)
    return typeof status === 'number' ? status : factsOf({ path: file.path, status, readOnly: false })
  }
  if (file.kind === 'directory') return factsOf({ path: file.path, status: undefined, readOnly: false })
  return { inode: index + 1, mode: CHARACTER_DEVICE, size: 0, blockBytes: STREAM_BLOCK }
}

const AT_SYMLINK_NOFOLLOW = 0x100
const AT_EMPTY_PATH = 0x1000

/** What arguments 0 (directory) and 1 (path) name, by flags; an error number otherwise. */
function factsNamed(call: SystemCall, flags: number): Facts | number {
  const path = call.argument(1) === 0n && (flags & AT_EMPTY_PATH) !== 0 ? '' : pathAt(call, call.argument(1))
  if (typeof path === 'number') return path
  if (path === '') return (flags & AT_EMPTY_PATH) === 0 ? -ENOENT : factsOfDescriptor(call)
  const base = baseOf(call, call.int(0), path)
  if (typeof base === 'number') return base
  const walked = walk(call.host, base, path, { follows: (flags & AT_SYMLINK_NOFOLLOW) === 0 })
  if (typeof walked === 'number') return walked
  using found = walked
  return factsOf(found)
}

function factsOfDescriptor(call: SystemCall): Facts | number {
  const open = fileOf(call.host.files, call.int(0))
  return open === undefined ? -EBADF : factsOfOpen(call, open.file, open.index)
}

const blocksOf = ({ size }: Facts): number => Math.ceil(size / BLOCK)

/** The generic layout of `struct stat` of 64-bit systems, the one that newlib uses on RV32 too. */
function writeStat({ hart }: SystemCall, address: bigint, facts: Facts | number): number {
  if (typeof facts === 'number') return facts
  const stat = guestBytes(hart, address, STAT_BYTES)
  if (stat === undefined) return -EFAULT
  const at = Number(address)
  const { view } = hart
  stat.fill(0)
  if (facts.mode !== CHARACTER_DEVICE) view.setBigUint64(at, BigInt(DEVICE), true)
  view.setBigUint64(at + 8, BigInt(facts.inode), true)
  view.setUint32(at + 16, facts.mode, true)
  view.setUint32(at + 20, 1, true) // links
  view.setUint32(at + 24, USER, true)
  view.setUint32(at + 28, USER, true)
  view.setBigUint64(at + 48, BigInt(facts.size), true)
  view.setUint32(at + 56, facts.blockBytes, true)
  view.setBigUint64(at + 64, BigInt(blocksOf(facts)), true)
  return 0
}

/** fstat(fd, buffer) */
export const fstat: SystemHandler = call => writeStat(call, call.argument(1), factsOfDescriptor(call))

/** newfstatat(directory, path, buffer, flags) */
export const newfstatat: SystemHandler = call => writeStat(call, call.argument(2), factsNamed(call, call.int(3)))

/** Type, mode, links, owners, inode, size, blocks; no times. */
const STATX_MASK = 0x71f

/** statx(directory, path, flags, mask, buffer) */
export const statx: SystemHandler = call => {
  const { hart, argument, int } = call
  if (int(3) < 0) return -EINVAL
  const facts = factsNamed(call, int(2))
  if (typeof facts === 'number') return facts
  const target = guestBytes(hart, argument(4), STATX_BYTES)
  if (target === undefined) return -EFAULT
  const at = Number(argument(4))
  const { view } = hart
  target.fill(0)
  view.setUint32(at, STATX_MASK, true)
  view.setUint32(at + 4, facts.blockBytes, true)
  view.setUint32(at + 16, 1, true) // links
  view.setUint32(at + 20, USER, true)
  view.setUint32(at + 24, USER, true)
  view.setUint16(at + 28, facts.mode, true)
  view.setBigUint64(at + 32, BigInt(facts.inode), true)
  view.setBigUint64(at + 40, BigInt(facts.size), true)
  view.setBigUint64(at + 48, BigInt(blocksOf(facts)), true)
  return 0
}
