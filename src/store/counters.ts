/** Named cache outcomes, counted across processes: one appended line per outcome, folded into totals now and then. */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { openForAppending } from './durable.ts'
import { tryLock } from './lock.ts'

/**
 * - `input-hit` the input key led to an artifact key · `input-miss` it did not · `hit` an entry was found whole ·
 *   `miss` it was not
 * - `publish` an entry was stored · `publish-lost-race` another process had stored it · `publish-failed` it could not
 *   be stored
 * - `quarantined` a damaged entry was moved away · `mapping-damaged` an input mapping was garbage · `mapping-changed`
 *   one input key led to two artifacts
 * - `build` something had to be made · `build-failed` the compiler reported an error · `lock-wait` another builder was
 *   waited for · `lock-unavailable` the file system has no locks
 * - `remote-hit` an artifact came from the remote cache · `remote-miss` it had none · `remote-unsigned` not one with
 *   the right signature · `remote-refused` not one that fits
 * - `remote-error` it did not answer as it should · `remote-skipped` it was left alone after failures · `remote-put` an
 *   artifact was stored there · `remote-put-failed` it was not
 * - `object-hit` a compiled C file was found, and not compiled again · `object-miss` it was not · `object-publish`
 *   one was stored · `object-evicted` one had to go for a limit
 * - `evicted` an entry had to go for a limit · `swept` a leftover was removed · `maintenance-failed` neither could be
 *   done
 * - `degraded` the cache directory could not be used as it should · `uncacheable` nobody could say what something is
 *   made from, or that changed meanwhile
 */
export type Counter =
  | 'input-hit'
  | 'input-miss'
  | 'hit'
  | 'miss'
  | 'publish'
  | 'publish-lost-race'
  | 'publish-failed'
  | 'quarantined'
  | 'mapping-damaged'
  | 'mapping-changed'
  | 'build'
  | 'build-failed'
  | 'lock-wait'
  | 'lock-unavailable'
  | 'degraded'
  | 'uncacheable'
  | 'evicted'
  | 'swept'
  | 'maintenance-failed'
  | 'object-hit'
  | 'object-miss'
  | 'object-publish'
  | 'object-evicted'
  | 'remote-hit'
  | 'remote-miss'
  | 'remote-unsigned'
  | 'remote-refused'
  | 'remote-error'
  | 'remote-skipped'
  | 'remote-put'
  | 'remote-put-failed'

export type Counts = Readonly<Record<string, number>>

const LOG = 'log'
const TOTALS = 'totals.json'
/** A log that has grown to this many bytes is set aside for folding. */
const LOG_LIMIT_BYTES = 1 << 20
/**
 * A log set aside may still be written by a process that had it open; nobody holds it open this long, in milliseconds.
 */
const SETTLED_MS = 60_000

/** Counts one outcome, so many times. Losing a count to a full or read-only disk is accepted. */
export function countOutcome(directory: string, counter: Counter, times = 1): void {
  try {
    const log = openForAppending(join(directory, LOG))
    try {
      writeSync(log, `${counter}\n`.repeat(times))
      if (fstatSync(log).size > LOG_LIMIT_BYTES)
        renameSync(join(directory, LOG), join(directory, `${LOG}.${Date.now()}.${randomBytes(4).toString('hex')}`))
    } finally {
      closeSync(log)
    }
  } catch {
    // statistics never get in the way
  }
}

function add(counts: Map<string, number>, log: string): void {
  for (const line of log.split('\n')) if (/^[a-z-]+$/.test(line)) counts.set(line, (counts.get(line) ?? 0) + 1)
}

interface Totals {
  readonly counts: Record<string, number>
  /** Logs that are already in `counts` but may not have been deleted. */
  readonly folded: readonly string[]
}

function readTotals(directory: string): Totals {
  try {
    const { counts, folded } = JSON.parse(readFileSync(join(directory, TOTALS), 'utf8')) as Partial<Totals>
    const numbers = Object.entries(counts ?? {}).filter(([, count]) => typeof count === 'number')
    return { counts: Object.fromEntries(numbers), folded: Array.isArray(folded) ? folded : [] }
  } catch {
    return { counts: {}, folded: [] } // none yet, or garbage: counting starts again
  }
}

function logsIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter(name => name === LOG || name.startsWith(`${LOG}.`))
      .toSorted()
  } catch {
    return []
  }
}

function readLog(directory: string, name: string): string {
  try {
    return readFileSync(join(directory, name), 'utf8')
  } catch {
    return ''
  }
}

/** All outcomes so far, by name. */
export function readCounters(directory: string): Counts {
  const { counts: totals, folded } = readTotals(directory)
  const counts = new Map(Object.entries(totals))
  for (const name of logsIn(directory)) if (!folded.includes(name)) add(counts, readLog(directory, name))
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Folds logs that were set aside into the totals; returns how many. Does nothing while another process folds. */
export async function foldCounters(directory: string): Promise<number> {
  const lock = await tryLock(join(directory, 'lock'))
  if (lock === undefined || lock === 'unavailable') return 0
  try {
    const { counts: totals, folded } = readTotals(directory)
    for (const name of folded) rmSync(join(directory, name), { force: true })
    const settled = logsIn(directory).filter(
      name => name !== LOG && statSync(join(directory, name)).mtimeMs < Date.now() - SETTLED_MS,
    )
    if (settled.length === 0 && folded.length === 0) return 0
    const counts = new Map(Object.entries(totals))
    for (const name of settled) add(counts, readLog(directory, name))
    const staged = join(directory, `${TOTALS}.new`)
    writeFileSync(staged, JSON.stringify({ counts: Object.fromEntries(counts), folded: settled }), { mode: 0o600 })
    renameSync(staged, join(directory, TOTALS))
    for (const name of settled) rmSync(join(directory, name), { force: true })
    return settled.length
  } finally {
    lock.release()
  }
}
