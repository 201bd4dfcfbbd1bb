/** A full and a read-only file system: the cache gives way, the work goes on. Needs the right to mount; skipped elsewhere. */
import { execFileSync } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openCache } from '../../src/store/cache.ts'
import { draft, inputA, keyA, keyB, recorder, sampleLibrary, temporaryDirectory } from './sample.ts'

function run(...command: [string, ...string[]]): boolean {
  try {
    execFileSync(command[0], command.slice(1), { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const canMount = process.getuid?.() === 0 && run('unshare', '-m', 'true')

async function mounted(options: string): Promise<{ root: string; disk: string; ok: boolean }> {
  const root = await temporaryDirectory()
  const disk = join(root, 'disk')
  await mkdir(disk)
  const ok = run('mount', '-t', 'tmpfs', '-o', `mode=700,${options}`, 'tmpfs', disk)
  if (ok) onTestFinished(() => void run('umount', '-l', disk))
  return { root, disk, ok }
}

describe.runIf(canMount)('the cache on', () => {
  it('a full disk publishes nothing, leaves nothing half-written, and stays usable', async ({ skip }) => {
    const { root, disk, ok } = await mounted('size=128k')
    if (!ok) skip()
    const { sink, warnings } = recorder()
    const cache = await openCache({ cacheDir: join(disk, 'cache') }, sink)
    expect(await cache.publish(keyA, inputA, await sampleLibrary(root, 'x'.repeat(1 << 20)), draft)).toBeUndefined()
    expect(cache.counts).toMatchObject({ 'publish-failed': 1 })
    expect(warnings()).toHaveLength(1)
    expect(await readdir(join(disk, 'cache/v1/staging'))).toEqual([])
    expect(await cache.publish(keyB, inputA, await sampleLibrary(root), draft)).toBeDefined()
    expect(await cache.lookup(keyB)).toBeDefined()
  })

  it('a read-only disk serves what it has', async ({ skip }) => {
    const { root, disk, ok } = await mounted('size=4m')
    if (!ok) skip()
    const library = await sampleLibrary(root)
    await (await openCache({ cacheDir: join(disk, 'cache') })).publish(keyA, inputA, library, draft)
    if (!run('mount', '-o', 'remount,ro', disk)) skip()
    const { sink, warnings } = recorder()
    const cache = await openCache({ cacheDir: join(disk, 'cache') }, sink)
    expect(cache.state).toBe('read-only')
    expect(await cache.lookupInput(inputA)).toBe(keyA)
    expect(await cache.lookup(keyA)).toBeDefined()
    expect(await cache.publish(keyB, inputA, library, draft)).toBeUndefined()
    expect(await cache.withBuildLock(inputA, () => Promise.resolve('built'))).toBe('built')
    expect(cache.counts).toMatchObject({ degraded: 1, hit: 1 })
    expect(warnings()).toHaveLength(1)
  })
})
