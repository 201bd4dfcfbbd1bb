/** Entries in use: one process finds and loads while another evicts all there is. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import type { Counts } from '../../src/store/counters.ts'
import { temporaryDirectory } from './sample.ts'

const ROUNDS = 300

function start(program: string, ...args: string[]): { end: () => void; counts: Promise<Counts> } {
  const child = spawn(process.execPath, [join(import.meta.dirname, program), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const counts = Promise.all([text(child.stdout), once(child, 'close')]).then(([output, [status]]) => {
    expect(status).toBe(0)
    return JSON.parse(output) as Counts
  })
  return { end: () => child.stdin.end(), counts }
}

it('nothing is hurt between finding and loading, in hundreds of rounds', async () => {
  const directory = await temporaryDirectory()
  const cache = join(directory, 'cache')
  const library = join(directory, 'answer.so')
  await writeFile(join(directory, 'answer.c'), 'int answer(void) { return 42; }\n')
  execFileSync('gcc', ['-shared', '-fPIC', '-o', library, join(directory, 'answer.c')])
  const evictor = start('evictor.ts', cache)
  const readers = await Promise.all([
    start('evicted-reader.ts', cache, library, String(ROUNDS)).counts,
    start('evicted-reader.ts', cache, library, String(ROUNDS)).counts,
  ])
  evictor.end()
  const evictions = (await evictor.counts)['evicted']!
  for (const counts of readers)
    expect(Object.keys(counts).filter(name => /quarantined|failed|degraded|damaged|changed/.test(name))).toEqual([])
  // Both happened, often: entries that were found, and entries that had gone meanwhile.
  expect(evictions).toBeGreaterThan(ROUNDS / 10)
  expect(readers.reduce((sum, counts) => sum + counts['hit']!, 0)).toBeGreaterThan(0)
  expect(await readdir(join(cache, 'v1/staging'))).toEqual([])
  expect(await readdir(join(cache, 'v1/quarantine'))).toEqual([])
})
