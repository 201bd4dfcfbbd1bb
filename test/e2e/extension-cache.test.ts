/** Extensions of one's own and the cache, across processes: what is equal is a hit from anywhere, and any change of their C is noticed. */
import { execFileSync } from 'node:child_process'
import { cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CRC32, crcOf, rangesGuest } from '../extensions/own/crc32-guest.ts'
import { DATA } from '../run/support.ts'
import { perform, quick, scratch, type Report } from './support.ts'

const LENGTH = 9
const right = Number(crcOf(new Uint8Array(LENGTH)))

interface Place {
  readonly directory: string
  readonly extension: string
}

type Variant = 'EXT_SRCS' | 'EXT_LIBS'
const variants: readonly Variant[] = ['EXT_SRCS', 'EXT_LIBS']

async function edit(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  expect(text).toContain(from)
  await writeFile(file, text.replaceAll(from, to))
}

/** The example's C as a static library beside its module, whose sources move away so that nothing else can be read. */
function buildLibrary(source: string, extension: string): void {
  const object = join(source, 'crc32.o')
  execFileSync('cc', ['-O2', '-fPIC', '-fvisibility=hidden', '-c', '-o', object, 'crc32.c'], { cwd: source })
  execFileSync('ar', ['rcsD', join(extension, 'libcrc32.a'), object])
}

/** A copy of the example in a folder of its own, as sources or as a library, and a guest that computes a CRC. */
async function place(variant: Variant): Promise<Place> {
  const directory = await scratch()
  const extension = join(directory, 'crc32')
  await writeFile(join(directory, 'guest.elf'), rangesGuest(64, [[DATA, LENGTH]]))
  await cp(CRC32, extension, { recursive: true })
  if (variant === 'EXT_LIBS') await toLibrary({ directory, extension })
  return { directory, extension }
}

async function toLibrary({ directory, extension }: Place): Promise<void> {
  const source = join(directory, 'source')
  await mkdir(source)
  for (const name of ['crc32.c', 'table.h']) await rename(join(extension, name), join(source, name))
  await edit(
    join(extension, 'extension.ts'),
    "sources: ['crc32.c'],\n  headers: ['table.h'],",
    "libraries: ['libcrc32.a'],",
  )
  buildLibrary(source, extension)
}

async function run(
  { directory, extension }: Place,
  cacheDir: string,
  mode = 'pure',
): Promise<Report & { crc: number }> {
  const report = await perform(
    { guest: join(directory, 'guest.elf'), mode, options: { cacheDir }, load: { extensions: [extension] } },
    { cwd: directory, environment: quick },
  )
  expect(report.error).toBeUndefined()
  expect(report).toMatchObject({ outcome: 'terminated', warnings: [] })
  return { ...report, crc: Buffer.from(report.publicValues!, 'hex').readUInt32LE(0) }
}

const built = ['lift', 'codegen', 'compile', 'publish']
function expectMiss(report: Report & { crc: number }, crc: number): void {
  expect(report).toMatchObject({
    crc,
    cache: { outcome: 'miss', key: expect.stringMatching(/^[0-9a-f]{64}$/) },
    counts: { build: 1, publish: 1 },
  })
  expect(report.stages.filter(stage => built.includes(stage))).toEqual(built)
}
function expectHit(report: Report & { crc: number }, first: Report & { crc: number }): void {
  expect(report).toMatchObject({
    crc: first.crc,
    instret: first.instret,
    cache: { ...first.cache, outcome: 'hit' },
    file: first.file,
  })
  expect(report.counts).toEqual({ 'input-hit': 1, hit: 1 })
  expect(report.stages.filter(stage => built.includes(stage))).toEqual([])
}

describe.each(variants)('%s', variant => {
  test('a second process compiles nothing, nor does one that finds the same contents elsewhere', async () => {
    const mode = variant === 'EXT_LIBS' ? 'metered' : 'pure'
    const here = await place(variant)
    const cacheDir = join(here.directory, 'cache')
    const first = await run(here, cacheDir, mode)
    expectMiss(first, right)
    expectHit(await run(here, cacheDir, mode), first)
    const elsewhere = await place(variant)
    expectHit(await run(elsewhere, cacheDir, mode), first)
    // A cache of its own gives the same keys, not just the same file.
    const apart = await run(elsewhere, join(elsewhere.directory, 'cache'), mode)
    expectMiss(apart, right)
    expect(apart.cache).toEqual(first.cache)
  })

  test('another encoding of the instruction is a miss, and the old word is none', async () => {
    const here = await place(variant)
    const cacheDir = join(here.directory, 'cache')
    const first = await run(here, cacheDir)
    await edit(join(here.extension, 'extension.ts'), 'MATCH = 0x5b', 'MATCH = 0x105b')
    const second = await run(here, cacheDir)
    expectMiss(second, 0)
    expect([second.cache!.key, second.cache!.inputKey]).not.toContain(first.cache!.key)
    expect(second.cache!.inputKey).not.toBe(first.cache!.inputKey)
  })
})

test('a source or a header that changes behind its path is a miss with the new behaviour, and changed back a hit', async () => {
  const here = await place('EXT_SRCS')
  const cacheDir = join(here.directory, 'cache')
  const first = await run(here, cacheDir)
  expectMiss(first, right)
  const source = join(here.extension, 'crc32.c')
  const header = join(here.extension, 'table.h')
  await edit(source, '*result = ~crc;', '*result = ~crc ^ 1;')
  const second = await run(here, cacheDir)
  expectMiss(second, (right ^ 1) >>> 0)
  await edit(source, '*result = ~crc ^ 1;', '*result = ~crc;')
  await edit(header, '0x00000000,', '0x00000001,')
  const third = await run(here, cacheDir)
  expectMiss(third, third.crc)
  expect(third.crc).not.toBe(right)
  await edit(header, '0x00000001,', '0x00000000,')
  expectHit(await run(here, cacheDir), first)
  for (const field of ['key', 'inputKey'] as const)
    expect(new Set([first, second, third].map(({ cache }) => cache![field])).size).toBe(3)
})

test('a library that changes behind its path is a miss with the new behaviour', async () => {
  const here = await place('EXT_LIBS')
  const cacheDir = join(here.directory, 'cache')
  const source = join(here.directory, 'source')
  const first = await run(here, cacheDir)
  expectMiss(first, right)
  await edit(join(source, 'crc32.c'), '*result = ~crc;', '*result = ~crc ^ 1;')
  buildLibrary(source, here.extension)
  const second = await run(here, cacheDir)
  expectMiss(second, (right ^ 1) >>> 0)
  for (const field of ['key', 'inputKey'] as const) expect(second.cache![field]).not.toBe(first.cache![field])
  await edit(join(source, 'crc32.c'), '*result = ~crc ^ 1;', '*result = ~crc;')
  buildLibrary(source, here.extension)
  expectHit(await run(here, cacheDir), first)
})

test('source and library never share an entry', async () => {
  const here = await place('EXT_SRCS')
  const cacheDir = join(here.directory, 'cache')
  const source = await run(here, cacheDir)
  expectMiss(source, right)
  await toLibrary(here)
  const library = await run(here, cacheDir)
  expectMiss(library, right)
  for (const field of ['key', 'inputKey'] as const) expect(library.cache![field]).not.toBe(source.cache![field])
})
