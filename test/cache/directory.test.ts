/** Which cache directory is used, and which one is refused. */
import { chmod, chown, lchown, mkdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCache } from '../../src/cache/cache.ts'
import { cacheDirectory } from '../../src/cache/directory.ts'
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
    const foreign = join(root, 'foreign'), link = join(root, 'link')
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
