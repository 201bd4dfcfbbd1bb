/** Keys and shapes in C: what a key says about itself is computed again, and shapes are those of the vectors' proofs. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseArchive } from '../../src/archive/read.ts'
import { encodeArchive } from '../../src/archive/write.ts'
import { vector } from '../archive/samples.ts'
import { compilers, programs } from './compiled.ts'
import { flawName } from './flaws.ts'

const compile = programs()
const directory = mkdtempSync(join(tmpdir(), 'rvr-stark-keys-'))
afterAll(() => rmSync(directory, { recursive: true }))

const SOURCES = ['test/stark/shape.c', 'ffi/stark/key.c', 'ffi/stark/shape.c', 'templates/archive/archive.c']

let files = 0
function written(bytes: Uint8Array): string {
  const path = join(directory, `${files++}`)
  writeFileSync(path, bytes)
  return path
}

type Words = Map<number, Uint32Array>

async function sectionsOf(name: string): Promise<Words> {
  const archive = await parseArchive(vector(name), { file: name })
  return new Map(archive.sections.map(({ kind }) => [kind, archive.words(kind).slice()]))
}

const encoded = (content: 'vkey' | 'proof', words: Words): Promise<Uint8Array> =>
  encodeArchive({ content, sections: new Map([...words].map(([kind, part]) => [kind, [part]])) })

interface Change {
  readonly section: number
  readonly word: number
  readonly to: number
  readonly flaw?: string
}

const change = (section: number, word: number, to: number, flaw?: string): Change => ({ section, word, to, flaw })

/** Words of the key of `relay`, and what is wrong when they are something else. */
const keys: readonly Change[] = [
  change(0x201, 0, 2, 'PARAMETER'),
  change(0x201, 1, 0, 'PARAMETER'),
  change(0x201, 1, 4, 'PARAMETER'),
  change(0x201, 2, 11, 'PARAMETER'),
  change(0x201, 3, 4, 'PARAMETER'),
  change(0x201, 4, 0, 'PARAMETER'),
  change(0x201, 4, 513, 'PARAMETER'),
  change(0x201, 9, 31, 'PARAMETER'),
  change(0x201, 10, 25, 'PARAMETER'),
  change(0x201, 12, 6, 'PARAMETER'),
  change(0x201, 13, 3, 'PARAMETER'),
  change(0x201, 15, 1, 'PARAMETER'),
  change(0x201, 11, 1, 'INTERACTION'),
  change(0x201, 4, 2),
  change(0x202, 0, 8, 'FLAGS'),
  change(0x202, 0, 0, 'FLAGS'),
  change(0x202, 0, 6, 'FLAGS'),
  change(0x202, 16, 0, 'FLAGS'),
  change(0x202, 1, 65537, 'AIR'),
  change(0x202, 1, 0, 'AIR'),
  change(0x202, 1, 1, 'NODE'),
  change(0x202, 1, 4),
  change(0x202, 3, 4097, 'AIR'),
  change(0x202, 4, 0, 'AIR'),
  change(0x202, 6, 23, 'AIR'),
  change(0x202, 7, 1, 'DEGREE'),
  change(0x202, 8, 1, 'RANGE'),
  change(0x202, 9, 16, 'CONSTRAINT'),
  change(0x202, 9, 0xffffffff, 'RANGE'),
  change(0x202, 11, 2, 'RANGE'),
  change(0x202, 13, 2, 'CHUNK'),
  change(0x202, 14, 2, 'CHUNK'),
  change(0x202, 15, 2, 'DEGREE'),
  change(0x202, 3 * 16 + 4, 1, 'TREE'),
  change(0x202, 3 * 16 + 4, 2, 'AIR'),
  change(0x202, 3 * 16 + 5, 23, 'AIR'),
  change(0x203, 0, 7, 'NODE'),
  change(0x203, 0, 12, 'NODE'),
  change(0x203, 3, 1, 'NODE'),
  change(0x204, 0, 19, 'CONSTRAINT'),
  change(0x205, 0, 2, 'INTERACTION'),
  change(0x205, 1, 2, 'INTERACTION'),
  change(0x205, 2, 19, 'INTERACTION'),
  change(0x205, 3, 2013265921, 'INTERACTION'),
  change(0x205, 3, 2013265920, 'ROWS'),
  change(0x205, 4, 1, 'RANGE'),
  change(0x205, 5, 0, 'INTERACTION'),
  change(0x205, 5, 256, 'INTERACTION'),
  change(0x205, 5, 3, 'RANGE'),
  change(0x205, 6, 1, 'CHUNK'),
  change(0x205, 7, 1, 'INTERACTION'),
  change(0x206, 0, 19, 'FIELD'),
  change(0x207, 0, 1),
  change(0x208, 0, 0, 'ROLE'),
  change(0x208, 0, 3, 'ROLE'),
  change(0x208, 0, 7, 'ROLE'),
  change(0x208, 4, 1, 'ROLE'),
  change(0x208, 1, 5, 'ROLE'),
  change(0x208, 1, 0, 'ROLE'),
  change(0x208, 2, 2, 'ROLE'),
  change(0x208, 2, 0xffffffff, 'ROLE'),
  change(0x208, 3, 2, 'ROLE'),
]

