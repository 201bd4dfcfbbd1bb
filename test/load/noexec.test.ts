/** Libraries on a file system that lets no code run: loaded from a copy, and said once. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { Rvr } from '../../src/index.ts'
import { isNoexec, mountOptions } from '../../src/load/noexec.ts'
import { fixture } from '../e2e/support.ts'

test('the options of a mount are found by its number', () => {
  const text =
    '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,noexec\n361 35 0:5 / /tmp rw,nosuid,noexec - tmpfs tmpfs rw\n'
  expect([mountOptions(text, '36'), mountOptions(text, '361'), mountOptions(text, '3')]).toEqual([
    ['rw', 'noatime'],
    ['rw', 'nosuid', 'noexec'],
    [],
  ])
  expect([isNoexec('/proc/self/status'), isNoexec('/no/such/file')]).toEqual([expect.any(Boolean), false])
})

const place = mkdtempSync(join(tmpdir(), 'rvr-noexec-'))
const isMounted =
  process.getuid?.() === 0 &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'noexec,size=64m,mode=700', 'tmpfs', place]).status === 0
afterAll(() => {
  if (isMounted) spawnSync('umount', ['-l', place])
  rmdirSync(place)
})

describe.skipIf(!isMounted)('a file system that is mounted noexec', () => {
  const inputs = [Buffer.from('5a00000000000000', 'hex')]

  test.each([
    ['the cache', join(place, 'cache')],
    ['the temporary directory', false],
  ] as const)('under %s: native code runs, with one warning', async (what, cacheDir) => {
    if (cacheDir === false) vi.stubEnv('TMPDIR', place)
    const warnings: string[] = []
    try {
      await using rvr = await Rvr.create({
        cacheDir,
        remote: false,
        onEvent: event => {
          if (event.type === 'warning') warnings.push(`${event.message} ${event.hint}`)
        },
      })
      const guest = await rvr.load(fixture('fibonacci'))
      for (let again = 0; again < 2; again++) {
        const artifact = await guest.compile('pure')
        using run = await artifact.execute({ inputs })
        expect([run.outcome, run.engine], what).toEqual(['terminated', 'native'])
      }
    } finally {
      vi.unstubAllEnvs()
    }
    // Without a cache the second is another library.
    expect(warnings).toHaveLength(cacheDir === false ? 2 : 1)
    for (const warning of warnings) expect(warning).toMatch(/noexec.*--cache-dir/s)
  })
})
