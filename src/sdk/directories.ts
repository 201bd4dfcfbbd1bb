/** Directories for a run's guest: found when the run begins, and fit for what executes it. */
import { RvrError } from '../errors.ts'
import { findDirectories, type Directory, type GuestDirectory } from '../extensions/linux/files/directories.ts'
import type { SessionGuest } from '../run/session-state.ts'

/** @throws RvrError `USAGE` */
export function directoriesFor(
  { abi, mode }: Pick<SessionGuest, 'abi' | 'mode'>,
  given: readonly GuestDirectory[] = [],
): readonly Directory[] | undefined {
  if (given.length === 0) return undefined
  if (abi.name !== 'linux')
    throw new RvrError('USAGE', `directories are for guests of ABI linux, and this one has ABI ${abi.name}`, {
      hint: 'Load the guest with ABI linux, or give it no directory.',
    })
  if (mode.goesBack === true) checkReadOnly(given, `mode ${mode.name} executes parts of a guest again`)
  return findDirectories(given)
}

/** What runs twice would find what it has written. @throws RvrError `USAGE` */
export function checkReadOnly(given: readonly GuestDirectory[] = [], why: string): void {
  const written = given.find(({ readOnly }) => readOnly !== true)
  if (written !== undefined)
    throw new RvrError('USAGE', `the guest may write to ${written.host}, but ${why}`, {
      hint: 'Give the directory for reading alone: HOST:GUEST:ro, readOnly in the SDK.',
      details: { path: written.host },
    })
}