/** Starts to give the key of `relay`, which has none. */
const starts: readonly (readonly [words: readonly number[], flaw?: string])[] = [
  [[1, 0, 4096, 0]],
  [[1, 0, 2013265921, 0], 'START_VALUE'],
  [[1, 1, 4096, 0], 'START_VALUE'],
  [[2, 0, 4096, 0], 'START_VALUE'],
  [[5, 0, 4096, 0], 'START_VALUE'],
  [[1, 0, 4096, 1], 'START_VALUE'],
  [[1, 0, 4096, 0, 1, 0, 4096, 0], 'START_VALUE'],
]

/** Heights of `relay`, which are 8, 0, 1, 6, 3. */
const heights: readonly Change[] = [
  change(0x102, 0, 23, 'HEIGHT'),
  change(0x102, 0, 22),
  change(0x102, 0, 0xffffffff),
  change(0x102, 1, 0xffffffff, 'MISSING'),
  change(0x102, 3, 0xffffffff, 'MISSING'),
  change(0x102, 3, 5, 'HEIGHT'),
  change(0x102, 4, 2, 'HEIGHT'),
]

/** What the program says, a line for each pair of a key and a proof. */
function said(program: string, pairs: readonly string[]): string[] {
  return execFileSync(program, pairs, { encoding: 'utf8' }).trimEnd().split('\n')
}

/** The flaw in a line, or nothing. */
const flawIn = (line: string): string | undefined => {
  const [word, , flaw] = line.split(' ')
  return word === 'fault' ? flawName(Number(flaw)) : undefined
}

describe.each(compilers)('%s', compiler => {
  const program = compile(compiler, SOURCES)

  test('shapes of the vectors', async () => {
    const names = ['squares', 'nibbles', 'relay']
    const pairs = names.flatMap(name => [written(vector(`${name}.test.vkey`)), written(vector(`${name}.test.proof`))])
    const proofs = await Promise.all(
      names.map(async name => parseArchive(vector(`${name}.test.proof`), { file: name })),
    )
    const wanted = proofs.map(({ sections, bytes }) => [...sections.map(({ count }) => count), bytes].join(' '))
    expect(said(program, pairs)).toEqual(wanted)
  })

  test('every flaw of a key', async () => {
    const proof = written(vector('relay.test.proof'))
    const cases = await Promise.all(
      keys.map(async each => {
        const words = await sectionsOf('relay.test.vkey')
        words.get(each.section)![each.word] = each.to
        return { name: JSON.stringify(each), flaw: each.flaw, file: written(await encoded('vkey', words)) }
      }),
    )
    for (const [part, flaw] of starts) {
      const words = await sectionsOf('relay.test.vkey')
      words.set(0x209, Uint32Array.from(part))
      cases.push({ name: JSON.stringify(part), flaw, file: written(await encoded('vkey', words)) })
    }
    const lines = said(
      program,
      cases.flatMap(({ file }) => [file, proof]),
    )
    expect(cases.map(({ name }, at) => [name, flawIn(lines[at]!)])).toEqual(cases.map(({ name, flaw }) => [name, flaw]))
  })

  test('heights that a key does not allow', async () => {
    const key = written(vector('relay.test.vkey'))
    const cases = await Promise.all(
      heights.map(async each => {
        const words = await sectionsOf('relay.test.proof')
        words.get(each.section)![each.word] = each.to
        return { name: JSON.stringify(each), flaw: each.flaw, file: written(await encoded('proof', words)) }
      }),
    )
    const lines = said(
      program,
      cases.flatMap(({ file }) => [key, file]),
    )
    expect(cases.map(({ name }, at) => [name, flawIn(lines[at]!)])).toEqual(cases.map(({ name, flaw }) => [name, flaw]))
  })
})
