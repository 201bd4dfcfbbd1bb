/** An advisory file lock of the operating system (flock): it goes away with the process that holds it. */
import { closeSync, fstatSync, rmSync, statSync } from 'node:fs'
import { openForAppending } from './durable.ts'

const LOCK_EX = 2
const LOCK_NB = 4

export interface FileLock {
  release(): void
}

let flock: Promise<((fd: number, operation: number) => boolean | undefined) | undefined> | undefined

/**
 * flock(2) from the C library that Node itself runs on: true for success, false when another holds the lock, undefined
 * for no such service. koffi is loaded here only: a hit needs no lock.
 */
async function loadFlock(): Promise<((fd: number, operation: number) => boolean | undefined) | undefined> {
  try {
    const { default: koffi } = await import('../koffi.ts')
    const call = koffi.load(null).func('int flock(int fd, int operation)')
    const { EAGAIN, EINTR } = koffi.os.errno
    return (fd, operation) => {
      if (call(fd, operation) === 0) return true
      return koffi.errno() === EAGAIN || koffi.errno() === EINTR ? false : undefined
    }
  } catch {
    return undefined
  }
}

function isSameFile(fd: number, path: string): boolean {
  try {
    const open = fstatSync(fd)
    const named = statSync(path)
    return open.ino === named.ino && open.dev === named.dev
  } catch {
    return false
  }
}

/**
 * Takes the lock on the file `path` if nobody holds it; undefined when somebody does, 'unavailable' where files cannot
 * be locked. The file is removed with the lock, so that locks leave nothing behind. Node opens files close-on-exec: no
 * child inherits the lock.
 */
export async function tryLock(path: string): Promise<FileLock | undefined | 'unavailable'> {
  flock ??= loadFlock()
  const call = await flock
  if (call === undefined) return 'unavailable'
  let fd: number
  try {
    fd = openForAppending(path)
  } catch {
    return 'unavailable'
  }
  const taken = call(fd, LOCK_EX | LOCK_NB)
  // The holder before may have removed the file between our opening and locking it: then the lock is on nothing, try
  // again later.
  if (taken === true && isSameFile(fd, path)) {
    return {
      release: () => {
        try {
          rmSync(path, { force: true })
        } catch {
          // the file stays; whoever takes the lock next removes it
        } finally {
          closeSync(fd)
        }
      },
    }
  }
  closeSync(fd)
  return taken === undefined ? 'unavailable' : undefined
}
