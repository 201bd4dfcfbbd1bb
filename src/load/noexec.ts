/** May code be run from a place? File systems can be mounted so that it may not. */
import { closeSync, openSync, readFileSync } from 'node:fs'

/** The options of a mount in the text of /proc/self/mountinfo: `36 35 98:0 / /mnt rw,noexec - ext4 …`. */
export function mountOptions(mountinfo: string, id: string): readonly string[] {
  const line = mountinfo.split('\n').find(text => text.startsWith(`${id} `))
  return line?.split(' ')[5]?.split(',') ?? []
}

/** Is `path` on a file system that is mounted noexec? False where nobody can tell. */
export function isNoexec(path: string): boolean {
  try {
    const fd = openSync(path, 'r')
    try {
      const id = /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1]
      return id !== undefined && mountOptions(readFileSync('/proc/self/mountinfo', 'utf8'), id).includes('noexec')
    } finally {
      closeSync(fd)
    }
  } catch {
    return false
  }
}
