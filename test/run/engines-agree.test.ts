/** Every prebuilt guest in every mode: native code, the reference interpreter, and one after the other end in the same state. */
import { describe, expect, test } from 'vitest'
import { u64, utf8, type Artifact, type ExecuteOptions, type Guest, type Run } from '../../src/index.ts'
import { artifactOf, engines, expectSame, factsOf, fixture, modeNames, useRvr, widths, type Engine } from './support.ts'
import { isExhaustive, sample } from '../support/exhaustive.ts'
import { useMoves } from './tier-support.ts'
import type { ModeName } from '../../src/index.ts'

const host = useRvr()
/** For the guest that compiles long, and one of the widths; others are optimised. */
const quick = useRvr('shared', 'quick')
const movingAfter = useMoves()
const MEMORY_END = 1n << 29n

interface Case {
  readonly guest: string
  readonly abi?: 'linux'
  readonly title: string
  readonly options: ExecuteOptions
  /** What the guest's source promises. */
  readonly wanted: object
}

const exit = (exitCode: number): object => ({ outcome: 'terminated', exitCode, trap: undefined, stopCause: undefined })
const trap = (kind: string, details: object = {}): object => ({
  outcome: 'trapped',
  exitCode: undefined,
  trap: { kind, ...details },
})

const fibonacci = (n: number): bigint => {
  let [a, b] = [0n, 1n]
  for (let index = 0; index < n; index++) [a, b] = [b, BigInt.asUintN(64, a + b)]
  return a
}

const selectors: readonly (readonly [selector: number, wanted: object, options?: ExecuteOptions])[] = [
  [0, exit(0)],
  [1, trap('load-outside', { address: MEMORY_END })],
  [2, trap('store-outside', { address: MEMORY_END })],
  [3, trap('jump-outside', { address: MEMORY_END + 64n })],
  [4, trap('jump-misaligned')],
  [5, exit(2)],
  [6, trap('hint-exhausted')],
  [7, { outcome: 'suspended', stopCause: 'instructions', instret: 50_000n }, { maxInstructions: 50_000 }],
  [8, trap('store-outside')],
  [9, exit(7)],
  [10, trap('load-outside', { address: MEMORY_END - 2n })],
  [11, trap('reveal-outside')],
  [12, trap('jump-outside')],
  [13, trap('input-empty')],
  [14, exit(2)],
  [15, exit(2)],
  [16, exit(0)],
  [200, exit(1)],
]

const SENTENCE = 'The cat and the dog: the cat sat.'
const wordCounts = Buffer.from(Uint32Array.of(8, 5, 3).buffer)
  .toString('hex')
  .padEnd(128, '0')

const cases: readonly Case[] = [
  ...[0, 1, 2, 93, 5000].map((n): Case => ({
    guest: 'fibonacci',
    title: `n = ${n}`,
    options: { inputs: [u64(n)] },
    wanted: {
      ...exit(0),
      publicValues: Buffer.from(u64(fibonacci(n)))
        .toString('hex')
        .padEnd(128, '0'),
    },
  })),
  { guest: 'fibonacci', title: 'no input', options: {}, wanted: trap('input-empty', { instret: expect.any(BigInt) }) },
  {
    guest: 'fibonacci',
    title: 'too small public values',
    options: { inputs: [u64(10)], publicValuesBytes: 4 },
    wanted: trap('reveal-outside'),
  },
  ...['', 'a', 'Grüße', 'x'.repeat(31), 'y'.repeat(33)].map((text): Case => ({
    guest: 'echo',
    title: `${text.length} letters`,
    options: { inputs: [utf8(text)] },
    wanted: { ...exit(0), publicValues: Buffer.from(utf8(text).slice(0, 32)).toString('hex').padEnd(128, '0') },
  })),
  { guest: 'echo', title: '100,000 letters', options: { inputs: [utf8('z'.repeat(100_000))] }, wanted: exit(1) },
  ...(
    [
      [0, 0],
      [1, 1],
      [2, 2],
      [7, 7],
      [42, 42],
      [128, 128],
      [255, 255],
      [3, 99],
    ] as const
  ).map(([byte, code]): Case => ({
    guest: 'exitcode',
    title: `code ${byte}`,
    options: { inputs: [Uint8Array.of(byte)] },
    wanted: exit(code),
  })),
  ...selectors.map(([selector, wanted, options]): Case => ({
    guest: 'traps',
    title: `selector ${selector}`,
    options: { inputs: [Uint8Array.of(selector)], ...options },
    wanted,
  })),
  { guest: 'hello', abi: 'linux', title: 'prints', options: {}, wanted: exit(0) },
  {
    guest: 'args',
    abi: 'linux',
    title: 'arguments and standard input',
    options: { args: ['args', 'one', 'two'], inputs: [utf8('standard input\n')] },
    wanted: exit(2),
  },
  {
    guest: 'wordcount',
    title: 'a text',
    options: { inputs: [utf8(SENTENCE)] },
    wanted: { ...exit(0), publicValues: wordCounts },
  },
  { guest: 'wordcount', title: 'a panic', options: { inputs: [Uint8Array.of(0xff)] }, wanted: exit(1) },
]

function load(xlen: 32 | 64, { guest, abi }: Case): Promise<Guest> {
  const { rvr } = guest === 'wordcount' || (!isExhaustive && xlen === 32) ? quick : host
  return rvr.load(fixture(guest, xlen), abi === undefined ? {} : { abi })
}

