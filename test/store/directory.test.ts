/** Which cache directory is used, and which one is refused. */
import { chmod, chown, lchown, mkdir, readdir, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCache } from '../../src/store/cache.ts'
import { cacheDirectory } from '../../src/store/directory.ts'
import { draft, inputA, keyA, recorder, sampleLibrary, temporaryDirectory } from './sample.ts'

const isRoot = process.getuid?.() === 0

describe('cacheDirectory', () => {
  it('prefers the option, then RVR_CACHE_DIR, then XDG_CACHE_HOME, then the home directory', () => {
    const all = { RVR_CACHE_DIR: '/b', XDG_CACHE_HOME: '/c', HOME: '/d' }
    expect(cacheDirectory('/a', all)).toBe('/a')
    expect(cacheDirectory(undefined, all)).toBe('/b')
    expect(cacheDirectory(undefined, { ...all, RVR_CACHE_DIR: '' })).toBe('/c/rvr')
    expect(cacheDirectory(undefined, { HOME: '/d', XDG_CACHE_HOME: 'relative' })).toBe('/d/.cache/rvr')
  })

  it.each([undefined, '', '.', 'relative/home'])('goes by the table of users when HOME is %j', HOME => {
    expect(cacheDirectory(undefined, { HOME })).toBe(join(userInfo().homedir, '.cache/rvr'))
  })
})

