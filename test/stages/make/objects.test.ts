/** The keys of compiled C files: what the compiler sees, and nothing else. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ProjectFile } from '../../../src/codegen/project.ts'
import { resourceText } from '../../../src/resources.ts'
import { partsOf } from '../../../src/stages/key.ts'
import { contextParts } from '../../../src/stages/library/parts.ts'
import { Build } from '../../../src/stages/make/build.ts'
import { filesRead, includesOf } from '../../../src/stages/make/includes.ts'
import { objectContext, objectKey } from '../../../src/stages/make/objects.ts'
import { write, writtenFile } from '../../../src/stages/make/written.ts'
import { openCache } from '../../../src/store/cache.ts'
import { JobSlots } from '../../../src/toolchain/job-slots.ts'
import { describeToolchain } from '../../../src/toolchain/toolchain.ts'
import { recorder, sampleToolchain, temporaryDirectory } from '../../store/sample.ts'

it('has a key of the text without comments, the name, and everything the compiler sees', () => {
  const context = { mode: 'pure', toolchain: sampleToolchain, abiVersion: 1 }
  const header = { path: 'guest.h', content: 'typedef int reg;' }
  const unit = { path: 'unit_at_f.c', content: 'int f; /* 1000 add */ int g;' }
  const keyOf = (file = unit, headers = [header], over = {}): string => {
    const together = objectContext(partsOf(contextParts, { ...context, ...over }), headers.map(writtenFile))
    return objectKey(together, file.path, writtenFile({ ...file, reusable: true }).text!)
  }
  expect(keyOf({ ...unit, content: 'int f; /* 2000 add */ int g;' })).toBe(keyOf())
  const others = [
    keyOf({ ...unit, content: 'int f; /* 1000 add */ int h;' }),
    keyOf({ ...unit, path: 'resume_at_f.c' }),
    keyOf(unit, [{ ...header, content: 'typedef long reg;' }]),
    keyOf(unit, [header], { toolchain: { ...sampleToolchain, targetCpu: 'x86-64-v3' } }),
    keyOf(unit, [header], { makeArguments: ['VERIFY_TAIL_CALLS=1'] }),
  ]
  expect(new Set([keyOf(), ...others]).size).toBe(6)
})

it.each<readonly [string, readonly string[] | undefined]>([
  ['#include "a.h"\n  #  include <b.h> /* why */\nint f;', ['a.h', 'b.h']],
  ['int including;', []],
  ['#include NAME\n', undefined],
  ['#include "a.h"\n#if __has_include("b.h")\n#endif', undefined],
  ['/* */ #include "a.h"\n', undefined],
  ['#embed "a.h"\n', undefined],
  ['__asm__(".incbin \\"a\\"");', undefined],
])('reads from %j that it includes %j', (text, names) => {
  expect(includesOf(text)?.map(({ name }) => name)).toEqual(names)
})

it('finds what a file includes, and what that includes, wherever its name may lead', () => {
  const files = (texts: Readonly<Record<string, string>>): ReturnType<typeof filesRead> => {
    const all = Object.entries(texts).map(([path, content]) => writtenFile({ path, content, shared: true }))
    const byPath = new Map(all.map(file => [file.path, file]))
    return filesRead(byPath.get('a/unit.c')!, byPath)
  }
  const paths = (texts: Readonly<Record<string, string>>) => files(texts)?.map(({ path }) => path)
  const headers = { 'a/x.h': '#include "../y.h"', 'x.h': '#include <a/z.h>', 'y.h': '', 'a/z.h': '', 'w.h': '' }
  expect(paths({ 'a/unit.c': '#include "x.h"\n#include <stdint.h>', ...headers })).toEqual([
    'a/x.h',
    'a/z.h',
    'x.h',
    'y.h',
  ])
  for (const outside of ['"gone.h"', '"/etc/x.h"', '</etc/x.h>', '"../../x.h"', '<../../x.h>'])
    expect(paths({ 'a/unit.c': `#include ${outside}`, ...headers })).toBeUndefined()
  expect(paths({ 'a/unit.c': '#include "v.h"', 'v.h': '#include NAME' })).toBeUndefined()
})

it('takes objects of shared C from other projects, as long as all that they read is the same', async () => {
  const toolchain = await describeToolchain()
  const cacheDir = join(await temporaryDirectory(), 'cache')
  const makefile = { path: 'Makefile', content: resourceText('templates/interpreter/Makefile') }
  const code = (path: string, content: string): ProjectFile => ({ path, content, shared: true })
  const some = (over: Readonly<Record<string, string>> = {}): ProjectFile[] => [
    makefile,
    { path: 'a.h', content: over['a.h'] ?? '#include "b.h"\n' },
    { path: 'b.h', content: over['b.h'] ?? 'enum { B = 1 };\n' },
    { path: 'other.h', content: over['other.h'] ?? '' },
    code('one.c', '#include "a.h"\nint one(void) { return B; }\n'),
    code('two.c', `int two(void) { return ${over['two'] ?? 2}; }\n`),
  ]
  async function counts(files: readonly ProjectFile[], makeArguments: readonly string[] = []) {
    const { sink } = recorder()
    const cache = await openCache({ cacheDir, environment: {} }, sink)
    const directory = await temporaryDirectory()
    const slots = new JobSlots(2)
    await using build = new Build({ directory, toolchain, makeArguments, cache, slots, events: sink })
    await build.add(await write(directory, files))
    await build.finish({ units: ['one.c', 'two.c'] })
    await build.objects.store(directory)
    return [cache.counts['object-hit'] ?? 0, cache.counts['object-miss'] ?? 0]
  }
  expect(await counts(some())).toEqual([0, 2])
  expect(await counts(some())).toEqual([2, 0])
  expect(await counts(some({ 'other.h': 'int other;' }))).toEqual([2, 0])
  expect(await counts(some({ 'b.h': 'enum { B = 2 };\n' }))).toEqual([1, 1])
  expect(await counts(some({ two: '3' }))).toEqual([1, 1])
  expect(await counts(some({ 'a.h': '#define HEADER "b.h"\n#include HEADER\n' }))).toEqual([1, 0])
  expect(
    await counts(some().map(file => (file === makefile ? { ...file, content: `${file.content}\n` } : file))),
  ).toEqual([0, 2])
})
