/** Who could have put a file where it is: only the user and root may. */
import { readFileSync, type Stats } from 'node:fs'

/** Owner that the system shows for users who have no number in this user namespace. */
const OVERFLOW_UID = 65_534
const ALL_USERS = 4_294_967_295

const own = process.getuid?.()
let overflowIsRoot: boolean | undefined

/**
 * In a container without root's number, directories of the host's root belong to the overflow user; whose they are
 * cannot be told there.
 */
function isOverflow(uid: number): boolean {
  if (uid !== OVERFLOW_UID) return false
  try {
    overflowIsRoot ??= !readFileSync('/proc/self/uid_map', 'utf8')
      .trim()
      .split('\n')
      .some(line => Number(line.trim().split(/\s+/)[2]) === ALL_USERS)
  } catch {
    overflowIsRoot = false
  }
  return overflowIsRoot
}

/** Is `uid` the user or root? Always true where the system has no such numbers. */
export function isTrusted(uid: number): boolean {
  return own === undefined || uid === own || uid === 0
}

/** Why a file or directory of the store cannot be trusted; undefined when it can. A link's mode says nothing. */
export function unsafety(stats: Stats): string | undefined {
  if (own === undefined) return undefined
  if (!isTrusted(stats.uid)) return `belongs to another user (uid ${stats.uid}, you are ${own})`
  if (!stats.isSymbolicLink() && (stats.mode & 0o022) !== 0)
    return `can be written by other users (mode ${(stats.mode & 0o777).toString(8)})`
  return undefined
}

/** Why somebody else could replace what lies in a directory on the way to the cache; undefined when nobody can. */
export function replaceability(stats: Stats): string | undefined {
  if (own === undefined) return undefined
  if (!isTrusted(stats.uid) && !isOverflow(stats.uid))
    return `belongs to another user (uid ${stats.uid}, you are ${own})`
  // in a sticky directory only owners remove things
  if (stats.isSymbolicLink() || (stats.mode & 0o1000) !== 0) return undefined
  const others = (stats.mode & 0o002) !== 0 || ((stats.mode & 0o020) !== 0 && !isPrivateGroup(stats.gid))
  return others ? `can be written by other users (mode ${(stats.mode & 0o7777).toString(8)})` : undefined
}

/** The fields of the lines of one of the system's tables. */
function table(path: string): string[][] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .map(line => line.split(':'))
}

/**
 * Is everybody who is known to be in the group the user or root? Many systems give each user such a group and let it
 * write.
 */
function isPrivateGroup(gid: number): boolean {
  try {
    const users = table('/etc/passwd')
      .filter(([name, , uid]) => name !== '' && uid !== undefined)
      .map(([name, , uid, group]) => ({ name: name!, uid: Number(uid), group: Number(group) }))
    const group = table('/etc/group').find(([, , id]) => id !== undefined && id !== '' && Number(id) === gid)
    if (group === undefined) return false
    const listed = (group[3] ?? '').split(',').filter(name => name !== '')
    const members = [
      ...listed.map(name => users.find(user => user.name === name)?.uid),
      ...users.filter(user => user.group === gid).map(user => user.uid),
    ]
    return members.every(uid => uid !== undefined && isTrusted(uid))
  } catch {
    return false
  }
}
