/** Code is generated on a thread of its own: the same code, its errors, its end, and a main thread that stays free. */
import { readFileSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { noEvents, type RvrEvent } from '../../../../src/events.ts'
import { addMode, modeNamed, modes } from '../../../../src/modes/registry.ts'
import { profileOf } from '../../../../src/profile/counts.ts'
import type { Compilation } from '../../../../src/stages/library/compilation.ts'
import { generateInto } from '../../../../src/stages/library/generator/generate.ts'
import { Generators } from '../../../../src/stages/library/generator/generators.ts'
import type { Generated } from '../../../../src/stages/library/generator/order.ts'
import { generateProject, orderOf } from '../../../../src/stages/library/project.ts'
import type { WrittenFile, WrittenProject } from '../../../../src/stages/make/written.ts'
import { fixture } from '../../../run/support.ts'
import { temporaryDirectory } from '../../../store/sample.ts'
import { compilationOf, compilers, contentsOf, largeGuest } from './support.ts'

beforeAll(async () => {
  for (const name of ['thread', 'failing']) await addMode(new URL(`./${name}-mode.ts`, import.meta.url).href)
})

const received = (files: WrittenFile[]) => (more: readonly WrittenFile[]) => {
  files.push(...more)
}

/** As the pipeline does it. */
async function byThread(compilation: Compilation, directory: string): Promise<WrittenProject> {
  return (await generateProject(compilation, { directory, receive: async () => {} })).project
}

/** On this thread. */
async function inPlace(compilation: Compilation, directory: string): Promise<WrittenProject> {
  const files: WrittenFile[] = []
  const listener = { events: noEvents, receive: received(files) }
  const { units } = await generateInto(orderOf(compilation, directory), compilation.request, listener)
  return { files, units }
}

/** One order of a set that share a thread. */
function ordered(generators: Generators, compilation: Compilation, signal?: AbortSignal): Promise<Generated> {
  const listener = { events: noEvents, receive: () => {}, signal }
  return generators.generate(orderOf(compilation, undefined), compilation.request, listener)
}

interface Case {
  readonly mode: string
  readonly stress?: 'paths'
  /** Cut where names of functions say so, and with counts of earlier runs. */
  readonly isStable?: true
}

describe.each(Object.keys(compilers))('for %s', compiler => {
  /** One thread for all cases. */
  const generators = new Generators()
  afterAll(() => generators.close())
  const cases: Case[] = [
    ...modes.map(({ name }) => ({ mode: name })),
    { mode: 'pure', stress: 'paths' },
    { mode: 'metered', isStable: true },
  ]
  test.each(cases)('the thread writes what this one would: %o', async ({ mode, stress, isStable }) => {
    const { image } = (await compilationOf('ecrecover')).request
    const stable = {
      units: { size: 100, stableFrom: 1, least: 50, most: 100, oneIn: 2 },
      profile: profileOf(image, new Map([[image.entry, 7]])),
    }
    const compilation = await compilationOf(
      'ecrecover',
      { mode: modeNamed(mode), ...(isStable && stable) },
      { toolchain: compilers[compiler]!, options: { stress }, generators },
    )
    const [one, other] = [await temporaryDirectory(), await temporaryDirectory()]
    const written = await byThread(compilation, one)
    expect(written).toEqual(await inPlace(compilation, other))
    expect(written.files.some(({ text }) => text !== undefined)).toBe(isStable === true)
    const contents = await contentsOf(one)
    expect(contents).toEqual(await contentsOf(other))
    expect(Object.keys(contents)).toEqual(written.files.map(({ path }) => path).toSorted())
  })
})

test('nothing of a guest is planned or written on the main thread but what is tiny', async () => {
  const places = /on the main thread: (true|false)/g
  const said = async (guest: string): Promise<Set<string>> => {
    const directory = await temporaryDirectory()
    await byThread(await compilationOf(guest, { mode: modeNamed('thread') }), directory)
    return new Set([...JSON.stringify(await contentsOf(directory)).matchAll(places)].map(([, where]) => where!))
  }
  expect(await said('ecrecover')).toEqual(new Set(['false']))
  expect(await said('fibonacci')).toEqual(new Set(['true']))
})

test('the event loop turns while a large guest is lifted and its code is generated', async () => {
  let turns = 0
  let isOver = false
  const turn = (): void => {
    turns++
    if (!isOver) setImmediate(turn)
  }
  const at = new Map<string, number>()
  const events = (event: RvrEvent): void => {
    if (event.type === 'stage') at.set(`${event.stage} ${event.state}`, turns)
  }
  const compilation = await compilationOf(largeGuest(), {}, { events })
  const directory = await temporaryDirectory()
  turn()
  const { files } = await byThread(compilation, directory)
  isOver = true
  const between = (stage: string): number => at.get(`${stage} done`)! - at.get(`${stage} start`)!
  // On this thread it would not turn once while the guest is lifted, and once for each file at most behind that.
  expect(between('lift')).toBeGreaterThan(10)
  expect(between('codegen')).toBeGreaterThan(10 * files.length)
})

test('a file of many megabytes reaches the thread whole', async () => {
  const code = readFileSync(fixture('ecrecover', 64))
  const data = Uint8Array.from({ length: 9_000_000 }, (_, index) => index % 251)
  const compilation = await compilationOf(Buffer.concat([code, data]))
  expect((await ordered(compilation.services.generators, compilation)).units).toContain('unit_000.c')
})

test('modes of a guest that are compiled at once or later share what was lifted', async () => {
  const generators = new Generators()
  const all = await Promise.all(
    modes.map(async mode => ordered(generators, await compilationOf('kitchen-sink', { mode }))),
  )
  expect(all.map(({ lifts }) => lifts)).toEqual(all.map(() => 1))
  expect((await ordered(generators, await compilationOf('ecrecover'))).lifts).toBe(2)
  expect((await ordered(generators, await compilationOf('kitchen-sink'))).lifts).toBe(2)
  await generators.close()
})

test('a thread that nobody needs ends, and what it knew with it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const generators = new Generators()
    const [one, other] = [await compilationOf('ecrecover'), await compilationOf('kitchen-sink')]
    await ordered(generators, one)
    vi.advanceTimersByTime(2000)
    expect((await ordered(generators, other)).lifts).toBe(2)
    vi.advanceTimersByTime(2000)
    expect((await ordered(generators, one)).lifts).toBe(2)
    vi.advanceTimersByTime(3000)
    expect((await ordered(generators, one)).lifts).toBe(1)
    await generators.close()
  } finally {
    vi.useRealTimers()
  }
})

