/** Where a guest's path leads: never out of the directories that it was given. */
import { EACCES, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR } from '../errno.ts'
import type { LinuxHost } from '../host.ts'
import { close, find, isSpecial, linkText, statusOf, type Failure, type Status } from './host-files.ts'
import { rootHandle } from './roots.ts'

const MOST_LINKS = 40
const MOST_DEPTH = 64
const MOST_NAME_BYTES = 255

/** A directory on the way: in one that the guest was given (`root` is its place), or above these. */
interface Step {
  readonly path: string
  readonly handle: number | undefined
  readonly root: number | undefined
  readonly isOwned: boolean
}

/** What a path leads to; handles are closed when it is disposed. */
export interface Found extends Disposable {
  /** From the guest's root, without links and dots. */
  readonly path: string
  /** May the guest write there? */
  readonly readOnly: boolean
  /** Undefined above the directories that the guest was given: these have parents of no substance. */
  readonly handle: number | undefined
  /** Undefined: there is nothing of that name, or it is of no substance. */
  readonly status: Status | undefined
  /** The directory that it lies in, and its name there; undefined for directories that the guest was given. */
  readonly parent: { readonly handle: number; readonly name: string } | undefined
}

export interface WalkOptions {
  /** Where the last name is a link: what that leads to (default), or the link itself. */
  readonly follows?: boolean
  /** The last name need not be there. */
  readonly mayBeAbsent?: boolean
}

const join = (parent: string, name: string): string => (parent === '/' ? `/${name}` : `${parent}/${name}`)
/** Names in reverse: the next one is the last. A slash at the end asks for a directory, as `.` does. */
const namesOf = (path: string): string[] => `${path}${path.endsWith('/') ? '.' : ''}`.split('/').reverse()

/** The directories on the way, from the guest's root on; handles are closed when it is disposed. */
class Way {
  readonly #host: LinuxHost
  readonly #steps: Step[] = []

  constructor(host: LinuxHost) {
    this.#host = host
  }

  get here(): Step {
    return this.#steps.at(-1)!
  }

  get isTooLong(): boolean {
    return this.#steps.length >= MOST_DEPTH
  }

  /** Begins at the guest's root. @returns a failure, or 0 */
  begin(): Failure {
    this.release()
    const root = this.given('/')
    if (typeof root === 'number') return root
    this.enter(root!)
    return 0
  }

  enter(step: Step): void {
    this.#steps.push(step)
  }

  /** Back to the directory before this one: the root is its own. */
  back(): void {
    if (this.#steps.length === 1) return
    const { handle, isOwned } = this.#steps.pop()!
    if (isOwned) close(handle!)
  }

  /** The directory that the guest was given for this path, or one above it; undefined: neither. */
  given(path: string): Step | Failure | undefined {
    const { directories } = this.#host
    const root = directories.findIndex(({ guest }) => guest === path)
    if (root >= 0) {
      const handle = rootHandle(this.#host, root)
      return handle < 0 ? handle : { path, handle, root, isOwned: false }
    }
    const isAbove = path === '/' || directories.some(({ guest }) => guest.startsWith(`${path}/`))
    return isAbove ? { path, handle: undefined, root: undefined, isOwned: false } : undefined
  }

  readonly release = (): void => {
    for (const { handle, isOwned } of this.#steps.splice(0)) if (isOwned) close(handle!)
  }

  found(step: Pick<Step, 'path' | 'handle' | 'root'>, rest: Pick<Found, 'status' | 'parent'>): Found {
    const { path, handle, root } = step
    const readOnly = root === undefined || this.#host.directories[root]!.readOnly
    return { path, handle, readOnly, ...rest, [Symbol.dispose]: this.release }
  }
}

/**
 * Each name is looked up in the handle of the directory before it, so it does not matter who renames what meanwhile:
 * there is no way to a directory but through its parents, from one that the guest was given. Links are read, and walked
 * like any other path of the guest's; `..` goes back the way that was come.
 *
 * @param base the guest's path that `path` counts from
 */
export function walk(host: LinuxHost, base: string, path: string, options: WalkOptions = {}): Found | Failure {
  const way = new Way(host)
  const begun = way.begin()
  const end =
    begun < 0 ? begun : walkNames(way, [...namesOf(path), ...(path.startsWith('/') ? [] : namesOf(base))], options)
  if (typeof end === 'number') way.release()
  return end
}

/** @param names in reverse; links put their own there */
function walkNames(way: Way, names: string[], { follows = true, mayBeAbsent = false }: WalkOptions): Found | Failure {
  let links = 0
  while (names.length > 0) {
    const name = names.pop()!
    if (name === '' || name === '.') continue
    if (name === '..') {
      way.back()
      continue
    }
    const { here } = way
    const isLast = names.length === 0
    if (Buffer.byteLength(name) > MOST_NAME_BYTES || way.isTooLong) return -ENAMETOOLONG
    const at = join(here.path, name)
    const given = way.given(at)
    if (typeof given === 'number') return given
    if (given !== undefined && (given.root !== undefined || here.handle === undefined)) {
      way.enter(given)
      continue
    }
    if (here.handle === undefined) return -ENOENT
    const parent = { handle: here.handle, name }
    const handle = find(here.handle, name)
    if (handle === -ENOENT && given !== undefined) {
      // A directory that the guest was given lies further down, in one that is not there.
      way.enter(given)
      continue
    }
    if (handle === -ENOENT && isLast && mayBeAbsent)
      return way.found({ path: at, handle: undefined, root: here.root }, { status: undefined, parent })
    if (handle < 0) return handle
    way.enter({ path: at, handle, root: here.root, isOwned: true })
    const status = statusOf(handle)
    if (typeof status === 'number') return status
    if (status.kind === 'link' && (follows || !isLast)) {
      way.back()
      const text = linkText(here.handle, name)
      if (typeof text === 'number') return text
      if (++links > MOST_LINKS) return -ELOOP
      if (text === '') return -ENOENT
      for (const each of namesOf(text)) names.push(each)
      const failure = text.startsWith('/') ? way.begin() : 0
      if (failure < 0) return failure
      continue
    }
    if (status.kind !== 'link' && isSpecial(handle)) return -EACCES
    if (isLast) return way.found(way.here, { status, parent })
    if (status.kind !== 'directory') return -ENOTDIR
  }
  // The path ends in a dot, in two, or in a directory that the guest was given.
  const { here } = way
  const status = here.handle === undefined ? undefined : statusOf(here.handle)
  return typeof status === 'number' ? status : way.found(here, { status, parent: undefined })
}