describe('openCache', () => {
  it('creates the directory for its owner alone', async () => {
    const directory = join(await temporaryDirectory(), 'deep/cache')
    await openCache({ cacheDir: directory })
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
    expect((await stat(join(directory, 'v1/artifacts'))).mode & 0o777).toBe(0o700)
  })

  it.each([0o770, 0o707, 0o777])('refuses a directory that others can write (%o)', async mode => {
    const directory = join(await temporaryDirectory(), 'cache')
    await mkdir(directory)
    await chmod(directory, mode)
    await expect(openCache({ cacheDir: directory })).rejects.toMatchObject({ code: 'CACHE_UNSAFE' })
  })

  it('accepts a directory that others can read', async () => {
    const directory = join(await temporaryDirectory(), 'cache')
    await mkdir(directory, { mode: 0o755 })
    expect((await openCache({ cacheDir: directory })).state).toBe('ready')
  })

  it.runIf(isRoot)('refuses a directory of another user, and a link to one', async () => {
    const root = await temporaryDirectory()
    const foreign = join(root, 'foreign')
    const link = join(root, 'link')
    await mkdir(foreign, { mode: 0o700 })
    await chown(foreign, 12345, 12345)
    await symlink(foreign, link)
    await expect(openCache({ cacheDir: foreign })).rejects.toMatchObject({ code: 'CACHE_UNSAFE' })
    await expect(openCache({ cacheDir: link })).rejects.toMatchObject({ code: 'CACHE_UNSAFE' })
  })

  it.runIf(isRoot)('refuses a link that another user made', async () => {
    const root = await temporaryDirectory()
    await mkdir(join(root, 'own'), { mode: 0o700 })
    await symlink(join(root, 'own'), join(root, 'link'))
    await lchown(join(root, 'link'), 12345, 12345)
    await expect(openCache({ cacheDir: join(root, 'link') })).rejects.toMatchObject({ code: 'CACHE_UNSAFE' })
  })

  it('refuses a directory in whose place others could put another one, and names what is wrong', async () => {
    const root = await temporaryDirectory()
    const open = join(root, 'open')
    const directory = join(open, 'own/cache')
    await mkdir(open)
    await chmod(open, 0o777)
    const refused = {
      code: 'CACHE_UNSAFE',
      message: expect.stringContaining(open) as string,
      hint: expect.stringContaining(`chmod go-w ${open}`) as string,
      details: { path: open, directory },
    }
    await expect(openCache({ cacheDir: directory })).rejects.toMatchObject(refused)
    expect(await readdir(open)).toEqual([])
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await expect(openCache({ cacheDir: directory })).rejects.toMatchObject(refused)
    await chmod(open, 0o1777)
    expect((await openCache({ cacheDir: directory })).state).toBe('ready')
  })

  it('looks at the directories that a link leads through, too', async () => {
    const root = await temporaryDirectory()
    const open = join(root, 'open')
    await mkdir(join(open, 'cache'), { recursive: true, mode: 0o700 })
    await symlink('open/cache', join(root, 'link'))
    await mkdir(join(root, 'deep'))
    await symlink('../link', join(root, 'deep/link'))
    expect((await openCache({ cacheDir: join(root, 'deep/link') })).state).toBe('ready')
    await chmod(open, 0o777)
    for (const link of ['link', 'deep/link'])
      await expect(openCache({ cacheDir: join(root, link) })).rejects.toMatchObject({
        code: 'CACHE_UNSAFE',
        details: { path: open },
      })
  })

  it('survives links in a circle', async () => {
    const root = await temporaryDirectory()
    await symlink('b', join(root, 'a'))
    await symlink('a', join(root, 'b'))
    expect((await openCache({ cacheDir: join(root, 'a/cache') })).state).toBe('off')
  })

  it.runIf(isRoot)('refuses a directory below one of another user', async () => {
    const root = await temporaryDirectory()
    const foreign = join(root, 'foreign')
    await mkdir(join(foreign, 'cache'), { recursive: true, mode: 0o700 })
    await chown(foreign, 12345, 12345)
    await expect(openCache({ cacheDir: join(foreign, 'cache') })).rejects.toMatchObject({
      code: 'CACHE_UNSAFE',
      details: { path: foreign },
    })
  })

  it.runIf(isRoot)('lets the group of a user write above it, if nobody else is in it', async () => {
    const root = await temporaryDirectory()
    const shared = join(root, 'shared')
    await mkdir(shared)
    await chmod(shared, 0o775)
    await chown(shared, 0, 54_321) // a group that nobody knows who is in
    await expect(openCache({ cacheDir: join(shared, 'cache') })).rejects.toMatchObject({
      code: 'CACHE_UNSAFE',
      details: { path: shared },
    })
  })

  it.each(['artifacts', 'inputs', 'staging', 'locks', 'toolchain'])(
    'refuses a link, or what others can write, in the place of %s',
    async folder => {
      const directory = await temporaryDirectory()
      const cacheDir = join(directory, 'cache')
      const path = join(cacheDir, 'v1', folder)
      await openCache({ cacheDir })
      await chmod(path, 0o777)
      await expect(openCache({ cacheDir })).rejects.toMatchObject({ code: 'CACHE_UNSAFE', details: { path } })
      await chmod(path, 0o700)
      await rename(path, join(directory, 'elsewhere'))
      await symlink(join(directory, 'elsewhere'), path)
      await expect(openCache({ cacheDir })).rejects.toMatchObject({ code: 'CACHE_UNSAFE', details: { path } })
    },
  )

  it('refuses a schema directory that others can write', async () => {
    const directory = await temporaryDirectory()
    await mkdir(join(directory, 'v1'))
    await chmod(join(directory, 'v1'), 0o777)
    await expect(openCache({ cacheDir: directory })).rejects.toMatchObject({ code: 'CACHE_UNSAFE' })
  })

  it.each([
    ['a file in its place', (root: string) => writeFile(join(root, 'cache'), ''), 'cache'],
    ['a file above it', (root: string) => writeFile(join(root, 'file'), ''), 'file/cache'],
    ['a link that leads nowhere', (root: string) => symlink('/nonexistent/x', join(root, 'cache')), 'cache'],
    ['a place in /proc', () => Promise.resolve(), '../../../../proc/rvr-cache'],
  ])('works without a cache where there is %s', async (_, prepare, path) => {
    const root = await temporaryDirectory()
    await prepare(root)
    const { sink, warnings } = recorder()
    const cache = await openCache({ cacheDir: join(root, path) }, sink)
    expect(cache.state).not.toBe('ready')
    expect(cache.memoDirectory).toBeUndefined()
    expect(await cache.lookupInput(inputA)).toBeUndefined()
    expect(await cache.lookup(keyA)).toBeUndefined()
    expect(await cache.publish(keyA, inputA, await sampleLibrary(root), draft)).toBeUndefined()
    expect(await cache.withBuildLock(inputA, () => Promise.resolve('built'))).toBe('built')
    expect(await cache.stats()).toEqual({})
    expect(cache.counts).toMatchObject({ degraded: 1 })
    expect(warnings()).toHaveLength(1)
  })

  it('is silent and empty when turned off', async () => {
    const { sink, warnings } = recorder()
    const cache = await openCache({ cacheDir: false }, sink)
    expect(await cache.lookupInput(inputA)).toBeUndefined()
    expect([cache.state, cache.directory, warnings().length]).toEqual(['off', undefined, 0])
  })
})
