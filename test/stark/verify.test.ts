/** The verifier in C: it accepts the vectors, and none of them with one bit changed. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { resource } from '../../src/resources.ts'
import { forgeriesOf, type Forged } from '../archive/fuzz/forgeries.ts'
import { rounds } from '../archive/fuzz/mutation.ts'
import { vector } from '../archive/samples.ts'
import { compilers, programs } from './compiled.ts'
import { flawName, stepName, stepNames } from './flaws.ts'
import { givenBytes } from './given.ts'

const compile = programs()
const directory = mkdtempSync(join(tmpdir(), 'rvr-stark-proofs-'))
afterAll(() => rmSync(directory, { recursive: true }))

const ofVerifier = readdirSync(resource('ffi/stark'))
  .filter(name => name.endsWith('.c'))
  .map(name => `ffi/stark/${name}`)
const SOURCES = [...ofVerifier, 'templates/archive/archive.c']

let files = 0
function written(bytes: Uint8Array): string {
  const path = join(directory, `${files++}`)
  writeFileSync(path, bytes)
  return path
}

const pair = (name: string): string[] => [written(vector(`${name}.vkey`)), written(vector(`${name}.proof`))]

const said = (program: string, args: readonly string[], input = ''): string[] =>
  execFileSync(program, args, { encoding: 'utf8', input }).trimEnd().split('\n')

/** Steps of the verifier that a proof can fail in, and how many changed bits each rejects. */
const rejections = (line: string): Record<string, number> => {
  const counts = line.split(' ').map(Number)
  return Object.fromEntries(counts.map((count, step) => [step === 0 ? 'accepted' : stepNames[step - 1]!, count]))
}

/** Arithmetic as on machines of 64 bits, and as on those of 32. */
const widths = [{ options: [] }, { options: ['-DF_NARROW'] }]

/** One of them all tries what becomes of keys and proofs; at length each does. */
const isTurn = (compiler: string, options: readonly string[]): boolean =>
  rounds > 1 || (compiler === compilers[0] && options.length === 0)

const given = ['fib', 'lookup'].flatMap(name => ['fast', 'default', 'small'].map(set => `${name}.${set}`))

describe.each(compilers)('%s', compiler => {
  describe.each(widths)('$options', ({ options }) => {
    const program = compile(compiler, ['test/stark/verify.c', ...SOURCES], options)

    test('vectors are accepted', () => {
      const all = ['squares.test', 'nibbles.test', 'relay.test']
      expect(said(program, ['proofs', ...all.flatMap(pair)])).toEqual(all.map(() => 'accepted'))
    })

    test.runIf(givenBytes('fib.fast.proof'))('vectors of all sets are accepted', () => {
      const pairs = given.flatMap(name => [written(givenBytes(`${name}.vkey`)!), written(givenBytes(`${name}.proof`)!)])
      expect(said(program, ['proofs', ...pairs])).toEqual(given.map(() => 'accepted'))
    })

    test('no bit of a proof can be another one', () => {
      const systems = ['squares.test', 'nibbles.test']
      const [squares, nibbles] = said(program, ['flips', ...systems.flatMap(pair)]).map(rejections)
      expect(squares).toMatchObject({ accepted: 0, SUMS: 0 })
      expect(nibbles).toMatchObject({ accepted: 0 })
      const steps = ['ARCHIVE', 'SHAPE', 'ELEMENTS', 'TRANSCRIPT', 'SUMS', 'CONSTRAINTS', 'PATHS', 'FOLDS']
      expect(steps.filter(step => !(nibbles![step]! > 0))).toEqual([])
    })

    test.runIf(isTurn(compiler, options))('nothing that becomes of a key or a proof is accepted', async () => {
      for (const [name, other] of [
        ['squares', 'nibbles'],
        ['nibbles', 'squares'],
      ] as const) {
        const honest = { name: 'as it is', key: vector(`${name}.test.vkey`), proof: vector(`${name}.test.proof`) }
        const cases = [honest, ...(await forgeriesOf(name, other))]
        const lengths = ({ key, proof }: Forged) => BigUint64Array.from([key, proof], ({ length }) => BigInt(length))
        const parts = cases.flatMap(each => [new Uint8Array(lengths(each).buffer), each.key, each.proof])
        const verdicts = said(program, ['cases', written(Buffer.concat(parts))])
        expect(verdicts).toHaveLength(cases.length)
        expect(cases.filter((_, at) => verdicts[at] === 'accepted').map(each => each.name)).toEqual(['as it is'])
        // Keys are refused by themselves or for the proof's sake, and proofs in several steps.
        expect(new Set(verdicts).size).toBeGreaterThan(6)
      }
    })

    test('a proof of another key', () => {
      const [key] = pair('squares.test')
      const [, proof] = pair('nibbles.test')
      const [step, flaw] = said(program, ['proofs', key!, proof!])[0]!.split(' ').map(Number)
      expect([stepName(step!), flawName(flaw!)]).toEqual(['SHAPE', 'KEY'])
    })
  })

  test('segments of a run', () => {
    const program = compile(compiler, ['test/stark/chain.c', 'ffi/stark/chain.c'])
    const root = (first: number): number[] => [first, 0, 0, 0, 0, 0, 0, 9]
    interface Segment {
      pc?: readonly [number, number]
      last?: number
      exit?: number
      roots?: readonly [number, number]
    }
    const words = ({ pc = [4096, 5], last = 0, exit = 0, roots = [7, 8] }: Segment): number[] => [
      ...pc,
      last,
      exit,
      ...root(roots[0]),
      ...root(roots[1]),
    ]
    const verdict = (segments: readonly Segment[], roles = 6): string => {
      const [line] = said(program, [`${roles}`], segments.flatMap(words).join('\n'))
      const [step, flaw, at, segment] = line!.split(' ').map(Number)
      return stepName(step!) === 'CHAIN' && line!.split(' ').length === 4
        ? `${flawName(flaw!)} ${at} ${segment}`
        : line!
    }
    const first: Segment = {}
    const next: Segment = { pc: [5, 6], roots: [8, 10], last: 1, exit: 0x81 }
    const top = 2 ** 31
    expect(verdict([first, next])).toBe(`${top + 10} 0 0 0 0 0 0 ${top + 9}`)
    expect(verdict([{ ...first, last: 1 }])).toBe('8 0 0 0 0 0 0 9')
    expect(verdict([])).toBe('LAST 3 0')
    expect(verdict([first])).toBe('LAST 3 1')
    expect(verdict([{ ...first, last: 1 }, next])).toBe('LAST 3 1')
    expect(verdict([{ ...first, pc: [4100, 5] }, next])).toBe('START 1 0')
    expect(verdict([{ ...first, roots: [6, 8] }, next])).toBe('START 5 0')
    expect(verdict([first, { ...next, pc: [4096, 6] }])).toBe('PC 1 1')
    expect(verdict([first, { ...next, roots: [7, 10] }])).toBe('ROOT 5 1')
    expect(verdict([next, first])).toBe('START 1 0')
    expect(verdict([first, { ...next, exit: 256 }])).toBe('EXIT 4 2')
    // A key of which roles are missing.
    expect(verdict([first], 2)).toBe('0 0 0 0 0 0 0 0')
    expect(verdict([first, next], 2)).toBe('ROLES 3 1')
    expect(verdict([{ ...first, pc: [4100, 5] }], 2)).toBe('START 1 0')
  })
})
