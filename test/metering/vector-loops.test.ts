/** Loops that C compilers vectorise keep what they hold in vector registers across checks, also those that look at the limits and change the row counts. */
import { readFileSync } from 'node:fs'
import { expect, inject, test } from 'vitest'
import { Rvr } from '../../src/index.ts'
import { kernel, load } from './guests.ts'
import type { ModeName } from '../../src/index.ts'

const { kernels } = JSON.parse(
  readFileSync(new URL('../../cache-fixtures/guests/expected.json', import.meta.url), 'utf8'),
) as { kernels: Record<string, Record<string, string>> }

/** What each compiler vectorises for each CPU. */
test.each([
  ['sieve', undefined, undefined],
  ['matmul', 'gcc', 'x86-64-v3'],
] as const)('%s, %s, %s', async (name, cc, targetCpu) => {
  await using rvr = await Rvr.create({
    cacheDir: inject('sharedCache'),
    ...(cc && { cc }),
    ...(targetCpu && { targetCpu }),
  })
  const subject = kernel(64, name)
  const guest = await load(rvr, subject)
  const found: unknown[] = []
  for (const mode of ['metered', 'metered-cost']) {
    let printed = ''
    using run = await (
      await guest.compile(mode as ModeName)
    ).execute({
      ...subject.options,
      onPrint: (_stream, bytes) => {
        printed += Buffer.from(bytes).toString('latin1')
      },
    })
    expect(printed, mode).toContain(kernels[name]!['1'])
    found.push([run.instret, run.cost])
  }
  expect(found[0]).toEqual(found[1])
})
