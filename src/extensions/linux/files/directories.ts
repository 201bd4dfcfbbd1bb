/** The directories of this machine that a guest may use, as the user gives them and as the guest sees them. */
import { resolve } from 'node:path'
import { posix } from 'node:path'
import { RvrError } from '../../../errors.ts'
import { close, findRoot, isSpecial, statusOf } from './host-files.ts'

/** A directory for a guest of ABI `linux`. */
export interface GuestDirectory {
  /** Its path on this machine. */
  readonly host: string
  /** Its path in the guest; default: `host`, read from the guest's root. */
  readonly guest?: string | undefined
  /** The guest can change nothing in it; default false. */
  readonly readOnly?: boolean | undefined
}

/** The same, found: plain data. */
export interface Directory {
  /** Absolute path. */
  readonly host: string
  /** Absolute path without dots or double slashes; `/` is the guest's root. */
  readonly guest: string
  readonly readOnly: boolean
  /** The very directory, whatever takes its name later. */
  readonly device: bigint
  readonly inode: bigint
}

/** Directories that a guest may be given. */
const MOST_DIRECTORIES = 64

/** @throws RvrError `USAGE`: no directory, one of a file system that is none, two for one path of the guest */
export function findDirectories(given: readonly GuestDirectory[]): Directory[] {
  if (given.length > MOST_DIRECTORIES)
    throw new RvrError('USAGE', `${given.length} directories for the guest, wanted at most ${MOST_DIRECTORIES}`, {
      hint: 'Give a directory that holds several of them.',
    })
  const found = given.map(findDirectory)
  const twice = found.find(({ guest }, index) => found.findIndex(other => other.guest === guest) !== index)
  if (twice !== undefined)
    throw new RvrError('USAGE', `two directories are ${twice.guest} to the guest`, {
      hint: 'Say where in the guest each of them is: HOST:GUEST.',
    })
  return found
}

function findDirectory({ host, guest = host, readOnly = false }: GuestDirectory): Directory {
  const path = resolve(host)
  const refuse = (why: string, hint = 'Give the path of a directory.'): RvrError =>
    new RvrError('USAGE', `directory ${path} for the guest: ${why}`, { hint, details: { path } })
  if (guest.includes('\0') || host.includes('\0')) throw refuse('its path has a zero byte')
  const handle = findRoot(path)
  if (handle < 0) throw refuse('it cannot be found')
  try {
    const status = statusOf(handle)
    if (typeof status === 'number' || status.kind !== 'directory') throw refuse('it is no directory')
    if (isSpecial(handle))
      throw refuse('its files lead into the system or into processes', 'Give a directory with files of your own.')
    const { device, inode } = status
    // A path that ends in a slash is the one without it.
    const inGuest = posix.resolve('/', guest)
    return { host: path, guest: inGuest, readOnly, device, inode }
  } finally {
    close(handle)
  }
}
