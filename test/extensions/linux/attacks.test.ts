/** ABI linux: a guest that tries to get out of its directories, or to take more than its share. */
import { execFileSync, spawn } from 'node:child_process'
import fs, {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { findDirectories } from '../../../src/extensions/linux/files/directories.ts'
import { MOST_WRITTEN } from '../../../src/extensions/linux/files/transfer.ts'
import { MOST_MADE } from '../../../src/extensions/linux/files/open.ts'
import { isExhaustive } from '../../support/exhaustive.ts'
import { caller, DATA, folder, scratch, type Caller } from './support.ts'

const AT = -100
const O_WRONLY = 1
const O_RDWR = 2
const O_CREAT = 0o100
const O_TRUNC = 0o1000
const OPEN = 56
const READ = 63
const WRITE = 64
const [ENOENT, EACCES, EISDIR, EMFILE, EFBIG, ENOSPC, EROFS, ENAMETOOLONG, EDQUOT] = [
  -2, -13, -21, -24, -27, -28, -30, -36, -122,
]
const SECRET = 'secret of the host\n'

/** A directory for the guest, beside one with a secret; both are the host's. */
function prison(): Caller & { inside: string; outside: string } {
  const root = scratch()
  const [inside, outside] = [folder(root, 'inside'), folder(root, 'outside')]
  writeFileSync(join(outside, 'secret'), SECRET)
  return { ...caller({ directories: [{ host: inside, guest: '/' }] }), inside, outside }
}
const open = (g: Caller, path: string, flags = 0): number => g.call(OPEN, AT, path, flags, 0o666)
const ownHandles = (): number => readdirSync('/proc/self/fd').length

afterEach(() => {
  vi.restoreAllMocks()
})

describe('out of the directory', () => {
  test('no chain of dots, no absolute path, no link leads there', () => {
    const g = prison()
    mkdirSync(join(g.inside, 'sub'))
    symlinkSync('/etc', join(g.inside, 'etc-link'))
    symlinkSync('/etc/passwd', join(g.inside, 'absolute'))
    symlinkSync('../outside/secret', join(g.inside, 'relative'))
    symlinkSync('../../outside', join(g.inside, 'sub/directory'))
    symlinkSync(g.outside, join(g.inside, 'outside-link'))
    const names = [
      '../outside/secret',
      `${'../'.repeat(40)}etc/passwd`,
      'sub/../../outside/secret',
      'sub/../../../../../etc/passwd',
      '/etc/passwd',
      join(g.outside, 'secret'),
      'absolute',
      'relative',
      'etc-link/passwd',
      'outside-link/secret',
      'sub/directory/secret',
      '/proc/self/fd/0',
      '/proc/self/root/etc/passwd',
      'etc-link/../../../etc/passwd',
    ]
    for (const name of names) {
      expect([name, open(g, name)]).toEqual([name, ENOENT])
      expect([name, open(g, name, O_WRONLY | O_CREAT) < 0]).toEqual([name, true])
    }
    expect(readFileSync(join(g.outside, 'secret'), 'latin1')).toBe(SECRET)
    expect(readdirSync(g.outside)).toEqual(['secret'])
  })

  test('a link is never written through: what is made is made here', () => {
    const g = prison()
    symlinkSync(join(g.outside, 'made'), join(g.inside, 'trap'))
    expect(open(g, 'trap', O_WRONLY | O_CREAT)).toBe(ENOENT)
    symlinkSync('/made', join(g.inside, 'fine'))
    expect(open(g, 'fine', O_WRONLY | O_CREAT)).toBe(3)
    expect(readdirSync(g.outside)).toEqual(['secret'])
    expect(readdirSync(g.inside).toSorted()).toEqual(['fine', 'made', 'trap'])
  })

  test('a directory that becomes a link while it is walked through stays the directory', () => {
    const g = prison()
    const sub = folder(g.inside, 'sub')
    writeFileSync(join(sub, 'secret'), 'of the guest')
    const system = fs.openSync
    let swapped = false
    vi.spyOn(fs, 'openSync').mockImplementation((path, flags, mode) => {
      if (!swapped && String(path).endsWith('/secret')) {
        swapped = true
        renameSync(sub, join(g.inside, 'moved'))
        symlinkSync(g.outside, sub)
      }
      return system(path, flags, mode)
    })
    expect(open(g, 'sub/secret')).toBe(3)
    expect(swapped).toBe(true)
    expect(g.call(READ, 3, DATA, 100)).toBe(12)
    expect(g.text(DATA, 12)).toBe('of the guest')
    // Now it is a link, which leads nowhere here.
    expect(open(g, 'sub/secret')).toBe(ENOENT)
  })

  test('a file that becomes a link, or a pipe, between look and open is the file that was looked at', () => {
    const g = prison()
    const file = join(g.inside, 'file')
    writeFileSync(file, 'of the guest')
    const system = fs.openSync
    vi.spyOn(fs, 'openSync').mockImplementation((path, flags, mode) => {
      // The file is opened by its handle: by now its name is another's.
      if (/^\/proc\/self\/fd\/\d+$/.test(String(path))) {
        rmSync(file)
        symlinkSync(join(g.outside, 'secret'), file)
      }
      return system(path, flags, mode)
    })
    expect(open(g, 'file', O_RDWR)).toBe(3)
    expect([g.call(READ, 3, DATA, 100), g.text(DATA, 12)]).toEqual([12, 'of the guest'])
  })

  test('a name that becomes a link between look and making is not followed', () => {
    const g = prison()
    const system = fs.openSync
    vi.spyOn(fs, 'openSync').mockImplementation((path, flags, mode) => {
      if ((Number(flags) & O_CREAT) !== 0) {
        vi.restoreAllMocks()
        symlinkSync(join(g.outside, 'made'), join(g.inside, 'new'))
      }
      return system(path, flags, mode)
    })
    expect(open(g, 'new', O_WRONLY | O_CREAT)).toBe(ENOENT)
    expect(readdirSync(g.outside)).toEqual(['secret'])
  })

  test.runIf(isExhaustive)('links that come and go in another process', { timeout: 60_000 }, async () => {
    const g = prison()
    const sub = folder(g.inside, 'sub')
    writeFileSync(join(sub, 'secret'), 'of the guest')
    const script = `const fs = require('fs'); const [sub, spare, outside] = process.argv.slice(1)
      for (;;) { fs.renameSync(sub, spare); fs.symlinkSync(outside, sub); fs.unlinkSync(sub); fs.renameSync(spare, sub) }`
    const other = spawn(process.execPath, ['-e', script, sub, join(g.inside, 'spare'), g.outside], { stdio: 'ignore' })
    onTestFinished(() => void other.kill('SIGKILL'))
    await new Promise(resolve => other.once('spawn', resolve))
    const seen = new Set<string>()
    for (let tries = 0; tries < 20_000; tries++) {
      const fd = open(g, 'sub/secret')
      if (fd < 0) continue
      seen.add(g.text(DATA, g.call(READ, fd, DATA, 100)))
      g.call(57, fd)
    }
    expect([...seen]).toEqual(['of the guest'])
  })

  test('a directory that was replaced since it was given is not the one that was given', () => {
    const g = prison()
    renameSync(g.inside, `${g.inside}-before`)
    symlinkSync(g.outside, g.inside)
    expect(open(g, 'secret')).toBe(-116)
  })

  test('the guest makes no links and renames nothing', () => {
    const g = prison()
    writeFileSync(join(g.inside, 'file'), '')
    for (const number of [36, 37, 38, 276]) expect(g.call(number, AT, 'file', AT, 'other')).toBe(-38)
    expect(readdirSync(g.inside)).toEqual(['file'])
  })
})

describe('what is no file', () => {
  test('pipes, sockets and devices are refused, and nobody waits for them', async () => {
    const g = prison()
    execFileSync('mkfifo', [join(g.inside, 'pipe')])
    const server = createServer().listen(join(g.inside, 'socket'))
    await new Promise(resolve => server.once('listening', resolve))
    onTestFinished(() => void server.close())
    for (const name of ['pipe', 'socket'])
      for (const flags of [0, O_WRONLY, O_RDWR | O_CREAT, O_RDWR | O_TRUNC]) expect(open(g, name, flags)).toBe(EACCES)
    const devices = caller({ directories: [{ host: '/dev', guest: '/dev' }] })
    for (const name of ['/dev/zero', '/dev/null', '/dev/full'])
      expect([name, open(devices, name)]).toEqual([name, EACCES])
  })

  test('file systems that lead into processes cannot be given, and are not entered from a root above', () => {
    for (const host of ['/proc', '/proc/self', '/sys'])
      expect(() => findDirectories([{ host }])).toThrow(/lead into the system/)
    const g = caller({ directories: [{ host: '/', guest: '/', readOnly: true }] })
    for (const name of ['/proc/self/mem', '/proc/self/environ', '/proc/version', '/sys/kernel/notes', '/dev/stdin'])
      expect([name, open(g, name) < 0]).toEqual([name, true])
    expect(open(g, '/proc/self/mem', O_RDWR)).toBe(EACCES)
    expect(open(g, '/etc/passwd')).toBe(3)
  })

  test('a directory is not written', () => {
    const g = prison()
    mkdirSync(join(g.inside, 'sub'))
    for (const flags of [O_WRONLY, O_RDWR, O_TRUNC, O_CREAT]) expect(open(g, 'sub', flags)).toBe(EISDIR)
    expect(open(g, '/', O_RDWR)).toBe(EISDIR)
    expect(open(g, 'sub')).toBe(3)
    expect([g.call(READ, 3, DATA, 1), g.call(WRITE, 3, DATA, 1), g.call(46, 3, 0)]).toEqual([EISDIR, -9, -22])
  })
})

describe('a directory for reading alone', () => {
  test('nothing in it changes', () => {
    const root = scratch()
    writeFileSync(join(root, 'file'), 'as it is')
    mkdirSync(join(root, 'sub'))
    const g = caller({ directories: [{ host: root, guest: '/ro', readOnly: true }] })
    for (const flags of [O_WRONLY, O_RDWR, O_TRUNC, O_RDWR | O_CREAT | O_TRUNC])
      expect(open(g, '/ro/file', flags)).toBe(EROFS)
    expect(open(g, '/ro/new', O_WRONLY | O_CREAT)).toBe(EROFS)
    expect(g.call(34, AT, '/ro/dir', 0o777)).toBe(EROFS)
    expect([g.call(35, AT, '/ro/file', 0), g.call(35, AT, '/ro/sub', 0x200)]).toEqual([EROFS, EROFS])
    expect([g.call(48, AT, '/ro/file', 2), g.call(48, AT, '/ro/file', 4)]).toEqual([EROFS, 0])
    expect(open(g, '/ro/file')).toBe(3)
    expect([g.call(WRITE, 3, DATA, 1), g.call(46, 3, 0), g.call(68, 3, DATA, 1, 0)]).toEqual([-9, -22, -9])
    expect(readdirSync(root).toSorted()).toEqual(['file', 'sub'])
    expect(readFileSync(join(root, 'file'), 'latin1')).toBe('as it is')
  })

  test('the rights of the innermost directory count', () => {
    const root = scratch()
    const inner = folder(root, 'inner')
    const g = caller({
      directories: [
        { host: root, guest: '/', readOnly: false },
        { host: inner, guest: '/inner', readOnly: true },
      ],
    })
    expect(open(g, '/inner/x', O_WRONLY | O_CREAT)).toBe(EROFS)
    expect(open(g, '/inner/../x', O_WRONLY | O_CREAT)).toBe(3)
  })
})

describe('more than its share', () => {
  test('reads are bounded, whatever is asked for', () => {
    const g = prison()
    writeFileSync(join(g.inside, 'large'), '')
    truncateSync(join(g.inside, 'large'), 2 ** 36)
    expect(open(g, 'large')).toBe(3)
    expect(g.call(READ, 3, DATA, 2 ** 31)).toBe(-14)
    expect(g.call(READ, 3, 0, 2 ** 29)).toBe(2 ** 24)
    expect(g.call(67, 3, DATA, 100, 2n ** 60n)).toBe(-22)
    expect(g.call(67, 3, DATA, 100, 2n ** 40n)).toBe(0)
  })

  test('writes are bounded: a file, and all together', () => {
    const g = prison()
    open(g, 'out', O_WRONLY | O_CREAT)
    expect([g.call(68, 3, DATA, 1, 2 ** 32), g.call(46, 3, 2 ** 32 + 1), g.call(46, 3, -1)]).toEqual([
      EFBIG,
      EFBIG,
      -22,
    ])
    expect(g.call(68, 3, DATA, 1, 2 ** 32 - 1)).toBe(1)
    g.host.files.written = MOST_WRITTEN - 2
    expect([g.call(WRITE, 3, DATA, 3), g.call(WRITE, 3, DATA, 2), g.call(WRITE, 3, DATA, 1)]).toEqual([
      ENOSPC,
      2,
      ENOSPC,
    ])
    g.host.files.made = MOST_MADE
    expect([open(g, 'more', O_WRONLY | O_CREAT), g.call(34, AT, 'dir', 0o777)]).toEqual([EDQUOT, EDQUOT])
  })

  test('thousands of opens take what 256 descriptors take, and give it back', () => {
    const g = prison()
    writeFileSync(join(g.inside, 'file'), 'x')
    open(g, 'file')
    const before = ownHandles()
    const all = Array.from({ length: 3000 }, () => open(g, 'file'))
    expect(all.filter(fd => fd >= 0)).toHaveLength(252)
    expect(new Set(all.slice(252))).toEqual(new Set([EMFILE]))
    expect(ownHandles()).toBe(before + 252)
    for (let fd = 3; fd < 256; fd++) g.call(57, fd)
    for (let tries = 0; tries < 1000; tries++) expect([open(g, 'file'), g.call(57, 3)]).toEqual([3, 0])
    for (const path of ['none', 'file/none', '../..', '']) open(g, path, 0)
    expect(ownHandles()).toBeLessThanOrEqual(before)
  })

  test('paths have a length, names and directories too', () => {
    const g = prison()
    expect(open(g, 'x'.repeat(4096))).toBe(ENAMETOOLONG)
    expect(open(g, 'x'.repeat(256))).toBe(ENAMETOOLONG)
    folder(g.inside, ...(Array.from({ length: 80 }, () => 'd') as [string]))
    const before = ownHandles()
    expect(open(g, 'd/'.repeat(80))).toBe(ENAMETOOLONG)
    expect(ownHandles()).toBe(before)
    expect(g.call(OPEN, AT, -1, 0)).toBe(-14)
  })

  test('a file that is gone can be read to its end, and is not made again', () => {
    const g = prison()
    writeFileSync(join(g.inside, 'file'), 'here')
    expect(open(g, 'file')).toBe(3)
    rmSync(join(g.inside, 'file'))
    expect([g.call(READ, 3, DATA, 10), open(g, 'file')]).toEqual([4, ENOENT])
  })

  test('a hard link to a file outside is a file of the directory: who made it meant it', () => {
    const g = prison()
    linkSync(join(g.outside, 'secret'), join(g.inside, 'shared'))
    expect(open(g, 'shared')).toBe(3)
  })
})
