/** The host's files by handles of directories: one name at a time, and no link is followed. */
import fs from 'node:fs'

/** Such a handle stands for a file without opening it, and /proc/self/fd leads to that very file. */
const O_PATH = 0x20_0000
const { O_APPEND, O_CREAT, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK } = fs.constants

/** The error number of what went wrong, negative. */
export type Failure = number

/** Errors of the system as numbers; others are defects. */
function attempt<T>(work: () => T): T | Failure {
  try {
    return work()
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException
    if (typeof errno !== 'number' || errno >= 0) throw error
    return errno
  }
}

/** A path to the file that a handle stands for: the system does not look at any name for it. */
export const pathOf = (handle: number): string => `/proc/self/fd/${handle}`
const within = (directory: number, name: string): string => `${pathOf(directory)}/${name}`

/** A handle for what has this name in a directory, a link itself if it is one. @returns handle, or failure */
export const find = (directory: number, name: string): number | Failure =>
  attempt(() => fs.openSync(within(directory, name), O_PATH | O_NOFOLLOW))

/** A handle for a directory of the user's choice, by any path. */
export const findRoot = (path: string): number | Failure => attempt(() => fs.openSync(path, O_PATH))

/** Opens the regular file of a handle anew. `flags`: access mode and O_APPEND alone. */
export const reopen = (handle: number, flags: number): number | Failure =>
  attempt(() => fs.openSync(pathOf(handle), flags | O_NONBLOCK | O_NOCTTY))

/** Makes a regular file; fails where anything has the name, a link that leads nowhere too. */
export const make = (directory: number, name: string, flags: number, mode: number): number | Failure =>
  attempt(() => fs.openSync(within(directory, name), (flags & ~O_APPEND) | O_CREAT | O_EXCL | O_NOFOLLOW, mode))

export const makeDirectory = (directory: number, name: string, mode: number): void | Failure =>
  attempt(() => fs.mkdirSync(within(directory, name), { mode }))
/** Takes the name away, of a link the link's own. */
export const remove = (directory: number, name: string): void | Failure =>
  attempt(() => fs.unlinkSync(within(directory, name)))
export const removeDirectory = (directory: number, name: string): void | Failure =>
  attempt(() => fs.rmdirSync(within(directory, name)))
/** The text of a link: nobody has followed it. */
export const linkText = (directory: number, name: string): string | Failure =>
  attempt(() => fs.readlinkSync(within(directory, name)))

export type Kind = 'file' | 'directory' | 'link' | 'other'

export interface Status {
  readonly kind: Kind
  readonly size: number
  /** Nanoseconds. */
  readonly changed: bigint
  readonly device: bigint
  readonly inode: bigint
}

function kindOf(stats: fs.BigIntStats): Kind {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'directory'
  return stats.isSymbolicLink() ? 'link' : 'other'
}

export const statusOf = (handle: number): Status | Failure =>
  attempt(() => {
    const stats = fs.fstatSync(handle, { bigint: true })
    const { size, mtimeNs, dev, ino } = stats
    return { kind: kindOf(stats), size: Number(size), changed: mtimeNs, device: dev, inode: ino }
  })

/**
 * File systems whose files are no files but a way into the kernel or into processes: proc, sysfs, cgroups, devpts,
 * debugfs, tracefs, securityfs, bpf, configfs, pstore, efivarfs, binfmt_misc, selinux, smack, nsfs, mqueue, fusectl.
 */
const SPECIAL: ReadonlySet<number> = new Set([
  0x9fa0, 0x62656572, 0x27e0eb, 0x63677270, 0x1cd1, 0x64626720, 0x74726163, 0x73636673, 0xcafe4a11, 0x62656570,
  0x6165676c, 0xde5e81e4, 0x42494e4d, 0xf97cff8c, 0x43415d53, 0x6e736673, 0x19800202, 0x65735543,
])

/** Is the file on a file system that is none? What cannot be found out is special. */
export function isSpecial(handle: number): boolean {
  const type = attempt(() => fs.statfsSync(pathOf(handle)).type)
  return type < 0 || SPECIAL.has(type >>> 0)
}

export const close = (handle: number): void => {
  attempt(() => fs.closeSync(handle))
}
export const readAt = (handle: number, target: Uint8Array, position: number): number | Failure =>
  attempt(() => fs.readSync(handle, target, 0, target.length, position))
export const writeAt = (handle: number, source: Uint8Array, position: number): number | Failure =>
  attempt(() => fs.writeSync(handle, source, 0, source.length, position))
export const truncate = (handle: number, length: number): void | Failure =>
  attempt(() => fs.ftruncateSync(handle, length))
export const synchronise = (handle: number): void | Failure => attempt(() => fs.fsyncSync(handle))
/** Names in a directory with their kinds, in the order of their bytes. */
export const list = (handle: number): readonly { readonly name: string; readonly kind: Kind }[] | Failure =>
  attempt(() =>
    fs
      .readdirSync(pathOf(handle), { withFileTypes: true })
      .map(entry => ({ name: entry.name, kind: kindOf(entry as unknown as fs.BigIntStats) }))
      .toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))),
  )
