/** What a guest has open, as plain data: descriptors, and what they are of, which several descriptors may share. */
import * as v from 'valibot'

/** A file as it was when the host last let go of it: size in bytes, nanoseconds of its last change. */
export interface Stamp {
  readonly size: number
  readonly changed: string
}

export interface OpenFile {
  readonly kind: 'stdin' | 'stdout' | 'stderr' | 'file' | 'directory'
  /** The guest's name of it, from its root, without links or dots; empty for the streams. */
  readonly path: string
  /** Access mode and O_APPEND. */
  flags: number
  /** Next byte; in directories the next entry. */
  offset: number
  stamp?: Stamp | undefined
}

export interface Descriptor {
  /** Place in `open`. */
  readonly file: number
  closesOnExec: boolean
}

export interface FileTable {
  readonly open: (OpenFile | null)[]
  readonly descriptors: (Descriptor | null)[]
  /** Bytes that the guest has written to files so far, and names that it has made. */
  written: number
  made: number
}

/** Descriptors that a guest may have at once. */
export const MOST_DESCRIPTORS = 256
/** Bytes of a path. */
export const MOST_PATH = 4096

export const READ_ONLY = 0
export const WRITE_ONLY = 1
export const READ_WRITE = 2
export const ACCESS = 3
export const APPEND = 0x400

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const path = v.pipe(v.string(), v.maxLength(MOST_PATH), v.regex(/^(\/[^\0]*)?$/))
const open = v.nullable(
  v.strictObject({
    kind: v.picklist(['stdin', 'stdout', 'stderr', 'file', 'directory']),
    path,
    flags: v.pipe(
      count,
      v.check(flags => (flags & ~(ACCESS | APPEND)) === 0 && (flags & ACCESS) !== ACCESS),
    ),
    offset: count,
    stamp: v.optional(v.strictObject({ size: count, changed: v.pipe(v.string(), v.regex(/^-?\d{1,20}$/)) })),
  }),
)
const descriptor = v.nullable(v.strictObject({ file: count, closesOnExec: v.boolean() }))
/** As saved runs have it. */
export const SavedFiles = v.pipe(
  v.strictObject({
    open: v.pipe(v.array(open), v.maxLength(MOST_DESCRIPTORS)),
    descriptors: v.pipe(v.array(descriptor), v.maxLength(MOST_DESCRIPTORS)),
    written: count,
    made: count,
  }),
  v.check(
    ({ open, descriptors }) =>
      descriptors.every(each => each === null || open[each.file] != null) &&
      open.every((file, index) => file === null || descriptors.some(each => each?.file === index)),
    'descriptors and open files do not fit together',
  ),
)

export function standardFiles(): FileTable {
  const stream = (kind: OpenFile['kind'], flags: number): OpenFile => ({ kind, path: '', flags, offset: 0 })
  return {
    open: [stream('stdin', READ_ONLY), stream('stdout', WRITE_ONLY), stream('stderr', WRITE_ONLY)],
    descriptors: [0, 1, 2].map(file => ({ file, closesOnExec: false })),
    written: 0,
    made: 0,
  }
}

/** An open file and its place. */
export interface Open {
  readonly file: OpenFile
  readonly index: number
}

/** What a descriptor is of; undefined: it is none. */
export function fileOf({ open, descriptors }: FileTable, fd: number): Open | undefined {
  const index = descriptors[fd]?.file
  const file = index === undefined ? undefined : open[index]
  return index === undefined || file == null ? undefined : { file, index }
}

/** The least number from `least` on that is free; undefined: the guest has as many as it may. */
export function freeDescriptor({ descriptors }: FileTable, least = 0): number | undefined {
  for (let fd = least; fd < MOST_DESCRIPTORS; fd++) if (descriptors[fd] == null) return fd
  return undefined
}

/** Gives a descriptor to a file; numbers in between are free. */
export function setDescriptor({ descriptors }: FileTable, fd: number, descriptor: Descriptor): void {
  while (descriptors.length < fd) descriptors.push(null)
  descriptors[fd] = descriptor
}

/** The place of a file that has just been opened. */
export function addFile({ open }: FileTable, file: OpenFile): number {
  const free = open.indexOf(null)
  const index = free < 0 ? open.length : free
  open[index] = file
  return index
}

/** Takes a descriptor away; the place of its file, where that was the last one. */
export function removeDescriptor({ open, descriptors }: FileTable, fd: number): number | undefined {
  const index = descriptors[fd]!.file
  descriptors[fd] = null
  if (descriptors.some(other => other?.file === index)) return undefined
  open[index] = null
  return index
}

export const isReadable = ({ flags }: OpenFile): boolean => (flags & ACCESS) !== WRITE_ONLY
export const isWritable = ({ flags }: OpenFile): boolean => (flags & ACCESS) !== READ_ONLY
