/** What the host has open for a guest: files of this process, from their first use in a job to the job's end. */
import { RvrError } from '../../../errors.ts'
import { ESTALE } from '../errno.ts'
import type { LinuxHost } from '../host.ts'
import { close, reopen, statusOf, type Failure } from './host-files.ts'
import { releaseRoots } from './roots.ts'
import type { OpenFile, Stamp } from './table.ts'
import { walk } from './walk.ts'

/** By their place in the guest's table; a failure stays one. */
type Handles = Map<number, number | Failure>

/** A host state lives on one thread at a time, and is another object on the next. */
const known = new WeakMap<LinuxHost, Handles>()

function handlesOf(host: LinuxHost): Handles {
  let handles = known.get(host)
  if (handles === undefined) known.set(host, (handles = new Map()))
  return handles
}

/** Somebody has opened the file at this place of the guest's table. */
export function keepHandle(host: LinuxHost, index: number, handle: number): void {
  handlesOf(host).set(index, handle)
}

/** The handle of an open file; opened again where an earlier job let go of it. */
export function fileHandle(host: LinuxHost, index: number): number | Failure {
  const files = handlesOf(host)
  const there = files.get(index)
  if (there !== undefined) return there
  const handle = openAgain(host, host.files.open[index]!)
  files.set(index, handle)
  return handle
}

export function closeFile(host: LinuxHost, index: number): void {
  const files = handlesOf(host)
  const handle = files.get(index)
  files.delete(index)
  if (handle !== undefined && handle >= 0) close(handle)
}

function stampOf(handle: number): Stamp | undefined {
  const status = statusOf(handle)
  return typeof status === 'number' ? undefined : { size: status.size, changed: `${status.changed}` }
}

/** The file of that name, if it is the one that was let go of and nobody has changed it. */
function openAgain(host: LinuxHost, { path, flags, stamp }: OpenFile): number | Failure {
  const found = walk(host, '/', path, { follows: false })
  if (typeof found === 'number') return -ESTALE
  using place = found
  const { handle, status, readOnly } = place
  if (handle === undefined || status?.kind !== 'file' || (flags !== 0 && readOnly)) return -ESTALE
  if (stamp !== undefined && (stamp.size !== status.size || stamp.changed !== `${status.changed}`)) return -ESTALE
  return reopen(handle, flags)
}

/** Closes everything, and remembers how files looked. */
export function releaseFiles(host: LinuxHost): void {
  for (const [index, handle] of known.get(host) ?? []) {
    const file = host.files.open[index]
    if (handle >= 0 && file != null) file.stamp = stampOf(handle)
  }
  closeAll(host)
}

function closeAll(host: LinuxHost): void {
  for (const handle of known.get(host)?.values() ?? []) if (handle >= 0) close(handle)
  known.delete(host)
  releaseRoots(host)
}

/**
 * Looks whether the files that a saved run has open are there as it left them.
 *
 * @throws RvrError `STATE_REFUSED`
 */
export function resumeFiles(host: LinuxHost): void {
  try {
    for (const [index, file] of host.files.open.entries()) {
      if (file === null || file.path === '') continue
      const failure = file.kind === 'file' ? fileHandle(host, index) : directoryFailure(host, file)
      if (failure >= 0) continue
      const what = file.kind === 'file' ? 'file' : 'directory'
      const message = `the guest has the ${what} ${file.path} open, which is not there, or not as it was then`
      throw new RvrError('STATE_REFUSED', message, {
        hint: 'Give the directories that the run was started with (--dir), and leave their files as they were.',
        details: { reason: 'files', file: file.path },
      })
    }
  } finally {
    closeAll(host)
  }
}

function directoryFailure(host: LinuxHost, { path }: OpenFile): Failure {
  const found = walk(host, '/', path, { follows: false })
  if (typeof found === 'number') return found
  using place = found
  return place.status === undefined || place.status.kind === 'directory' ? 0 : -ESTALE
}
