/** ABI linux, files below what the guest was given: open, read, write, seek, describe, list. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { linuxHost } from '../../../src/extensions/linux/keeper.ts'
import { caller, DATA, folder, scratch } from './support.ts'

const AT = -100
const O_WRONLY = 1
const O_RDWR = 2
const O_CREAT = 0o100
const O_EXCL = 0o200
const O_TRUNC = 0o1000
const O_APPEND = 0o2000
const O_DIRECTORY = 0o200000
const O_NOFOLLOW = 0o400000
const call = { openat: 56, close: 57, read: 63, write: 64, pread: 67, pwrite: 68, lseek: 62, statat: 79, stat: 80 }
const [readlinkat, faccessat, getdents, dup, dup3, fcntl, mkdirat, unlinkat, ftruncate, statx, getcwd] = [
  78, 48, 61, 23, 24, 25, 34, 35, 46, 291, 17,
]

describe.each([32, 64] as const)('RV%i', xlen => {
  function given(): ReturnType<typeof caller> & { directory: string } {
    const directory = scratch()
    writeFileSync(join(directory, 'greeting'), 'hello, file\n')
    return { ...caller({ xlen, directories: [{ host: directory, guest: '/data' }] }), directory }
  }

  test('a file is read piece by piece, and descriptors are the lowest that are free', () => {
    const g = given()
    expect(g.call(call.openat, AT, '/data/greeting', 0)).toBe(3)
    expect(g.call(call.openat, AT, 'data/../data/./greeting', 0)).toBe(4)
    expect(g.call(call.read, 3, DATA, 5)).toBe(5)
    expect(g.call(call.read, 3, DATA + 5, 100)).toBe(7)
    expect(g.text(DATA, 12)).toBe('hello, file\n')
    expect([g.call(call.read, 3, DATA, 5), g.call(call.write, 3, DATA, 1)]).toEqual([0, -9])
    expect([g.call(call.close, 3), g.call(call.read, 3, DATA, 1)]).toEqual([0, -9])
    expect(g.call(call.openat, AT, '/data/greeting', 0)).toBe(3)
    expect(g.call(call.pread, 4, DATA, 4, 7)).toBe(4)
    expect(g.text(DATA, 4)).toBe('file')
    expect(g.call(call.read, 4, DATA, 1)).toBe(1)
    expect(g.text(DATA, 1)).toBe('h')
  })

  test('a file is made, written, appended to, made shorter and empty', () => {
    const g = given()
    g.put(DATA, 'abcdef')
    expect(g.call(call.openat, AT, '/data/new', O_WRONLY | O_CREAT | O_EXCL, 0o666)).toBe(3)
    expect(g.call(call.openat, AT, '/data/new', O_WRONLY | O_CREAT | O_EXCL, 0o666)).toBe(-17)
    expect([g.call(call.write, 3, DATA, 6), g.call(call.pwrite, 3, DATA, 2, 8)]).toEqual([6, 2])
    expect(readFileSync(join(g.directory, 'new'), 'latin1')).toBe('abcdef\0\0ab')
    expect([g.call(ftruncate, 3, 3), g.call(call.read, 3, DATA, 1)]).toEqual([0, -9])
    expect(g.call(call.openat, AT, '/data/new', O_WRONLY | O_APPEND)).toBe(4)
    expect(g.call(call.write, 4, DATA + 3, 3)).toBe(3)
    expect(readFileSync(join(g.directory, 'new'), 'latin1')).toBe('abcdef')
    expect(g.call(call.openat, AT, '/data/new', O_RDWR | O_TRUNC)).toBe(5)
    expect(readFileSync(join(g.directory, 'new'), 'latin1')).toBe('')
    expect([g.call(82, 5), g.call(82, 0)]).toEqual([0, -22])
  })

  test('lseek', () => {
    const g = given()
    g.call(call.openat, AT, '/data/greeting', 0)
    const seek = (offset: number, whence: number): number => {
      if (xlen === 64) return g.call(call.lseek, 3, offset, whence)
      const done = g.call(call.lseek, 3, offset < 0 ? -1 : 0, offset, DATA, whence)
      return done < 0 ? done : Number(g.hart.view.getBigInt64(DATA, true))
    }
    expect([seek(7, 0), seek(-2, 1), seek(-1, 2), seek(1000, 0), seek(-1, 0), seek(0, 7)]).toEqual([
      7, 5, 11, 1000, -22, -22,
    ])
    expect(g.call(call.read, 3, DATA, 1)).toBe(0)
    // What newlib does on both widths.
    expect([g.call(call.lseek, 3, 4, 0), g.call(call.lseek, 3, -1, 1)]).toEqual([4, 3])
    expect(g.call(call.lseek, 1, 0, 0)).toBe(-29)
  })

  test('what files are: kind, size and a number of their own; no time', () => {
    const g = given()
    symlinkSync('greeting', join(g.directory, 'link'))
    g.call(call.openat, AT, '/data/greeting', 0)
    const described = (done: number) => {
      const mode = g.hart.view.getUint32(DATA + 16, true)
      return { done, mode: mode.toString(8), size: Number(g.hart.view.getBigUint64(DATA + 48, true)) }
    }
    const file = { done: 0, mode: '100644', size: 12 }
    expect(described(g.call(call.stat, 3, DATA))).toEqual(file)
    expect(described(g.call(call.statat, AT, '/data/link', DATA, 0))).toEqual(file)
    expect(described(g.call(call.statat, 3, '', DATA, 0x1000))).toEqual(file)
    expect(described(g.call(call.statat, AT, '/data/link', DATA, 0x100))).toMatchObject({ done: 0, mode: '120777' })
    expect(described(g.call(call.statat, AT, '/', DATA, 0))).toEqual({ done: 0, mode: '40755', size: 4096 })
    expect(g.call(call.statat, AT, '/data/none', DATA, 0)).toBe(-2)
    expect(g.call(call.stat, 9, DATA)).toBe(-9)
    const inode = g.hart.view.getBigUint64(DATA + 8, true)
    expect(g.call(statx, AT, '/', 0, 0x7ff, DATA)).toBe(0)
    expect(g.hart.view.getUint16(DATA + 28, true).toString(8)).toBe('40755')
    expect(g.hart.view.getBigUint64(DATA + 32, true)).toBe(inode)
    expect(g.hart.memory.subarray(DATA + 64, DATA + 128).every(byte => byte === 0)).toBe(true)
  })

  test('links within are followed, as far as the guest can see', () => {
    const g = given()
    folder(g.directory, 'sub')
    symlinkSync('../greeting', join(g.directory, 'sub/up'))
    symlinkSync('/data/sub/up', join(g.directory, 'absolute'))
    symlinkSync('sub', join(g.directory, 'directory'))
    for (const path of ['/data/sub/up', '/data/absolute', '/data/directory/up']) {
      const fd = g.call(call.openat, AT, path, 0)
      expect(fd).toBeGreaterThan(2)
      expect(g.call(call.read, fd, DATA, 5)).toBe(5)
      expect(g.host.files.open[g.host.files.descriptors[fd]!.file]!.path).toBe('/data/greeting')
    }
    expect(g.call(call.openat, AT, '/data/absolute', O_NOFOLLOW)).toBe(-40)
    expect(g.call(readlinkat, AT, '/data/absolute', DATA, 100)).toBe(12)
    expect(g.text(DATA, 12)).toBe('/data/sub/up')
    expect(g.call(readlinkat, AT, '/data/absolute', DATA, 5)).toBe(5)
    expect(g.call(readlinkat, AT, '/data/greeting', DATA, 5)).toBe(-22)
    symlinkSync('loop', join(g.directory, 'loop'))
    expect(g.call(call.openat, AT, '/data/loop', 0)).toBe(-40)
  })

  test('directories are listed in order, those that the guest was given too', () => {
    const directory = scratch()
    for (const name of ['b', 'a', 'ä']) writeFileSync(join(directory, name), '')
    mkdirSync(join(directory, 'inner'))
    const directories = [
      { host: directory, guest: '/' },
      { host: scratch(), guest: '/deep/er' },
    ]
    const g = caller({ xlen, directories })
    const names = (fd: number, size: number): string[] => {
      const found: string[] = []
      for (;;) {
        const bytes = g.call(getdents, fd, DATA, size)
        if (bytes <= 0) return found
        for (let at = DATA; at < DATA + bytes; at += g.hart.view.getUint16(at + 16, true))
          found.push(`${g.hart.memory[at + 18]} ${g.text(at + 19, g.hart.memory.indexOf(0, at + 19) - at - 19)}`)
      }
    }
    const root = g.call(call.openat, AT, '/', O_DIRECTORY)
    const all = ['4 .', '4 ..', '8 a', '8 b', '4 inner', '8 ä', '4 deep']
    expect(names(root, 4096)).toEqual(all)
    expect(g.call(call.lseek, root, 0, 0)).toBe(0)
    expect(names(root, 40)).toEqual(all)
    expect(g.call(getdents, 1, DATA, 10)).toBe(-20)
    g.call(call.lseek, root, 0, 0)
    expect(g.call(getdents, root, DATA, 10)).toBe(-22)
    const deep = g.call(call.openat, root, 'deep', O_DIRECTORY)
    expect(names(deep, 100)).toEqual(['4 .', '4 ..', '4 er'])
    expect(g.call(call.openat, deep, 'er/none', 0)).toBe(-2)
  })

  test('descriptors are shared, moved and counted', () => {
    const g = given()
    g.call(call.openat, AT, '/data/greeting', 0)
    expect([g.call(dup, 3), g.call(dup3, 3, 7, 0o2000000), g.call(fcntl, 3, 0, 7)]).toEqual([4, 7, 8])
    expect([g.call(fcntl, 7, 1), g.call(fcntl, 8, 1), g.call(fcntl, 8, 2, 1), g.call(fcntl, 8, 1)]).toEqual([
      1, 0, 0, 1,
    ])
    expect([g.call(dup, 99), g.call(dup3, 3, 3, 0), g.call(dup3, 3, 256, 0)]).toEqual([-9, -22, -9])
    g.call(call.read, 3, DATA, 7)
    g.call(call.close, 3)
    expect(g.call(call.read, 7, DATA, 4)).toBe(4)
    expect(g.text(DATA, 4)).toBe('file')
    // Standard output elsewhere.
    g.call(call.openat, AT, '/data/out', O_WRONLY | O_CREAT, 0o600)
    expect([g.call(dup3, 3, 1, 0), g.call(call.write, 1, DATA, 4), g.printed]).toEqual([1, 4, []])
    expect(readFileSync(join(g.directory, 'out'), 'latin1')).toBe('file')
    expect([g.call(29, 1, 0x5413, DATA), g.call(29, 2, 0x5401, DATA), g.call(29, 99)]).toEqual([-25, -25, -9])
  })

  test('names are made and taken away', () => {
    const g = given()
    expect([g.call(mkdirat, AT, '/data/d/', 0o777), g.call(mkdirat, AT, '/data/d', 0o777)]).toEqual([0, -17])
    expect([g.call(mkdirat, AT, '/data', 0o777), g.call(mkdirat, AT, '/other', 0o777)]).toEqual([-17, -2])
    const fd = g.call(call.openat, AT, '/data/d', O_DIRECTORY)
    expect(g.call(call.openat, fd, 'f', O_WRONLY | O_CREAT, 0o666)).toBe(4)
    expect(existsSync(join(g.directory, 'd/f'))).toBe(true)
    expect([
      g.call(unlinkat, fd, 'f', 0x200),
      g.call(unlinkat, AT, '/data/d', 0),
      g.call(unlinkat, fd, 'f', 0),
    ]).toEqual([-20, -21, 0])
    expect([g.call(unlinkat, AT, '/data/d', 0x200), g.call(unlinkat, AT, '/data', 0x200)]).toEqual([0, -16])
    expect([g.call(faccessat, AT, '/data/greeting', 6), g.call(faccessat, AT, '/data/greeting', 1)]).toEqual([0, -13])
    expect([g.call(getcwd, DATA, 2), g.text(DATA, 2), g.call(getcwd, DATA, 1)]).toEqual([2, '/\0', -34])
  })

  test('the earlier numbers that newlib has, with its own flags', () => {
    const g = given()
    symlinkSync('greeting', join(g.directory, 'link'))
    const [newlibCreate, newlibTruncate, newlibExclusive, newlibAppend] = [0x200, 0x400, 0x800, 8]
    g.put(DATA, 'xyz')
    expect(g.call(1024, '/data/new', O_WRONLY | newlibCreate | newlibTruncate | newlibExclusive, 0o600)).toBe(3)
    expect(g.call(1024, '/data/new', O_WRONLY | newlibCreate | newlibExclusive, 0o600)).toBe(-17)
    expect(g.call(call.write, 3, DATA, 3)).toBe(3)
    expect(g.call(1024, '/data/new', O_WRONLY | newlibAppend)).toBe(4)
    expect(g.call(call.write, 4, DATA, 1)).toBe(1)
    expect(readFileSync(join(g.directory, 'new'), 'latin1')).toBe('xyzx')
    const mode = (): string => g.hart.view.getUint32(DATA + 16, true).toString(8)
    expect([g.call(1038, '/data/link', DATA), mode()]).toEqual([0, '100644'])
    expect([g.call(1039, '/data/link', DATA), mode()]).toEqual([0, '120777'])
    expect([g.call(1030, '/data/d', 0o700), g.call(1033, '/data/d', 7), g.call(1026, '/data/new')]).toEqual([0, 0, 0])
    expect(existsSync(join(g.directory, 'new'))).toBe(false)
  })

  test('what is open is plain data: saved, and opened again elsewhere, whenever the file was changed', () => {
    const g = given()
    utimesSync(join(g.directory, 'greeting'), -1000, -1000)
    g.call(call.openat, AT, '/data/greeting', 0)
    g.call(dup, 3)
    expect(g.call(call.read, 3, DATA, 7)).toBe(7)
    linuxHost.release!(g.host)
    const blobs: Uint8Array[] = []
    const saved: unknown = JSON.parse(JSON.stringify(linuxHost.save(g.host, bytes => blobs.push(bytes) - 1)))
    const host = linuxHost.restore(saved, index => blobs[index]!, { directories: g.host.directories })
    const next = caller({ xlen, host })
    expect([next.call(call.read, 4, DATA, 100), next.text(DATA, 5)]).toEqual([5, 'file\n'])
  })

  test('without directories there is a root and nothing else', () => {
    const g = caller({ xlen })
    expect(g.call(call.openat, AT, '/etc/passwd', 0)).toBe(-2)
    expect(g.call(call.openat, AT, '/x', O_WRONLY | O_CREAT, 0o666)).toBe(-2)
    expect(g.call(call.openat, AT, '/', O_DIRECTORY)).toBe(3)
    expect(g.call(call.openat, AT, '', 0)).toBe(-2)
    expect(g.call(call.openat, 1, 'x', 0)).toBe(-20)
  })
})
