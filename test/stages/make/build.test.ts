/** A project that is compiled while it is written: what make starts on early, what it makes at the end, and how it ends early. */
import { existsSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Project, ProjectFile } from '../../../src/codegen/project.ts'
import { Build } from '../../../src/stages/make/build.ts'
import { write } from '../../../src/stages/make/written.ts'
import { openCache } from '../../../src/store/cache.ts'
import { JobSlots } from '../../../src/toolchain/job-slots.ts'
import { describeToolchain } from '../../../src/toolchain/toolchain.ts'
import { recorder, sampleProject, temporaryDirectory } from '../../store/sample.ts'
import { PATIENCE_MS } from '../../support/patience.ts'

const toolchain = await describeToolchain()
const { events, sink } = recorder()
const cache = await openCache({ cacheDir: false })

function project(units: readonly string[]): Project {
  const makefile = {
    path: 'Makefile',
    content: readFileSync(new URL('../../../templates/project/Makefile', import.meta.url), 'utf8'),
  }
  const files = [
    makefile,
    ...sampleProject().files.filter(({ path }) => path === 'entry.c'),
    ...units.map((content, index) => ({ path: `unit_00${index}.c`, content })),
  ]
  return { files, units: files.filter(({ path }) => path.endsWith('.c')).map(({ path }) => path) }
}

function buildIn(directory: string, slots: JobSlots, signal?: AbortSignal): Build {
  return new Build({ directory, toolchain, makeArguments: [], cache, slots, events: sink, signal })
}

/** What a generator does: writes files and tells of them. */
async function add(build: Build, directory: string, files: readonly ProjectFile[]): Promise<void> {
  await build.add(await write(directory, files))
}

const functions = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `int f${index}(void) { return ${index}; }\n`)

test('make starts on the first units, and the library is the one that a single make would build', async () => {
  const whole = project(functions(4))
  const slots = new JobSlots(2)
  const [streamed, plain] = [await temporaryDirectory(), await temporaryDirectory()]
  {
    await using build = buildIn(streamed, slots)
    for (const file of whole.files) await add(build, streamed, [file])
    await expect
      .poll(async () => (await readdir(streamed)).filter(name => name.endsWith('.o')).toSorted(), {
        timeout: PATIENCE_MS,
      })
      .toEqual(['unit_000.o', 'unit_001.o'])
    await build.finish(whole)
  }
  expect(events.filter(event => event.type === 'object').at(-1)).toEqual({
    type: 'object',
    done: whole.units.length,
    planned: whole.units.length,
  })
  {
    await using build = buildIn(plain, slots)
    await add(build, plain, whole.files.slice(0, 3))
    await add(build, plain, whole.files.slice(3))
    await build.finish(whole)
  }
  expect(await readFile(join(streamed, 'guest.so'))).toEqual(await readFile(join(plain, 'guest.so')))
  using all = await slots.take(2)
  expect(all.count).toBe(2)
})

test('an early unit that does not compile is reported at the end, when all files are there', async () => {
  const whole = project(['int broken(void) { return nothing_here; }', ...functions(2)])
  const directory = await temporaryDirectory()
  await using build = buildIn(directory, new JobSlots(2))
  for (const file of whole.files) await add(build, directory, [file])
  await expect(build.finish(whole)).rejects.toMatchObject({
    code: 'COMPILE_FAILED',
    message: expect.stringContaining('nothing_here') as string,
  })
  expect((await readdir(directory)).filter(name => name.endsWith('.c'))).toHaveLength(whole.units.length)
})

test('aborted or given up early, it starts nothing more and gives its slots back', async () => {
  const whole = project(functions(3))
  const slots = new JobSlots(1)
  const controller = new AbortController()
  const directory = await temporaryDirectory()
  {
    await using build = buildIn(directory, slots, controller.signal)
    for (const file of whole.files) await add(build, directory, [file])
    controller.abort()
    await expect(build.finish(whole)).rejects.toMatchObject({ code: 'ABORTED' })
  }
  {
    const other = await temporaryDirectory()
    await using build = buildIn(other, slots)
    for (const file of whole.files) await add(build, other, [file])
  }
  using one = await slots.take(1)
  expect(one.count).toBe(1)
  expect(existsSync(join(directory, 'guest.so'))).toBe(false)
})
