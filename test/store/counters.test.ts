/** Counters survive many writers, garbage and folding. */
import { readdir, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { countOutcome, foldCounters, readCounters } from '../../src/store/counters.ts'
import { temporaryDirectory } from './sample.ts'

it('adds up', async () => {
  const directory = await temporaryDirectory()
  for (const counter of ['hit', 'hit', 'miss'] as const) countOutcome(directory, counter)
  expect(readCounters(directory)).toEqual({ hit: 2, miss: 1 })
})

it('folds logs that were set aside, once', async () => {
  const directory = await temporaryDirectory()
  for (let round = 0; round < 3; round++) countOutcome(directory, 'hit')
  await rename(join(directory, 'log'), join(directory, 'log.1'))
  countOutcome(directory, 'miss')
  expect(await foldCounters(directory)).toBe(0)
  await utimes(join(directory, 'log.1'), 1000, 1000)
  expect(await foldCounters(directory)).toBe(1)
  expect(readCounters(directory)).toEqual({ hit: 3, miss: 1 })
  expect(await foldCounters(directory)).toBe(0)
  expect(readCounters(directory)).toEqual({ hit: 3, miss: 1 })
})

it('does not count a folded log twice that could not be deleted', async () => {
  const directory = await temporaryDirectory()
  await writeFile(join(directory, 'log.1'), 'hit\n')
  await writeFile(join(directory, 'totals.json'), JSON.stringify({ counts: { hit: 1 }, folded: ['log.1'] }))
  expect(readCounters(directory)).toEqual({ hit: 1 })
})

it('sets a large log aside', async () => {
  const directory = await temporaryDirectory()
  await writeFile(join(directory, 'log'), 'hit\n'.repeat(300_000))
  countOutcome(directory, 'hit')
  countOutcome(directory, 'hit')
  expect((await readdir(directory)).filter(name => name.startsWith('log.'))).toHaveLength(1)
  expect(readCounters(directory)).toEqual({ hit: 300_002 })
})

it('ignores garbage and missing directories', async () => {
  const directory = await temporaryDirectory()
  await writeFile(join(directory, 'log'), 'hit\n\0\0garbage!\nhi')
  await writeFile(join(directory, 'totals.json'), '[')
  expect(readCounters(directory)['hit']).toBe(1)
  countOutcome('/nonexistent', 'hit')
  expect(readCounters('/nonexistent')).toEqual({})
})