/** Runs a case in one engine and mode; what it printed comes along. */
async function runCase(
  xlen: 32 | 64,
  item: Case,
  mode: ModeName,
  engine: Engine,
): Promise<{ run: Run; printed: string }> {
  return runOn(await artifactOf(await load(xlen, item), mode, engine), item)
}

async function runOn(artifact: Artifact, { options }: Case): Promise<{ run: Run; printed: string }> {
  const printed: Uint8Array[] = []
  const run = await artifact.execute({
    ...options,
    onPrint: (stream, bytes) => printed.push(utf8(`${stream}:`), bytes),
  })
  return { run, printed: Buffer.concat(printed).toString('latin1') }
}

/** A run that moves in its middle; it must not matter. */
async function expectMoved(
  xlen: 32 | 64,
  item: Case,
  mode: ModeName,
  { run: wanted, printed: text }: { run: Run; printed: string },
): Promise<void> {
  const guest = await load(xlen, item)
  const after = wanted.instret / 2n
  const { run, printed } = await runOn(await movingAfter(guest, await guest.compile(mode), after), item)
  expectSame(run, wanted)
  expect({ printed, segments: run.segments, openSegment: run.openSegment, profile: run.profile }).toEqual({
    printed: text,
    segments: wanted.segments,
    openSegment: wanted.openSegment,
    profile: wanted.profile,
  })
  expect([run.engine, run.interpreted]).toEqual(['native', after])
  run.dispose()
}

type Numbered = Case & { readonly index: number }

const guests = [...new Set(cases.map(({ guest }) => guest))]

/**
 * The widths share the modes of each guest, by turns, since compiling takes the time; the cases of guests that have
 * many share them, too. A large guest compiles long: its modes are those that others have of it too.
 */
function modesOf({ guest, index }: Numbered, xlen: 32 | 64): readonly ModeName[] {
  if (guest === 'wordcount') return sample(modeNames, xlen === 64 ? 1 : 0, modeNames.length)
  const modes = sample(modeNames, xlen / 32 + guests.indexOf(guest), 3)
  const isOneOfMany = guest === 'echo' || guest === 'exitcode' || guest === 'traps'
  return isOneOfMany ? sample(modes, index >> 1) : modes
}

/** The widths share the cases of guests that have many; of traps both have all. */
const isChosen = ({ guest, index }: Numbered, xlen: 32 | 64): boolean =>
  isExhaustive || !['fibonacci', 'echo', 'exitcode'].includes(guest) || index % 2 === (xlen / 32) % 2

/** Every case moves in one mode and at one width, by turns: a move looks at all of the guest's memory. */
const movedIn = ({ index }: Numbered, xlen: 32 | 64, modes: readonly ModeName[]): readonly ModeName[] =>
  isExhaustive ? modes : (index >> 2) % 2 === (xlen / 32) % 2 ? [modes[(index >> 1) % modes.length]!] : []

describe.each(widths)('RV%i', xlen => {
  const numbered = cases.map((item, index) => ({ ...item, index }))
  test.each(numbered.filter(item => isChosen(item, xlen)))('$guest, $title', async item => {
    const byMode = []
    const modes = modesOf(item, xlen)
    const moved = movedIn(item, xlen, modes)
    for (const mode of modes) {
      const [native, ...others] = await Promise.all(engines.map(engine => runCase(xlen, item, mode, engine)))
      if (native === undefined) throw new Error('three engines make three runs')
      expect(factsOf(native.run)).toMatchObject({ ...item.wanted, mode })
      for (const { run, printed } of others) {
        expectSame(run, native.run)
        expect(printed).toBe(native.printed)
        expect([run.segments, run.profile]).toEqual([native.run.segments, native.run.profile])
        run.dispose()
      }
      if (moved.includes(mode)) await expectMoved(xlen, item, mode, native)
      expect(typeof native.run.cost).toBe(mode === 'pure' ? 'undefined' : 'bigint')
      byMode.push({ ...factsOf(native.run), mode: '', cost: undefined, printed: native.printed })
      native.run.dispose()
    }
    for (const facts of byMode.slice(1)) expect(facts).toEqual(byMode[0])
  })

  test('a panic of a Rust guest says what and where', async () => {
    const options = { inputs: [Uint8Array.of(0xff)] }
    const { run, printed } = await runCase(
      xlen,
      { guest: 'wordcount', title: '', options, wanted: {} },
      'pure',
      'interp',
    )
    expect(printed.replaceAll(/print(Str)?:|stdout:/g, '')).toMatch(
      /^panicked at src\/main\.rs:\d+:\d+:\nthe record is text: Utf8Error/,
    )
    run.dispose()
  })

  test('a trap names the function, the instruction and where it was', async () => {
    const { run } = await runCase(
      xlen,
      { guest: 'traps', title: '', options: { inputs: [Uint8Array.of(1)] }, wanted: {} },
      'pure',
      'native',
    )
    const { trap: report } = run
    expect(report).toMatchObject({
      kind: 'load-outside',
      symbol: expect.stringMatching(/^main\+0x[0-9a-f]+$/),
      instruction: expect.stringMatching(/^lw /),
      pc: run.pc,
      instret: run.instret,
      registers: run.registers,
    })
    expect(report?.message).not.toBe('')
    run.dispose()
  })
})
