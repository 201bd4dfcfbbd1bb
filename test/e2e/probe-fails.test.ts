/** A compiler that does not say what the CPU is: nothing is cached, it is said once, and the result is right. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeToolchain } from '../../src/toolchain/toolchain.ts'
import { answer, fibonacci, filesIn, perform, scratch } from './support.ts'

const right = { outcome: 'terminated', publicValues: answer }

/** The host's compiler, which answers the question for the macros of a CPU with `answers`. */
async function compilerThatAnswers(answers: string, file: string): Promise<void> {
  const { cc } = await describeToolchain()
  await writeFile(
    file,
    `#!/bin/sh\ncase "$*" in *-march=*-dM*|*-mcpu=*-dM*) ${answers} ;; esac\nexec ${cc.path} "$@"\n`,
    { mode: 0o755 },
  )
}

test.each([
  ['prints nothing', 'exit 0'],
  ['is killed', 'kill -9 $$'],
])('the probe %s', async (_, answers) => {
  const directory = await scratch()
  const cacheDir = join(directory, 'cache')
  const cc = join(directory, 'probed-cc')
  await compilerThatAnswers(answers, cc)
  const first = await perform(fibonacci('pure', cacheDir, { cc }))
  expect(first).toMatchObject({ ...right, cache: { outcome: 'off' }, warnings: [expect.stringContaining(cc)] })
  expect(first.counts).toEqual({ uncacheable: 1, build: 1 })
  expect(first.stages).toEqual(['lift', 'codegen', 'compile'])
  // No entry, no mapping, and nothing remembered: the next process asks again.
  expect(await filesIn(cacheDir, /^v1\/(artifacts|inputs|toolchain)\/./)).toEqual([])
})

test('nothing of it stays: the next run with the same files builds again, and one with a working probe is cached', async () => {
  const directory = await scratch()
  const cacheDir = join(directory, 'cache')
  const cc = join(directory, 'probed-cc')
  await compilerThatAnswers('exit 1', cc)
  for (let again = 0; again < 2; again++)
    expect(await perform(fibonacci('pure', cacheDir, { cc }))).toMatchObject({
      ...right,
      cache: { outcome: 'off' },
      counts: { uncacheable: 1, build: 1 },
    })
  await compilerThatAnswers(':', cc)
  const cached = await perform(fibonacci('pure', cacheDir, { cc }))
  expect(cached).toMatchObject({ ...right, cache: { outcome: 'miss' }, counts: { build: 1, publish: 1 }, warnings: [] })
  // A hit needs the same answer: one that fails now is not served from what was stored.
  await compilerThatAnswers('exit 1', cc)
  expect(await perform(fibonacci('pure', cacheDir, { cc }))).toMatchObject({
    ...right,
    cache: { outcome: 'off' },
    counts: { uncacheable: 1, build: 1 },
  })
})
