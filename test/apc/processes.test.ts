/** Candidates of several processes: one makes them, and one that is killed leaves them whole or not at all. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCache } from '../../src/store/cache.ts'
import { main } from '../support/program.ts'
import { temporaryDirectory } from '../store/sample.ts'
import { smallGuest } from './candidates/small-guest.ts'

async function place() {
  const directory = await temporaryDirectory()
  const guest = join(directory, 'guest.elf')
  writeFileSync(guest, smallGuest())
  return { guest, cacheDir: join(directory, 'cache') }
}

/** Nothing but candidates is made: without a profile no guest runs. */
function generating({ guest, cacheDir }: Awaited<ReturnType<typeof place>>) {
  const choices = ['--pgo', 'none', '--no-remote-cache', '--no-project', '--cache-dir', cacheDir]
  const child = spawn(process.execPath, [main, 'apc', 'generate', guest, ...choices, '--json', '-v'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  return { child, said, ended: once(child, 'close') as Promise<[number | null]> }
}

test('two processes build candidates once, and tell the same', async () => {
  const where = await place()
  const both = [generating(where), generating(where)]
  expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([
    [0, null],
    [0, null],
  ])
  const answers = both.map(({ said }) => JSON.parse(said.stdout))
  expect(answers.map(({ cache }) => cache.outcome).toSorted()).toEqual(['hit', 'miss'])
  expect(answers[0].candidates).toEqual(answers[1].candidates)
  const cache = await openCache({ cacheDir: where.cacheDir, environment: {} })
  expect(await cache.stats()).toMatchObject({ build: 1, publish: 1 })
})

test.each(['cache build', 'building candidates', 'publishing'])(
  'killed when it says "%s", a process leaves nothing that is half there',
  async moment => {
    const where = await place()
    const { child, said, ended } = generating(where)
    child.stderr.on('data', () => {
      if (said.stderr.includes(moment)) child.kill('SIGKILL')
    })
    await ended
    const cache = await openCache({ cacheDir: where.cacheDir, environment: {} })
    const stored = await cache.list()
    expect(stored.length).toBeLessThan(2)
    for (const step of await cache.verify()) expect(step).toMatchObject({ repaired: 0 })
    const again = generating(where)
    expect(await again.ended).toEqual([0, null])
    const { cache: report, candidates } = JSON.parse(again.said.stdout)
    expect([report.outcome, candidates.length]).toEqual([stored.length === 1 ? 'hit' : 'miss', 3])
  },
)
