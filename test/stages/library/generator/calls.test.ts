/** What comes from the generator's thread belongs to the call that ordered it, and the thread holds no process up. */
import { execFileSync } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import { Rvr, type RvrEvent } from '../../../../src/index.ts'
import { fixture } from '../../../run/support.ts'
import { temporaryDirectory } from '../../../store/sample.ts'

test('events of each call reach its own receiver, whoever had the thread started', async () => {
  await using rvr = await Rvr.create({ cacheDir: await temporaryDirectory(), remote: false })
  const guest = await rvr.load(fixture('ecrecover', 64))
  const failing = (mode: 'pure' | 'profile', stage: string) => {
    const heard: RvrEvent[] = []
    const onEvent = (event: RvrEvent): void => {
      heard.push(event)
      if (event.type === 'stage' && event.stage === stage) throw new Error(`${mode} at ${stage}`)
    }
    const call = guest.compile(mode, { onEvent }).catch((error: unknown) => error)
    return call.then(error => ({ error, heard }))
  }
  const both = await Promise.all([failing('pure', 'codegen'), failing('profile', 'lift')])
  both.push(await failing('profile', 'codegen'))
  for (const [index, text] of ['pure at codegen', 'profile at lift', 'profile at codegen'].entries())
    expect(both[index]!.error).toMatchObject({ code: 'CALLBACK_FAILED', cause: { message: text } })
  expect(both.map(({ heard }) => heard.filter(({ type }) => type === 'stage').length > 0)).toEqual([true, true, true])
})

test.each(['lift', 'codegen'])('a compile that is aborted at stage %s leaves nothing behind', async stage => {
  const [directory, cacheDir] = [await temporaryDirectory(), await temporaryDirectory()]
  vi.stubEnv('TMPDIR', directory)
  try {
    await using rvr = await Rvr.create({ cacheDir, remote: false })
    const controller = new AbortController()
    const made: string[][] = []
    const onEvent = async (event: RvrEvent): Promise<void> => {
      if (event.type !== 'stage' || event.stage !== stage) return
      made.push(await readdir(directory))
      controller.abort('enough')
    }
    const guest = await rvr.load(fixture('kitchen-sink', 64))
    await expect(guest.compile('pure', { signal: controller.signal, onEvent })).rejects.toMatchObject({
      code: 'ABORTED',
      cause: 'enough',
    })
    expect(made[0]).toEqual(expect.arrayContaining([expect.stringMatching(/^rvr-build-/)]))
    expect(await readdir(directory)).toEqual([])
    expect((await rvr.cache.list()).length).toBe(0)
  } finally {
    vi.unstubAllEnvs()
  }
})

test('a process ends before a thread that it left open does', () => {
  const script = new URL('left-open.ts', import.meta.url).pathname
  const said = execFileSync(process.execPath, [script, fixture('ecrecover', 64)], { encoding: 'utf8' })
  expect(JSON.parse(said)).toMatchObject({ units: expect.arrayContaining(['unit_000.c']) as string[], isClosed: false })
})
