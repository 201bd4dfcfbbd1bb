/** What V8 compiled of rvr is kept where only the user could have put it, and nowhere else. */
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'rvr-home-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

const main = new URL('../dist/cli/main.js', import.meta.url).pathname
const help = (environment: Record<string, string>) =>
  execa(process.execPath, [main, '--help'], {
    env: { HOME: home, PATH: process.env['PATH'], ...environment },
    extendEnv: false,
  })
const kept = (folder: string): Promise<string[]> => readdir(join(folder, 'rvr/v8')).catch(() => [])

test('in the default cache directory, for the user alone', async () => {
  const cache = join(home, '.cache')
  await help({})
  expect(await kept(cache)).toHaveLength(1)
})

test('not where others could write', async () => {
  const xdg = await mkdtemp(join(home, 'xdg-'))
  await chmod(xdg, 0o777)
  await help({ XDG_CACHE_HOME: xdg })
  expect(await kept(xdg)).toEqual([])
})

test('not where Node is told another place', async () => {
  const xdg = await mkdtemp(join(home, 'xdg-'))
  await help({ XDG_CACHE_HOME: xdg, NODE_COMPILE_CACHE: join(home, 'node') })
  expect(await kept(xdg)).toEqual([])
  expect(await readdir(join(home, 'node'))).toHaveLength(1)
})

test('not in a home that is not there', async () => {
  const gone = join(home, 'gone')
  await help({ HOME: gone })
  expect(await readdir(home)).not.toContain('gone')
})
