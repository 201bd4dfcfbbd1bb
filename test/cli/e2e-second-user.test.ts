/** Two users on one machine: neither runs what the other could have written. Needs root, who can be anybody. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { expectFailure, fixture, jsonOf, warningsOf, type Result } from './e2e-support.ts'
import { PATIENCE_MS } from '../support/patience.ts'
import { bareEnvironment, main } from '../support/program.ts'

const ALICE = 20_001
const MALLORY = 20_002

/** `rvr` as another user, who has that number as user and group and belongs to no other group. */
function rvrAs(user: number, args: readonly string[], cache: string): Result {
  const { status, stdout, stderr } = spawnSync(
    'setpriv',
    [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', process.execPath, main, ...args],
    {
      encoding: 'utf8',
      cwd: '/',
      timeout: PATIENCE_MS,
      env: {
        ...bareEnvironment(),
        NO_COLOR: '1',
        RVR_CC: 'gcc',
        RVR_CACHE_DIR: cache,
        HOME: '/nonexistent',
        TMPDIR: tmpdir(),
      },
    },
  )
  return { status, stdout, stderr }
}

/** Without root, without setpriv, or where the sources cannot be read by others, there is no second user. */
const isPossible =
  process.getuid?.() === 0 &&
  spawnSync('setpriv', [`--reuid=${ALICE}`, `--regid=${ALICE}`, '--clear-groups', process.execPath, main, '--version'])
    .status === 0

describe.skipIf(!isPossible)('a second user', () => {
  /** A directory like /tmp. */
  let shared: string
  beforeEach(() => {
    shared = mkdtempSync(join(tmpdir(), 'rvr-users-'))
    chmodSync(shared, 0o1777)
    onTestFinished(() => rmSync(shared, { recursive: true, force: true }))
  })
  const owned = (path: string, user: number, mode = 0o755): string => {
    mkdirSync(path)
    chmodSync(path, mode)
    chownSync(path, user, user)
    return path
  }

  test('without an entry in the table of users and without a home works without a cache, and is told once', () => {
    const { status, stdout, stderr } = spawnSync(
      'setpriv',
      [
        `--reuid=${ALICE}`,
        `--regid=${ALICE}`,
        '--clear-groups',
        process.execPath,
        main,
        'run',
        fixture('fibonacci'),
        '--input',
        'u64:90',
        '--tier',
        'interp',
        '--json',
      ],
      {
        encoding: 'utf8',
        cwd: '/',
        timeout: PATIENCE_MS,
        env: { PATH: process.env['PATH'] },
      },
    )
    expect(jsonOf({ status, stdout, stderr })).toMatchObject({ outcome: 'terminated' })
    expect(warningsOf({ status, stdout, stderr })).toEqual([expect.stringContaining('no home directory')])
  })

  test('finds a cache of their own in a directory like /tmp, which is closed to others', () => {
    const cache = join(shared, 'cache')
    const compiled = rvrAs(ALICE, ['compile', fixture('exitcode'), '--json'], cache)
    expect(compiled.status, compiled.stderr).toBe(0)
    const { artifact } = jsonOf(compiled)
    for (const path of [
      cache,
      join(cache, 'v1'),
      ...readdirSync(cache, { recursive: true, encoding: 'utf8' }).map(name => join(cache, name)),
    ]) {
      expect({ path, uid: statSync(path).uid, mode: statSync(path).mode & 0o077 }).toEqual({
        path,
        uid: ALICE,
        mode: 0,
      })
    }
    expectFailure(rvrAs(MALLORY, ['cache', 'ls'], cache), 2, cache, `uid ${ALICE}`)
    expectFailure(
      rvrAs(MALLORY, ['run', fixture('exitcode'), '--artifact', artifact], join(shared, 'another')),
      2,
      artifact,
    )
    // Root trusts no other user either.
    expectFailure(rvrAs(0, ['run', fixture('exitcode')], cache), 2, cache, `uid ${ALICE}`)
  })

  test('is not followed into a directory that was made in advance', () => {
    const cache = owned(join(shared, 'cache'), MALLORY, 0o777)
    expectFailure(rvrAs(ALICE, ['run', fixture('exitcode')], cache), 2, cache, `uid ${MALLORY}`)
    expect(readdirSync(cache)).toEqual([])
    const below = join(cache, 'deep/cache')
    expectFailure(rvrAs(ALICE, ['run', fixture('exitcode')], below), 2, below, cache, `uid ${MALLORY}`)
    expect(existsSync(below)).toBe(false)
  })

  test('cannot lead anybody astray by a link', () => {
    const own = owned(join(shared, 'own'), ALICE, 0o700)
    const link = join(shared, 'link')
    symlinkSync(own, link)
    lchownSync(link, MALLORY, MALLORY)
    expectFailure(rvrAs(ALICE, ['cache', 'stats'], link), 2, link, `uid ${MALLORY}`)
    expectFailure(rvrAs(ALICE, ['cache', 'stats'], join(link, 'cache')), 2, link, `uid ${MALLORY}`)
    expect(readdirSync(own)).toEqual([])
  })

  test('who can rename a directory above the cache is noticed, wherever it is', () => {
    const open = owned(join(shared, 'open'), ALICE, 0o777)
    const own = owned(join(open, 'own'), ALICE, 0o700)
    const cache = join(own, 'cache')
    expectFailure(rvrAs(ALICE, ['cache', 'stats'], cache), 2, open, 'chmod go-w')
    chmodSync(open, 0o755)
    expect(rvrAs(ALICE, ['cache', 'stats'], cache).status).toBe(0)
    // Folders of the store are looked at, too.
    chownSync(join(cache, 'v1/artifacts'), MALLORY, MALLORY)
    expectFailure(rvrAs(ALICE, ['cache', 'stats'], cache), 2, join(cache, 'v1/artifacts'), `uid ${MALLORY}`)
  })

  test('may use what root has stored, and cannot change it', () => {
    const base = owned(join(shared, 'image'), 0)
    const cache = join(base, 'cache')
    expect(rvrAs(0, ['compile', fixture('exitcode')], cache).status).toBe(0)
    spawnSync('chmod', ['-R', 'a+rX', cache])
    const run = rvrAs(ALICE, ['run', fixture('exitcode'), '--json'], cache)
    expect(jsonOf(run)).toMatchObject({ cache: { outcome: 'hit' } })
    expect(run.stderr).toContain('warning')
  })
})
