/** Real file systems that are full, out of inodes, read-only, broken or somebody else's. Needs the right to mount; skipped elsewhere, with the reason. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openCache, type Cache } from '../../../src/store/cache.ts'
import { memoryDirectory } from './memory.ts'
import { find, sample, store } from './scenarios.ts'

/** What a command prints, or undefined when it fails. */
function run(...[command, ...args]: [string, ...string[]]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return undefined
  }
}

interface Disk {
  /** Where files lie that are not on the disk. */
  readonly beside: string
  readonly directory: string
  remount(options: string): boolean
}

async function place(): Promise<Disk> {
  const beside = await memoryDirectory()
  const directory = join(beside, 'disk')
  mkdirSync(directory)
  return { beside, directory, remount: options => run('mount', '-o', `remount,${options}`, directory) !== undefined }
}

function mounted(disk: Disk, ...args: string[]): boolean {
  if (run('mount', ...args, disk.directory) === undefined) return false
  onTestFinished(() => void run('umount', '-l', disk.directory))
  chmodSync(disk.directory, 0o700)
  return true
}

const kinds: Readonly<Record<string, (disk: Disk) => boolean>> = {
  'tmpfs of 1 MiB': disk => mounted(disk, '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs'),
  'tmpfs of 60 inodes': disk => mounted(disk, '-t', 'tmpfs', '-o', 'size=64m,nr_inodes=60', 'tmpfs'),
  'ext4 of 2 MiB': disk => {
    const image = join(disk.beside, 'image')
    writeFileSync(image, '')
    truncateSync(image, 2 << 20)
    return (
      run('mkfs.ext4', '-q', '-m', '0', '-O', '^has_journal', image) !== undefined && mounted(disk, '-o', 'loop', image)
    )
  },
}

const open = (disk: Disk): Promise<Cache> => openCache({ cacheDir: join(disk.directory, 'cache'), environment: {} })
const names = (disk: Disk, folder: string): string[] => readdirSync(join(disk.directory, 'cache/v1', folder))

/** Stores samples until the disk takes no more; those that it has. */
async function fill(cache: Cache, disk: Disk): Promise<number[]> {
  const stored: number[] = []
  for (let index = 0, failures = 0; failures < 7; index++) {
    if (await store(cache, sample(index), disk.beside)) stored.push(index)
    else failures++
  }
  return stored
}

describe.each(Object.entries(kinds))('%s', (_kind, mount) => {
  it('is filled up, serves what it has, and is usable again after pruning', async ({ skip }) => {
    const disk = await place()
    if (!mount(disk)) skip('file systems cannot be mounted here')
    const cache = await open(disk)
    const stored = await fill(cache, disk)
    expect(stored.length).toBeGreaterThan(2)
    expect(names(disk, 'staging')).toEqual([])
    expect(cache.counts['publish-failed']).toBeGreaterThanOrEqual(7)
    for (const index of stored) expect(await find(cache, sample(index))).toBe(true)
    expect(await (await open(disk)).withBuildLock('ab'.repeat(32), () => Promise.resolve('built'))).toBe('built')
    expect(await cache.prune({ maxBytes: 0 })).toMatchObject({ entries: 0, evicted: { length: stored.length } })
    expect(await store(cache, sample(0), disk.beside)).toBe(true)
    expect(await find(await open(disk), sample(0))).toBe(true)
    expect(Object.keys(cache.counts).filter(name => /quarantined|damaged|changed/.test(name))).toEqual([])
  })

  it('is full before anything is stored', async ({ skip }) => {
    const disk = await place()
    if (!mount(disk)) skip('file systems cannot be mounted here')
    for (let index = 0, room = true; room; index++) {
      try {
        writeFileSync(join(disk.directory, `file-${index}`), Buffer.alloc(64 << 10))
      } catch {
        room = false
      }
    }
    const cache = await open(disk)
    expect(await find(cache, sample(0))).toBe(false)
    expect(await store(cache, sample(6), disk.beside)).toBe(false)
    expect(await cache.withBuildLock('ab'.repeat(32), () => Promise.resolve('built'))).toBe('built')
  })

  it('becomes read-only while it is used', async ({ skip }) => {
    const disk = await place()
    if (!mount(disk)) skip('file systems cannot be mounted here')
    const cache = await open(disk)
    expect(await store(cache, sample(0), disk.beside)).toBe(true)
    if (!disk.remount('ro')) skip('it cannot be mounted anew')
    expect(await cache.withBuildLock('ab'.repeat(32), () => Promise.resolve('built'))).toBe('built')
    expect(await find(cache, sample(0))).toBe(true)
    expect(await store(cache, sample(1), disk.beside)).toBe(false)
    const later = await open(disk)
    expect(later.state).toBe('read-only')
    expect(await find(later, sample(0))).toBe(true)
    disk.remount('rw')
    expect(await store(cache, sample(1), disk.beside)).toBe(true)
    expect(await cache.withBuildLock('ab'.repeat(32), () => Promise.resolve('built'))).toBe('built')
    expect(names(disk, 'locks')).toEqual([])
  })
})

