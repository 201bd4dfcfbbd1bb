/** The reader in C says of all archives what the one in TypeScript says, and the writer in C makes the same bytes. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { contents } from '../../src/archive/kinds.ts'
import { resource } from '../../src/resources.ts'
import { randomSource } from '../support/random.ts'
import { mutationsOf, randomChange } from './fuzz/frame.ts'
import { firstSeed, rounds, sampled, sectionsOf, type Sample } from './fuzz/mutation.ts'
import { sparseFiles } from './fuzz/sparse.ts'
import { judged, type Verdict } from './judge.ts'
import { samples } from './samples.ts'

const directory = mkdtempSync(join(tmpdir(), 'rvr-archive-c-'))
afterAll(() => rmSync(directory, { recursive: true }))

const file = (path: string): string => resource(path).pathname
const works = (command: string, args: readonly string[]): boolean => spawnSync(command, args).status === 0
const compilers = ['gcc', 'clang', 'clang-22'].filter(each => works(each, ['--version'])).slice(0, 2)
const warnings = ['-Wall', '-Wextra', '-Werror', '-std=gnu11']

/** In the order of the C enumeration, which begins with 1. */
const FLAWS = readFileSync(resource('templates/archive/archive.h'), 'utf8')
  .split('enum rvr_archive_flaw {')[1]!
  .split('};')[0]!
  .match(/(?<=RVR_ARCHIVE_)[A-Z]+/g)!
  .map(name => name.toLowerCase())

interface Case {
  readonly name: string
  readonly sample: Sample
  readonly bytes: Uint8Array
  readonly shift: number
}

function casesIn(all: readonly Sample[]): Case[] {
  const random = randomSource(firstSeed)
  return all.flatMap(sample => {
    const shifted = Array.from({ length: 64 }, (_, shift) => {
      return { name: `11: ${shift}`, sample, bytes: sample.bytes, shift }
    })
    const changed = sampled(mutationsOf(sample)).map(({ class: own, name, bytes }) => ({
      name: `${own}: ${name}`,
      bytes: bytes(),
    }))
    const wild = Array.from({ length: 300 * rounds }, () => ({ name: 'random', bytes: randomChange(sample, random) }))
    return [...shifted, ...[...changed, ...wild].map((each, at) => ({ ...each, sample, shift: at % 9 }))]
  })
}

function written(cases: readonly Case[]): string {
  const parts = cases.flatMap(({ sample, bytes, shift }) => {
    const head = new Uint8Array(16)
    const view = new DataView(head.buffer)
    view.setUint32(0, contents[sample.content].kind, true)
    view.setUint32(4, shift, true)
    view.setUint32(8, bytes.length, true)
    return [head, bytes]
  })
  const path = join(directory, 'cases')
  writeFileSync(path, Buffer.concat(parts))
  return path
}

function lineOf({ sample, bytes, shift }: Case, verdict: Verdict | undefined): string {
  // What is too short is not even looked at.
  const copied = shift % 8 !== 0 && verdict?.layer !== 0 ? 'copied ' : ''
  if (verdict !== undefined) {
    const { layer, what, section = '0', offset } = verdict
    return `${copied}${layer} ${FLAWS.indexOf(what) + 1} ${Number(section)} ${offset}`
  }
  const [first] = sectionsOf({ ...sample, bytes })
  const seen = bytes.subarray(first!.offset, first!.offset + first!.count)
  return `${copied}ok ${first!.count} ${seen.reduce((sum, byte) => sum + byte, 0)}`
}

describe.each(compilers)('%s', compiler => {
  test('what it says of archives and of all their mutations', async () => {
    const program = join(directory, `reader-${compiler}`)
    const sources = [file('test/archive/reader.c'), file('templates/archive/archive.c'), file('ffi/sha2/sha256.c')]
    const plain = [...warnings, '-O1', '-g', `-I${file('templates/archive')}`, '-o', program, ...sources]
    // As much as there are libraries for: verdicts are compared in any case.
    const sanitizers = [
      ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
      ['-fsanitize=undefined', '-fsanitize-trap=undefined'],
      [],
    ]
    expect(sanitizers.some(options => works(compiler, [...options, ...plain]))).toBe(true)
    const cases = casesIn(await samples())
    const { status, stdout, stderr } = spawnSync(program, [written(cases)], { encoding: 'utf8', maxBuffer: 2 ** 28 })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const said = stdout.trimEnd().split('\n')
    expect(said).toHaveLength(cases.length)
    const different: string[] = []
    for (const [at, each] of cases.entries()) {
      const wanted = lineOf(each, await judged(each.bytes, each.sample.content))
      if (said[at] !== wanted) different.push(`${each.sample.name}, ${each.name}: ${said[at]}, wanted ${wanted}`)
    }
    expect(different.slice(0, 20)).toEqual([])
    // Every check that C has was reached.
    const flaws = new Set(
      said
        .map(line => line.replace('copied ', ''))
        .filter(line => !line.startsWith('ok'))
        .map(line => Number(line.split(' ')[1])),
    )
    expect(FLAWS.slice(0, -1).filter((_, at) => !flaws.has(at + 1))).toEqual([])
    for (const sample of [(await samples()).at(-1)!, (await samples())[0]!])
      for (const { name, layer, what, write } of sparseFiles(sample)) {
        const path = join(directory, 'sparse')
        await write(path)
        const line = execFileSync(program, ['map', String(contents[sample.content].kind), path], { encoding: 'utf8' })
        const [foundLayer, flaw, kilobytes] = line.split(' ').map(Number)
        expect([foundLayer, FLAWS[flaw! - 1]], `${sample.name}, ${name}`).toEqual([layer, what])
        expect(kilobytes).toBeLessThan(4096)
      }
  })
})

test('it has the sections of every content', () => {
  const text = readFileSync(resource('templates/archive/archive.c'), 'utf8')
  const listed = [...text.matchAll(/\[RVR_ARCHIVE_(\w+)\] = \{ (\d+), \{ ([^]*?) \} \},/g)].map(
    ([, name, count, list]) => {
      const sections = [...list!.matchAll(/0x([0-9a-f]+), (\d+)/g)].map(([, kind, size]) => [
        parseInt(kind!, 16),
        Number(size),
      ])
      return [name!.toLowerCase(), Number(count), sections]
    },
  )
  const wanted = Object.entries(contents).map(([name, { sections }]) => [
    name,
    sections.length,
    sections.map(({ kind, size }) => [kind, size]),
  ])
  expect(listed).toEqual(wanted)
})

test.runIf(compilers.some(each => each.startsWith('clang')))('it needs no C library, on guests of both widths', () => {
  const clang = compilers.find(each => each.startsWith('clang'))!
  for (const [target, march] of [
    ['riscv32', 'rv32im'],
    ['riscv64', 'rv64im'],
  ]) {
    const options = [`--target=${target}`, `-march=${march}`, '-ffreestanding', '-nostdinc', '-O2', ...warnings]
    const headers = execFileSync(clang, ['-print-resource-dir'], { encoding: 'utf8' }).trim()
    const object = join(directory, `${target}.o`)
    const source = file('templates/archive/archive.c')
    execFileSync(clang, [...options, '-isystem', join(headers, 'include'), '-c', '-o', object, source])
    const undefinedNames = execFileSync('nm', ['-u', object], { encoding: 'utf8' })
      .trim()
      .split(/\s+/)
      .filter(name => name !== 'U')
    expect(undefinedNames).toEqual(['rvr_sha256'])
  }
})
