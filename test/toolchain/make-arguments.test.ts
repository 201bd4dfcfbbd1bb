/** Which make arguments count for a key. */
import { describe, expect, it } from 'vitest'
import { filterMakeArguments, makeVariables } from '../../src/toolchain/make-arguments.ts'
import { sampleToolchain } from '../store/sample.ts'

describe('filterMakeArguments', () => {
  it.each([
    [['EXT_LIBS=/tmp/x/a.a', 'EXT_SRCS=/tmp/x/a.c']],
    [['-j']],
    [['-j8']],
    [['-j', '8']],
    [['--jobs=8']],
    [['--jobs', '8']],
    [['-s']],
    [['--silent']],
    [['--quiet']],
    [['-o', '/tmp/out']],
    [['-o/tmp/out']],
    [['--output=/tmp/out']],
    [['--output', '/tmp/out']],
    [['--log=/tmp/log']],
    [['LOG=/tmp/log']],
    [['OUTPUT=/tmp/out']],
    [['--no-print-directory']],
    [['-Oline']],
  ])('drops %j', args => {
    expect(filterMakeArguments(['A=1', ...args, 'B=2'])).toEqual(['A=1', 'B=2'])
  })

  it.each([
    'EXT_LIB=/tmp/x',
    'EXT_LIBS_MORE=1',
    'MY_EXT_SRCS=1',
    'EXT_SRCS',
    'ext_libs=1',
    'LOGS=1',
    'VERIFY_TAIL_CALLS=1',
    '-k',
    'target',
    '--jobserver',
  ])('keeps %s', arg => {
    expect(filterMakeArguments([arg])).toEqual([arg])
  })

  it('keeps what follows -j when it is no number', () => {
    expect(filterMakeArguments(['-j', 'target'])).toEqual(['target'])
  })

  it('writes paths under a root relative to it', () => {
    const roots = { project: '/tmp/p', runtime: '/tmp/p/runtime/', cc: '/usr/bin/cc' }
    expect(
      filterMakeArguments(
        ['A=/tmp/p/x', 'B=/tmp/px', 'C=-I/tmp/p', 'D=/tmp/p/runtime/y /tmp/p', 'CC=/usr/bin/cc'],
        roots,
      ),
    ).toEqual(['A=<project>/x', 'B=/tmp/px', 'C=-I/tmp/p', 'D=<runtime>/y <project>', 'CC=<cc>'])
  })
})

describe('makeVariables', () => {
  it('quotes a compiler path for make and its shell', () => {
    const odd = { ...sampleToolchain, cc: { ...sampleToolchain.cc, path: "/a b/$HOME/it's" } }
    expect(makeVariables(odd)[0]).toBe("CC='/a b/$$HOME/it'\\''s'")
  })
  it('names the target CPU as the family does', () => {
    expect(makeVariables(sampleToolchain)[1]).toContain(' -march=native ')
    expect(makeVariables({ ...sampleToolchain, arch: 'arm64' })[1]).toContain(' -mcpu=native ')
  })
})
