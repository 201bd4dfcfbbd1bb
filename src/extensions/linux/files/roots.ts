/** Handles of the directories that a guest was given, from their first use in a job to the job's end. */
import { ESTALE } from '../errno.ts'
import type { LinuxHost } from '../host.ts'
import { close, findRoot, statusOf, type Failure } from './host-files.ts'

/** By their place. A host state lives on one thread at a time, and is another object on the next. */
const known = new WeakMap<LinuxHost, Map<number, number>>()

/** The handle of a directory that the guest was given, as long as it is the one that was found first. */
export function rootHandle(host: LinuxHost, index: number): number | Failure {
  let roots = known.get(host)
  if (roots === undefined) known.set(host, (roots = new Map()))
  const there = roots.get(index)
  if (there !== undefined) return there
  const { host: path, device, inode } = host.directories[index]!
  const handle = findRoot(path)
  if (handle < 0) return -ESTALE
  const status = statusOf(handle)
  if (typeof status === 'number' || status.device !== device || status.inode !== inode) {
    close(handle)
    return -ESTALE
  }
  roots.set(index, handle)
  return handle
}

export function releaseRoots(host: LinuxHost): void {
  for (const handle of known.get(host)?.values() ?? []) close(handle)
  known.delete(host)
}
