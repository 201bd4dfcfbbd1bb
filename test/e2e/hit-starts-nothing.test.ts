/** A hit starts no program, lifts nothing and generates nothing, and the mapping's lookups are counted. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Rvr } from '../../src/index.ts'
import { describeToolchain } from '../../src/toolchain/toolchain.ts'
import { answer, fibonacci, perform, scratch, type Report } from './support.ts'

const preload = `--import=${new URL('note-starts.ts', import.meta.url).href}`
const work = ['lift', 'codegen', 'compile', 'link', 'publish']

interface Seen extends Report {
  /** Programs that rvr's process started. */
  readonly started: readonly string[]
  /** Tools that noted their start themselves, whoever started them. */
  readonly tools: readonly string[]
}

/** A place whose compiler and make note that they were started, then do what the host's own do. */
async function place(): Promise<{
  directory: string
  cc: string
  cacheDir: string
  run: (mode: string) => Promise<Seen>
}> {
  const directory = await scratch()
  const bin = join(directory, 'bin')
  const starts = join(directory, 'starts')
  const noted = join(directory, 'tools')
  const cacheDir = join(directory, 'cache')
  await mkdir(bin)
  const { cc, make } = await describeToolchain()
  // It says that it is the compiler itself: of one that is a script nobody would know without asking.
  const isItself = 'case "$*" in *-###*) echo " \\"$0\\"" >&2; exit ;; esac'
  for (const tool of [cc, make])
    await writeFile(
      join(bin, basename(tool.path)),
      `#!/bin/sh\n${tool === cc ? isItself : ''}\necho ${basename(tool.path)} >> "${noted}"\nexec ${tool.path} "$@"\n`,
      { mode: 0o755 },
    )
  const lines = (file: string): string[] => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [])
  return {
    directory,
    cacheDir,
    cc: join(bin, basename(cc.path)),
    async run(mode) {
      for (const file of [starts, noted]) await rm(file, { force: true })
      const report = await perform(fibonacci(mode, cacheDir), {
        environment: {
          PATH: `${bin}:${process.env['PATH']}`,
          RVR_CC: join(bin, basename(cc.path)),
          NODE_OPTIONS: preload,
          RVR_TEST_STARTS: starts,
        },
      })
      expect(report).toMatchObject({ outcome: 'terminated', publicValues: answer, warnings: [] })
      return { ...report, started: lines(starts), tools: lines(noted) }
    },
  }
}

function expectNothing(seen: Seen, first: Seen): void {
  expect(seen.cache).toEqual({ ...first.cache, outcome: 'hit' })
  expect(seen.counts).toEqual({ 'input-hit': 1, hit: 1 })
  expect(seen.stages.filter(stage => work.includes(stage))).toEqual([])
}

describe.each(['pure', 'metered'])('mode %s', mode => {
  test('a miss starts tools and is counted, a hit starts none', async () => {
    const { cc, cacheDir, run } = await place()
    const first = await run(mode)
    expect(first.started).toContain(cc)
    expect(first.tools).toEqual(expect.arrayContaining([basename(cc), 'make']))
    expect(first.counts).toMatchObject({ 'input-miss': expect.any(Number), build: 1, publish: 1 })
    expect(first.counts).not.toHaveProperty('input-hit')
    for (let again = 0; again < 2; again++) {
      const hit = await run(mode)
      expectNothing(hit, first)
      expect([hit.started, hit.tools]).toEqual([[], []])
    }
    await using rvr = await Rvr.create({ cacheDir })
    expect(await rvr.cache.stats()).toMatchObject({ 'input-hit': 2, hit: 2, build: 1, publish: 1 })
  })
})

test('when nothing is remembered of the tools they are asked, once, and nothing is generated', async () => {
  const { cc, cacheDir, run } = await place()
  const first = await run('pure')
  const forget: readonly (() => Promise<void>)[] = [
    () => rm(join(cacheDir, 'v1/toolchain'), { recursive: true }),
    () => utimes(cc, 1, 1),
  ]
  for (const change of forget) {
    await change()
    const asked = await run('pure')
    expectNothing(asked, first)
    expect(asked.started).toContain(cc)
    const hit = await run('pure')
    expectNothing(hit, first)
    expect([hit.started, hit.tools]).toEqual([[], []])
  }
})
