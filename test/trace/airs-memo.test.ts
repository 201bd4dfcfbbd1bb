/** AIRs that the cache remembers are those that would be elaborated, shared parts included; whatever is amiss, they are elaborated. */
import { createHash } from 'node:crypto'
import { chmod, link, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { airsJson } from '../../src/air/airs-json.ts'
import { flatOf } from '../../src/air/check/flat-of.ts'
import { figuresOf } from '../../src/air/figures.ts'
import { airsOfList, type AirList, type AirMemo, type Listed } from '../../src/air/listed.ts'
import { extendedAirs, loadAirs, shippedAirs, type LoadedAirs } from '../../src/air/load.ts'
import { checkFiles } from '../../src/codegen/check/project.ts'
import { systemFiles } from '../../src/codegen/system/files.ts'
import type { Xlen } from '../../src/elf/image.ts'
import { Rvr } from '../../src/index.ts'
import { inspectAirs } from '../../src/report/airs.ts'
import { resourceText } from '../../src/resources.ts'
import { airMemo } from '../../src/trace/airs-memo.ts'
import { airsOf } from '../../src/trace/system/airs.ts'
import { withAirs } from '../air/sets.ts'
import { program } from '../run/support.ts'

const folder = await mkdtemp(join(tmpdir(), 'rvr-airs-memo-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
let count = 0
const newDirectory = (): string => join(folder, String(count++))

/** A memo in a directory, and what was asked of it, in order. */
function watched(directory: string): { readonly memo: AirMemo; readonly asked: string[] } {
  const memo = airMemo(directory)!
  const asked: string[] = []
  return {
    asked,
    memo: {
      recall(question) {
        const found = memo.recall(question)
        asked.push(found === undefined ? 'miss' : 'hit')
        return found
      },
      remember(question, listed) {
        asked.push('store')
        memo.remember(question, listed)
      },
    },
  }
}

function withExtensions(xlen: Xlen, memo?: AirMemo): readonly LoadedAirs[] {
  const lists = withAirs.flatMap(({ airs }) => airs?.[xlen] ?? [])
  const sets = [shippedAirs(xlen, memo)]
  for (const list of lists) sets.push(extendedAirs(sets.at(-1)!, list, memo))
  return sets
}

/** Of a value as a graph: an object that occurs again is a reference, so the same parts have to be shared. */
function graphDigest(value: unknown): string {
  const numbers = new Map<object, number>()
  const hash = createHash('sha256')
  const visit = (each: unknown): void => {
    if (typeof each !== 'object' || each === null) return void hash.update(`${typeof each} ${String(each)}\n`)
    const before = numbers.get(each)
    if (before !== undefined) return void hash.update(`again ${before}\n`)
    numbers.set(each, numbers.size)
    hash.update(`${Array.isArray(each) ? 'array' : 'object'} ${Object.keys(each).join()}\n`)
    for (const inner of Object.values(each)) visit(inner)
  }
  visit(value)
  return hash.digest('hex')
}

/** All that is made of AIRs. */
function derived(set: LoadedAirs, xlen: Xlen) {
  return {
    figures: set.airs.map(figuresOf),
    flat: set.airs.map(flatOf),
    text: set.airs.map(({ name }) => inspectAirs(set, name).text),
    json: JSON.stringify(airsJson(set, set.airs)),
    rules: set.airs.map(({ rules }) => rules),
    files: [...checkFiles(set), ...systemFiles(set, airsOf(set), xlen)],
  }
}

describe.each([32, 64] as const)('RV%i', xlen => {
  test('what is remembered is the same, and so is all that follows from it', () => {
    const { memo, asked } = watched(newDirectory())
    const plain = withExtensions(xlen)
    const cold = withExtensions(xlen, memo)
    const rounds = plain.length
    expect(asked).toEqual(Array.from({ length: rounds }, () => ['miss', 'store']).flat())
    asked.length = 0
    const warm = withExtensions(xlen, memo)
    expect(asked).toEqual(Array.from({ length: rounds }, () => 'hit'))
    for (const [index, set] of plain.entries()) {
      const graphs = [set, cold[index], warm[index]].map(graphDigest)
      expect(graphs).toEqual(Array.from({ length: 3 }, () => graphs[0]))
    }
    const [made, wanted] = [derived(warm.at(-1)!, xlen), derived(plain.at(-1)!, xlen)]
    for (const [what, each] of Object.entries(wanted))
      expect([what, graphDigest(made[what as keyof typeof made])]).toEqual([what, graphDigest(each)])
    // What an extension leaves alone is the machine's.
    for (const set of warm.slice(1))
      expect(set.airs.filter(air => warm[0]!.airs.includes(air)).length).toBeGreaterThan(9)
  })
})

const LIST = 'machine small\nbus 0 range lookup (value, bits)\nair A from a\nair B from b(n = 3)\n'
const files: Record<string, string> = {
  small: LIST,
  a: 'use shared\ncol x = 1\none(x)\n',
  b: 'use shared\nparameters n\ncol x[i < n] = i\none(x[0] + 1)\n',
  shared: 'def one(e)\n  zero one: e - 1\n',
}
const listOf = (texts: Readonly<Record<string, string>>, folderName = ''): AirList => ({
  list: 'small',
  folder: folderName,
  read(path) {
    const text = texts[path]
    if (text === undefined) throw new Error('it is not there')
    return text
  },
})
const plain = airsOfList(listOf(files))

/** The one file of a directory that holds what `plain` is. */
async function stored(): Promise<{ readonly directory: string; readonly file: string }> {
  const directory = newDirectory()
  airsOfList(listOf(files), undefined, airMemo(directory))
  const [name, ...others] = await readdir(directory)
  expect(others).toEqual([])
  return { directory, file: join(directory, name!) }
}

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes)
  copy[at]! ^= 1
  return copy
}

test.each<readonly [string, (file: string, bytes: Buffer) => Promise<void>]>([
  ['damaged in its title', (file, bytes) => writeFile(file, flipped(bytes, 0))],
  ['damaged in its digest', (file, bytes) => writeFile(file, flipped(bytes, 30))],
  ['damaged at its beginning', (file, bytes) => writeFile(file, flipped(bytes, 80))],
  ['damaged in the middle', (file, bytes) => writeFile(file, flipped(bytes, bytes.length >> 1))],
  ['damaged at its end', (file, bytes) => writeFile(file, flipped(bytes, bytes.length - 1))],
  ['too short', (file, bytes) => truncate(file, bytes.length - 1)],
  ['too long', (file, bytes) => writeFile(file, Buffer.concat([bytes, Buffer.alloc(1)]))],
  ['larger than any', file => truncate(file, 1 << 30)],
  ['empty', file => truncate(file, 0)],
  ['writable by others', file => chmod(file, 0o666)],
  [
    'a link',
    async (file, bytes) => {
      await rm(file)
      await writeFile(`${file}-elsewhere`, bytes, { mode: 0o600 })
      await symlink(`${file}-elsewhere`, file)
    },
  ],
  [
    'that of another question',
    async (file, bytes) => {
      const { memo } = watched(join(file, '..'))
      memo.remember(['another'], { ...plain, name: 'other' })
      const [other] = (await readdir(join(file, '..'))).filter(name => !file.endsWith(name))
      await rm(file)
      await link(join(file, '..', other!), file)
      expect(bytes.equals(await readFile(file))).toBe(false)
    },
  ],
])('a memo that is %s is none, and is replaced', async (_, damage) => {
  const { directory, file } = await stored()
  const whole = await readFile(file)
  await damage(file, whole)
  const { memo, asked } = watched(directory)
  expect(airsOfList(listOf(files), undefined, memo)).toStrictEqual(plain)
  expect(airsOfList(listOf(files), undefined, memo)).toStrictEqual(plain)
  expect(asked).toEqual(['miss', 'store', 'hit'])
  expect((await readFile(file)).equals(whole)).toBe(true)
})

test('files that were changed are read again, and a file that is gone is an error', () => {
  const { memo, asked } = watched(newDirectory())
  airsOfList(listOf(files), undefined, memo)
  const rule = { ...files, a: files['a']!.replace('col x = 1', 'col x = 2 - 1') }
  const changed = airsOfList(listOf(rule), undefined, memo)
  expect(changed).toStrictEqual(airsOfList(listOf(rule)))
  expect(changed.digest).not.toBe(plain.digest)
  const { shared: _, ...less } = files
  expect(() => airsOfList(listOf(less), undefined, memo)).toThrow(expect.objectContaining({ code: 'MACHINE_INVALID' }))
  // Places in errors have the folder's name.
  expect(airsOfList(listOf(files, 'mine/'), undefined, memo).airs[0]!.constraints[0]!.at.file).toBe('mine/shared.air')
  expect(asked).toEqual(['miss', 'store', 'hit', 'store', 'hit', 'miss', 'store'])
})

test('few are kept, of the newest, and other files are left alone', async () => {
  const directory = newDirectory()
  const memo = airMemo(directory)!
  memo.remember(['0'], plain)
  await writeFile(join(directory, 'toolchain.json'), '{}')
  for (let each = 1; each <= 12; each++) {
    await new Promise(resolve => setTimeout(resolve, 2))
    memo.remember([String(each)], plain)
  }
  const kept = (await readdir(directory)).filter(name => name !== 'toolchain.json')
  expect(kept.length).toBe(8)
  expect(await readdir(directory)).toContain('toolchain.json')
  const found = Array.from({ length: 13 }, (_, each): Listed | undefined => memo.recall([String(each)]))
  expect(found.map(each => each !== undefined)).toEqual(Array.from({ length: 13 }, (_, each) => each > 4))
})

test('where nothing can be kept, nothing is', async () => {
  const file = newDirectory()
  await writeFile(file, '')
  expect(airsOfList(listOf(files), undefined, airMemo(join(file, 'below')))).toStrictEqual(plain)
  expect(airMemo(undefined)).toBeUndefined()
})

test('sets say in their digests what they follow from, rules included', () => {
  const set = loadAirs('small', listOf(files).read)
  const extension = (rule: string): AirList => ({
    list: 'more',
    read: path => (path === 'more' ? 'air C from c\n' : rule),
  })
  const digests = ['col x = 1\n', 'col x = 2\n'].map(rule => extendedAirs(set, extension(rule)).digest)
  expect(new Set([set.digest, ...digests]).size).toBe(3)
  expect(shippedAirs(32).digest).toBe(loadAirs('rv32im', path => resourceText(`src/air/shipped/${path}.air`)).digest)
})

test('traces remember AIRs where there is a cache', async () => {
  const elf = program(32, code => code.op('add', { rd: 'a0', rs1: 'a1', rs2: 'a2' }).op('terminate'))
  const cacheDir = newDirectory()
  const memos: string[] = []
  // What a process has read it does not ask for again, so the first one has to have a cache.
  await using rvr = await Rvr.create({ cacheDir })
  const run = await (await rvr.load(elf)).interpret('metered').execute()
  for await (const segment of run.traces({ filler: 'reference' })) segment.dispose()
  for (const name of await readdir(join(cacheDir, 'v1', 'toolchain'))) if (name.startsWith('airs-')) memos.push(name)
  expect(memos.length).toBe(1)
})
