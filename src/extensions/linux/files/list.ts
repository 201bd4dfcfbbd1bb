/** getdents64: what is in a directory, in the order of the names' bytes. */
import { guestBytes, type SystemCall, type SystemHandler } from '../call.ts'
import { EBADF, EFAULT, EINVAL, ENOTDIR } from '../errno.ts'
import { list, type Kind } from './host-files.ts'
import { inodeOf } from './status.ts'
import { fileOf } from './table.ts'
import { walk } from './walk.ts'

interface Entry {
  readonly name: string
  readonly kind: Kind
}

const TYPES: Readonly<Record<Kind, number>> = { file: 8, directory: 4, link: 10, other: 0 }
const FIXED_BYTES = 19

const join = (path: string, name: string): string => (path === '/' ? `/${name}` : `${path}/${name}`)

/** Names of directories that the guest was given, or that lead there, right below a path. */
function given({ host }: SystemCall, path: string): Entry[] {
  const prefix = path === '/' ? '/' : `${path}/`
  const below = host.directories.filter(({ guest }) => guest.startsWith(prefix) && guest !== path)
  return [...new Set(below.map(({ guest }) => guest.slice(prefix.length).split('/')[0]!))].map(name => ({
    name,
    kind: 'directory',
  }))
}

function entriesOf(call: SystemCall, path: string): readonly Entry[] | number {
  const walked = walk(call.host, '/', path, { follows: false })
  if (typeof walked === 'number') return walked
  using found = walked
  if (found.status !== undefined && found.status.kind !== 'directory') return -ENOTDIR
  const own = found.handle === undefined ? [] : list(found.handle)
  if (typeof own === 'number') return own
  const dots: Entry[] = ['.', '..'].map(name => ({ name, kind: 'directory' }))
  const mounts = given(call, path)
  return [...dots, ...own.filter(({ name }) => !mounts.some(mount => mount.name === name)), ...mounts]
}

/** getdents64(fd, buffer, size) */
export const getdents64: SystemHandler = call => {
  const { hart, host, argument, int } = call
  const open = fileOf(host.files, int(0))
  if (open === undefined) return -EBADF
  const { file } = open
  if (file.kind !== 'directory') return -ENOTDIR
  const target = guestBytes(hart, argument(1), argument(2))
  if (target === undefined) return -EFAULT
  const entries = entriesOf(call, file.path)
  if (typeof entries === 'number') return entries
  let used = 0
  while (file.offset < entries.length) {
    const { name, kind } = entries[file.offset]!
    const text = Buffer.from(name)
    const bytes = Math.ceil((FIXED_BYTES + text.length + 1) / 8) * 8
    if (used + bytes > target.length) return used === 0 ? -EINVAL : used
    const at = Number(argument(1)) + used
    target.fill(0, used, used + bytes)
    hart.view.setBigUint64(at, BigInt(inodeOf(join(file.path, name))), true)
    hart.view.setBigUint64(at + 8, BigInt(file.offset + 1), true)
    hart.view.setUint16(at + 16, bytes, true)
    hart.view.setUint8(at + 18, TYPES[kind])
    target.set(text, used + FIXED_BYTES)
    used += bytes
    file.offset++
  }
  return used
}
