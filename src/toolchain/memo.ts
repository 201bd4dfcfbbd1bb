/** Remembers on disk what a toolchain turned out to be, so that a warm process starts no program to find out. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Changes with the shape or the meaning of what is remembered. */
const SCHEMA = 2

/** What has to be unchanged for a file to count as the same one. Numbers are decimal text: they exceed 2^53. */
export interface FileStamp {
  readonly path: string
  readonly size: string
  readonly modifiedNs: string
  readonly inode: string
}

interface Memo {
  readonly schema: number
  readonly question: readonly string[]
  readonly files: readonly FileStamp[]
  readonly answer: unknown
}

/**
 * The state of a file now: to be taken before its program is asked or its contents are read, so that what changes
 * meanwhile makes the answer stale.
 */
export function stampOf(path: string): FileStamp {
  const { size, mtimeNs, ino } = statSync(path, { bigint: true })
  return { path, size: String(size), modifiedNs: String(mtimeNs), inode: String(ino) }
}

function isCurrent(stamp: FileStamp): boolean {
  const now = stampOf(stamp.path)
  return now.size === stamp.size && now.modifiedNs === stamp.modifiedNs && now.inode === stamp.inode
}

function fileOf(directory: string, question: readonly string[]): string {
  return join(directory, `${createHash('sha256').update(JSON.stringify(question)).digest('hex')}.json`)
}

/**
 * The remembered answer; undefined when there is none, a file changed since, or the memo is damaged. `question` is
 * everything but files that decides the answer.
 */
export function recall(directory: string, question: readonly string[]): unknown {
  try {
    const memo = JSON.parse(readFileSync(fileOf(directory, question), 'utf8')) as Memo
    const matches =
      memo.schema === SCHEMA &&
      JSON.stringify(memo.question) === JSON.stringify(question) &&
      memo.files.length > 0 &&
      memo.files.every(isCurrent)
    return matches ? memo.answer : undefined
  } catch {
    return undefined // absent, unreadable or garbage: all mean that the programs have to be asked again
  }
}

/** Remembers `answer` as long as `files` stay as they are. Failing to is harmless and silent. */
export function remember(
  directory: string,
  question: readonly string[],
  files: readonly FileStamp[],
  answer: unknown,
): void {
  const memo: Memo = { schema: SCHEMA, question, files, answer }
  keep(fileOf(directory, question), JSON.stringify(memo))
}

/** Writes a file whole or not at all, for its owner alone. Failing to is harmless and silent. */
export function keep(path: string, content: string | Uint8Array): void {
  const staged = `${path}.${randomBytes(6).toString('hex')}`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(staged, content, { mode: 0o600 })
    renameSync(staged, path)
  } catch {
    rmSync(staged, { force: true })
  }
}
