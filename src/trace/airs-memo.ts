/** What lists of AIRs came to, in the cache: to read it takes a tenth of what elaborating a machine's list does. */
import { createHash } from 'node:crypto'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import type { AirMemo, Listed } from '../air/listed.ts'
import { generatorDigest } from '../stages/library/generator-digest.ts'
import { openStored } from '../store/open-file.ts'
import { keep } from '../toolchain/memo.ts'
import { version } from '../version.ts'

/** A line with a digest of question and content stands in front of the content. */
const TITLE = 'rvr airs 1 '
const HEADER_BYTES = TITLE.length + 64 + 1
/** Other things are remembered in the same folder. */
const PREFIX = 'airs-'
/** Machines that rvr ships, with and without extensions, and some of their earlier versions. */
const MOST_FILES = 8
/** A larger set is elaborated every time. */
const LIMIT_BYTES = 16 << 20

const hashed = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** What decides the answer besides the files: the code that elaborates them, too. */
const wholeQuestion = (question: readonly string[]): string => JSON.stringify([version, generatorDigest(), question])

const pathOf = (directory: string, question: string): string => join(directory, `${PREFIX}${hashed(question)}`)

const header = (question: string, content: Uint8Array): string => `${TITLE}${hashed(question, '\n', content)}\n`

/** Parts that polynomials share are shared in what was remembered, too. */
function recall(directory: string, asked: readonly string[]): Listed | undefined {
  try {
    const question = wholeQuestion(asked)
    using file = openStored(pathOf(directory, question))
    if (file.bytes > HEADER_BYTES + LIMIT_BYTES) return undefined
    const bytes = Buffer.alloc(file.bytes)
    file.read(bytes, 0)
    const content = bytes.subarray(HEADER_BYTES)
    const isWhole = bytes.toString('latin1', 0, HEADER_BYTES) === header(question, content)
    return isWhole ? (deserialize(content) as Listed) : undefined
  } catch {
    return undefined // absent, of another user, or garbage: the list is elaborated again
  }
}

function remember(directory: string, asked: readonly string[], listed: Listed): void {
  try {
    const question = wholeQuestion(asked)
    const content = serialize(listed)
    if (content.length > LIMIT_BYTES) return
    keep(pathOf(directory, question), Buffer.concat([Buffer.from(header(question, content)), content]))
    removeOldest(directory)
  } catch {
    // Polynomials may be deeper than what can be written; another process may remove the same files.
  }
}

function removeOldest(directory: string): void {
  const files = readdirSync(directory).filter(name => name.startsWith(PREFIX))
  if (files.length <= MOST_FILES) return
  const byAge = files
    .map(name => ({ path: join(directory, name), time: statSync(join(directory, name)).mtimeMs }))
    .toSorted((a, b) => b.time - a.time)
  for (const { path } of byAge.slice(MOST_FILES)) rmSync(path, { force: true })
}

/** @param directory where the cache keeps such things; undefined where it keeps none */
export function airMemo(directory: string | undefined): AirMemo | undefined {
  if (directory === undefined) return undefined
  return {
    recall: question => recall(directory, question),
    remember: (question, listed) => remember(directory, question, listed),
  }
}
