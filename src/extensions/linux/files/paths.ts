/** Paths as system calls have them: where their text lies, and what they count from. */
import type { SystemCall } from '../call.ts'
import { EBADF, EFAULT, ENAMETOOLONG, ENOENT, ENOTDIR } from '../errno.ts'
import { fileOf, MOST_PATH } from './table.ts'
import { walk, type Found, type WalkOptions } from './walk.ts'

export const AT_FDCWD = -100

/** The text at an address; names that are no UTF-8 are no names of files. @returns an error number otherwise */
export function pathAt({ hart: { memory } }: SystemCall, address: bigint): string | number {
  if (address >= BigInt(memory.length)) return -EFAULT
  const from = Number(address)
  const most = memory.subarray(from, from + MOST_PATH)
  const length = most.indexOf(0)
  if (length < 0) return most.length < MOST_PATH ? -EFAULT : -ENAMETOOLONG
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(most.slice(0, length))
  } catch {
    return -ENOENT
  }
}

/** Where relative paths count from: the directory of a descriptor, or the guest's root. */
export function baseOf({ host }: SystemCall, fd: number, path: string): string | number {
  if (fd === AT_FDCWD || path.startsWith('/')) return '/'
  const open = fileOf(host.files, fd)
  if (open === undefined) return -EBADF
  return open.file.kind === 'directory' ? open.file.path : -ENOTDIR
}

/** Where the path that arguments `at` (directory) and `at` + 1 (text) say leads to. */
export function walkArguments(call: SystemCall, at: number, options?: WalkOptions): Found | number {
  const path = pathAt(call, call.argument(at + 1))
  if (typeof path === 'number') return path
  if (path === '') return -ENOENT
  const base = baseOf(call, call.int(at), path)
  return typeof base === 'number' ? base : walk(call.host, base, path, options)
}