describe('aborted', () => {
  const aborted = { code: 'ABORTED', message: 'generating code was aborted', cause: 'enough' }

  test.each(['lift', 'codegen'])('at the start of stage %s, nothing is written any more', async stage => {
    const controller = new AbortController()
    const events = (event: RvrEvent): void => {
      if (event.type === 'stage' && event.stage === stage) controller.abort('enough')
    }
    const compilation = await compilationOf(largeGuest(), { signal: controller.signal }, { events })
    const directory = await temporaryDirectory()
    await expect(byThread(compilation, directory)).rejects.toMatchObject(aborted)
    await rm(directory, { recursive: true })
    const again = await compilationOf('kitchen-sink', {}, { generators: compilation.services.generators })
    await byThread(again, await temporaryDirectory())
    await expect(readdir(directory)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('one of two, the other goes on', async () => {
    const generators = new Generators()
    const controller = new AbortController()
    const given = { generators }
    const ends = await compilationOf(largeGuest(), { signal: controller.signal }, given)
    const stays = await compilationOf('kitchen-sink', {}, given)
    const [one, other] = [await temporaryDirectory(), await temporaryDirectory()]
    const ending = byThread(ends, one)
    const staying = byThread(stays, other)
    controller.abort('enough')
    await expect(ending).rejects.toMatchObject(aborted)
    await expect(staying).resolves.toMatchObject({ units: expect.arrayContaining(['unit_000.c']) as string[] })
    await generators.close()
  })

  test('both of two', async () => {
    const generators = new Generators()
    const controller = new AbortController()
    const given = { generators }
    const request = { signal: controller.signal }
    const both = [
      await compilationOf(largeGuest(), request, given),
      await compilationOf('kitchen-sink', request, given),
    ]
    const calls = both.map(async compilation => byThread(compilation, await temporaryDirectory()))
    setImmediate(() => controller.abort('enough'))
    for (const call of await Promise.allSettled(calls))
      expect(call).toMatchObject({ status: 'rejected', reason: aborted })
    expect((await ordered(generators, await compilationOf('ecrecover'))).lifts).toBe(1)
    await generators.close()
  })

  test('before it begins, it starts nothing', async () => {
    const compilation = await compilationOf('kitchen-sink', { signal: AbortSignal.abort('enough') })
    await expect(byThread(compilation, await temporaryDirectory())).rejects.toMatchObject(aborted)
  })

  test('while it writes for its user, it leaves whole files', async () => {
    const controller = new AbortController()
    const emitDirectory = await temporaryDirectory()
    const events = (event: RvrEvent): void => {
      if (event.type === 'stage' && event.stage === 'codegen' && event.state === 'done') controller.abort('enough')
    }
    const compilation = await compilationOf('kitchen-sink', { signal: controller.signal, emitDirectory }, { events })
    const directory = await temporaryDirectory()
    await byThread(compilation, directory).catch(() => {})
    const whole = await contentsOf(directory)
    expect(whole).toMatchObject(await contentsOf(emitDirectory))
  })
})

describe('what fails there arrives here', () => {
  async function failure(fault: string, generators = new Generators()): Promise<unknown> {
    const { machine } = (await compilationOf('ecrecover')).request
    const request = { mode: modeNamed('failing'), machine: { ...machine, name: fault } }
    const compilation = await compilationOf('ecrecover', request, { generators })
    return byThread(compilation, await temporaryDirectory()).catch((error: unknown) => error)
  }

  test("an error of a mode's own", async () => {
    const error = await failure('plain')
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ message: 'no code for this guest', cause: { message: 'it is Tuesday' } })
    expect((error as Error).stack).toContain('failing-mode.ts')
  })

  test('an error of rvr, and what cannot be cloned as its text', async () => {
    expect(await failure('own')).toMatchObject({
      name: 'RvrError',
      code: 'CONFIG_INVALID',
      message: 'not on Tuesdays',
      hint: 'Wait.',
      details: { day: 2 },
      cause: { message: '[object Object]' },
    })
  })

  test('the death of the thread, and the next order has a new one', async () => {
    const generators = new Generators()
    expect(await failure('exit', generators)).toMatchObject({ code: 'WORKER_FAILED' })
    expect((await ordered(generators, await compilationOf('ecrecover'))).lifts).toBe(1)
  })

  test('bytes that are no longer those of the guest', async () => {
    const compilation = await compilationOf('ecrecover')
    compilation.request.image.file[compilation.request.image.file.length - 1]! ^= 1
    await expect(byThread(compilation, await temporaryDirectory())).rejects.toMatchObject({ code: 'INTERNAL' })
  })

  test('an extension whose module has other instructions by now', async () => {
    const path = join(await temporaryDirectory(), 'extension.mjs')
    const put = (match: number): Promise<void> => {
      const row = { kind: 'host', name: 'own.hint', format: 'R', mask: 0xfe00707f, match }
      const rows = JSON.stringify([row])
      return writeFile(path, `export default { name: 'own', rows: ${rows}, handlers: { 'own.hint': () => ({}) } }`)
    }
    await put(0x5b)
    const compilation = await compilationOf('ecrecover', {}, { load: { extensions: [path] } })
    await put(0x105b)
    await expect(byThread(compilation, await temporaryDirectory())).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await put(0x5b)
    await compilation.services.generators.close()
    await byThread(compilation, await temporaryDirectory())
  })

  test('a directory that cannot be written', async () => {
    const compilation = await compilationOf('ecrecover')
    await expect(byThread(compilation, '/dev/null/project')).rejects.toMatchObject({
      code: 'IO',
      details: { path: '/dev/null/project' },
      cause: { message: expect.stringContaining('ENOTDIR') as string },
    })
  })

  test('what the receiver throws', async () => {
    const compilation = await compilationOf('ecrecover')
    const receive = async (): Promise<void> => {
      throw new Error('no room')
    }
    const directory = await temporaryDirectory()
    await expect(generateProject(compilation, { directory, receive })).rejects.toThrow('no room')
  })
})
