/** Tells files apart that stood under one path one after the other. */
import { statSync } from 'node:fs'
import { basename, dirname } from 'node:path'

/** What was last seen under a path, and how often it has changed. */
const versions = new Map<string, { readonly stamp: string; readonly count: number }>()

/**
 * The name to load the file at absolute `path` by. The system's loader takes a name that it knows for the library that it loaded before, even
 * when another file has taken its place: each file that is seen there gets its own spelling of the path. Call it on one thread only.
 */
export function libraryName(path: string): string {
  const { ino, mtimeNs, ctimeNs, size } = statSync(path, { bigint: true })
  const stamp = [ino, mtimeNs, ctimeNs, size].join()
  const before = versions.get(path)
  const count = before === undefined ? 0 : before.stamp === stamp ? before.count : before.count + 1
  versions.set(path, { stamp, count })
  return `${dirname(path)}/${'./'.repeat(count)}${basename(path)}`
}