it('a disk that answers EIO', async ({ skip }) => {
  const disk = await place()
  const name = `rvr-torture-${process.pid}`
  const image = join(disk.beside, 'image')
  writeFileSync(image, '')
  truncateSync(image, 16 << 20)
  const loop = run('losetup', '-f', '--show', image)?.trim()
  if (loop === undefined) return skip('there are no loop devices here')
  onTestFinished(() => void run('losetup', '-d', loop))
  const sectors = (16 << 20) / 512
  if (run('dmsetup', 'create', name, '--table', `0 ${sectors} linear ${loop} 0`) === undefined)
    return skip('there is no device mapper here')
  onTestFinished(() => void run('dmsetup', 'remove', '--retry', name))
  if (run('mkfs.ext4', '-q', `/dev/mapper/${name}`) === undefined || !mounted(disk, `/dev/mapper/${name}`))
    return skip('file systems cannot be mounted here')
  const cache = await open(disk)
  expect(await store(cache, sample(0), disk.beside)).toBe(true)
  run('dmsetup', 'suspend', name)
  run('dmsetup', 'load', name, '--table', `0 ${sectors} error`)
  run('dmsetup', 'resume', name)
  writeFileSync('/proc/sys/vm/drop_caches', '3')
  await find(cache, sample(0)) // a hit or a miss, never an error or something else
  expect(await store(cache, sample(1), disk.beside)).toBe(false)
  expect(await cache.withBuildLock('ab'.repeat(32), () => Promise.resolve('built'))).toBe('built')
})

/** A user for whom permissions count. */
const ORDINARY = 65_534
const ordinary = ['setpriv', `--reuid=${ORDINARY}`, `--regid=${ORDINARY}`, '--clear-groups'] as const
/** Can that user run Node and read the sources, wherever they lie? */
const asOther =
  process.getuid?.() === 0 &&
  run(...ordinary, process.execPath, join(import.meta.dirname, '../../../src/cli/main.ts'), '--version') !== undefined

// Needs another user: permissions do not bind the superuser.
describe.skipIf(!asOther)('as a user to whom the system says EACCES for', () => {
  it.each(['', 'v1', 'v1/artifacts', 'v1/inputs', 'v1/staging', 'v1/locks', 'v1/uses', 'v1/stats'])(
    'the folder cache/%s',
    async folder => {
      const beside = await memoryDirectory()
      const cache = join(beside, 'cache')
      expect(await store(await openCache({ cacheDir: cache, environment: {} }), sample(0), beside)).toBe(true)
      for (const name of ['..', '', ...readdirSync(cache, { recursive: true, encoding: 'utf8' })])
        chownSync(join(cache, name), ORDINARY, ORDINARY)
      chmodSync(join(cache, folder), 0)
      const { status, stdout, stderr } = spawnSync(
        ordinary[0],
        [...ordinary.slice(1), process.execPath, join(import.meta.dirname, 'denied.ts'), beside],
        { encoding: 'utf8' },
      )
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(JSON.parse(stdout)).toMatchObject({ built: 'built' })
    },
  )
})
