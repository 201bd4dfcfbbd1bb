/** Every option of the SDK: its numbers at their ends, what it does not take, and names that nobody knows. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  hex,
  Rvr,
  RvrError,
  u32,
  u64,
  type Artifact,
  type ExecuteOptions,
  type Guest,
  type Run,
} from '../../src/index.ts'
import { defaultMachine } from '../../src/index.ts'
import { errorOf, program } from '../run/support.ts'

let rvr: Rvr, guest: Guest, artifact: Artifact, metered: Artifact, run: Run
beforeAll(async () => {
  rvr = await Rvr.create({ cacheDir: false })
  guest = await rvr.load(program(64, code => code.li('a0', 1).li('a0', 2).li('a0', 3).op('terminate')))
  artifact = guest.interpret('metered-cost')
  metered = guest.interpret('metered')
  run = await artifact.execute({ maxInstructions: 1 })
})
afterAll(async () => {
  run.dispose()
  await rvr.dispose()
})

/** What a value is tried as. */
const ends: readonly (number | bigint)[] = [
  0,
  1,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53,
  2 ** 62,
  2 ** 63,
  2 ** 64,
  Infinity,
  -Infinity,
  NaN,
  -1,
  -0.5,
  0.5,
  1.5,
  0n,
  1n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 62n - 1n,
  2n ** 62n,
  2n ** 63n,
  2n ** 64n - 1n,
  2n ** 64n,
  2n ** 70n,
  -1n,
]
const executes =
  (name: string, of = () => artifact) =>
  async (value: unknown): Promise<void> =>
    (await of().execute({ [name]: value } as ExecuteOptions)).dispose()
const creates =
  (option: (value: unknown) => object) =>
  async (value: unknown): Promise<void> =>
    (await Rvr.create({ cacheDir: false, ...option(value) })).dispose()
const limit = (name: string) => (value: unknown) =>
  metered.execute({ segmentLimits: { [name]: value } } as ExecuteOptions).then(done => done.dispose())
const whole =
  (min: bigint, max: bigint) =>
  (value: number | bigint): boolean =>
    (typeof value === 'bigint' || Number.isInteger(value)) && value >= min && value <= max
const fraction =
  (max: number) =>
  (value: number | bigint): boolean =>
    typeof value === 'number' && value >= 0 && value <= max

const COUNT = 2n ** 62n - 1n
const SAFE = 2n ** 53n - 1n
const TIMER = 2 ** 31 - 1
/** Every numeric option: how it is given, which values work, and its greatest one as the error says it. */
const numbers: readonly (readonly [
  name: string,
  give: (value: unknown) => unknown,
  works: (value: number | bigint) => boolean,
  greatest: string,
])[] = [
  ['maxInstructions', executes('maxInstructions'), whole(0n, COUNT), '2^62 - 1'],
  ['maxCost', executes('maxCost'), whole(0n, COUNT), '2^62 - 1'],
  ['timeoutMs', executes('timeoutMs'), fraction(TIMER), '2^31 - 1'],
  ['publicValuesBytes', executes('publicValuesBytes'), whole(0n, 2n ** 20n), '1048576'],
  ['publicValuesBytes, metered', executes('publicValuesBytes', () => metered), whole(0n, 2n ** 20n), '1048576'],
  ['seed', executes('seed'), whole(0n, 2n ** 64n - 1n), '2^64 - 1'],
  ['progressMs', executes('progressMs'), whole(1n, BigInt(TIMER)), '2^31 - 1'],
  ['maxTraceHeight', limit('maxTraceHeight'), whole(1n, 2n ** 30n), '1073741824'],
  ['maxMemoryBytes', limit('maxMemoryBytes'), whole(1n, SAFE), '2^53 - 1'],
  ['maxInteractions', limit('maxInteractions'), whole(1n, SAFE), '2^53 - 1'],
  [
    'resume: maxInstructions',
    async value => {
      const first = await artifact.execute({ maxInstructions: 1 })
      try {
        await first.resume({ maxInstructions: value as bigint })
      } finally {
        first.dispose()
      }
    },
    whole(0n, COUNT),
    '2^62 - 1',
  ],
  ['memory.read: address', value => run.memory.read(value as number, 0), whole(0n, 2n ** 29n), '536870912'],
  ['memory.read: length', value => run.memory.read(0, value as number), whole(0n, 2n ** 29n), '536870912'],
  ['u32', value => u32(value as bigint), whole(0n, 2n ** 32n - 1n), '4294967295'],
  ['u64', value => u64(value as bigint), whole(0n, 2n ** 64n - 1n), '18446744073709551615'],
  ['jobs', creates(jobs => ({ jobs })), whole(1n, 1024n), '1024'],
  ['cacheMaxBytes', creates(cacheMaxBytes => ({ cacheMaxBytes })), fraction(Infinity), 'Infinity'],
  ['cacheMaxDays', creates(cacheMaxDays => ({ cacheMaxDays })), fraction(Infinity), 'Infinity'],
  ...['connectMs', 'silenceMs', 'requestMs', 'closeMs'].map(
    name =>
      [
        `remote.timeouts.${name}`,
        creates(value => ({ remote: { timeouts: { [name]: value } } })),
        fraction(TIMER),
        '2^31 - 1',
      ] as const,
  ),
]

describe('numbers at their ends: each works, or is bad usage that says the greatest value', () => {
  test.each(numbers)('%s', async (_name, give, works, greatest) => {
    for (const value of ends) {
      const error: unknown = await (async () => give(value))().then(
        () => undefined,
        (reason: unknown) => reason,
      )
      const found =
        error === undefined ? 'works' : error instanceof RvrError ? `${error.code} ${error.message}` : String(error)
      const text = `${typeof value} ${value}`
      if (works(value)) expect({ text, found }).toEqual({ text, found: 'works' })
      else expect({ text, found }).toEqual({ text, found: expect.stringMatching(/^USAGE /) })
      if (!works(value)) expect(found).toContain(greatest)
    }
  })

  test('limits of the cache', async () => {
    for (const value of [-1, NaN, 1n])
      expect(await errorOf(rvr.cache.prune({ maxBytes: value as number }))).toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining('Infinity'),
      })
  })

  test('segments are counted', async () => {
    for (const value of [-1, 0.5, NaN, Infinity, 2 ** 53, 1n, 0])
      expect(await errorOf(run.segmentStart(value as number))).toMatchObject({ code: 'USAGE' })
  })

  test('traces have a greatest length', async () => {
    for (const value of [-1, 0.5, NaN, Infinity, 100_001, 2n ** 64n]) {
      expect(await errorOf(run.trace({ maxInstructions: value }))).toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining('100000'),
      })
    }
  })
})

describe('values of another type', () => {
  const wrong: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
    [
      'an input that is text',
      () => artifact.execute({ inputs: ['x' as never] }),
      /execute: inputs\.0 is "x", wanted a Uint8Array/,
    ],
    [
      'inputs that are no list',
      () => artifact.execute({ inputs: new Uint8Array(3) as never }),
      /execute: inputs is an object, wanted an array of Uint8Arrays/,
    ],
    ['an input of other numbers', () => artifact.execute({ inputs: [new Uint32Array(1) as never] }), /inputs\.0/],
    ['args that are numbers', () => artifact.execute({ args: [5 as never] }), /args\.0 is 5, wanted a string/],
    [
      'a callback that is none',
      () => artifact.execute({ onPrint: 'log' as never }),
      /onPrint is "log", wanted a function/,
    ],
    [
      'a signal that is none',
      () => artifact.execute({ signal: {} as never }),
      /signal is an object, wanted an AbortSignal/,
    ],
    ['options that are none', () => artifact.execute(5 as never), /execute: the argument is 5, wanted an object/],
    ['a guest that is no file', () => rvr.load(5 as never), /load: the argument is 5, wanted the path of an ELF file/],
    [
      'an ABI that is none',
      () => rvr.load('x', { abi: 'windows' as never }),
      /abi is "windows", wanted one of openvm, linux/,
    ],
    [
      'a machine that is none',
      () => rvr.load('x', { machine: 5 as never }),
      /machine is 5, wanted a path or a machine/,
    ],
    ['a profile that is none', () => guest.compile('pure', { profile: 5 as never }), /profile is 5/],
    ['a cache directory that is none', () => Rvr.create({ cacheDir: true as never }), /cacheDir is true/],
    ['a mode that is none', () => guest.compile('pur' as never), /unknown mode "pur"/],
  ]
  test.each(wrong)('%s', async (_what, call, says) => {
    expect(await errorOf(call())).toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(says),
      hint: expect.any(String),
    })
  })

  test('hex that is no text', () => {
    expect(() => hex(5 as never)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }))
  })
})

describe('names that nobody knows are told with the nearest known one', () => {
  const unknown: readonly (readonly [string, () => Promise<unknown>, RegExp, string])[] = [
    [
      'execute',
      () => artifact.execute({ maxInstruction: 5 } as never),
      /execute: there is no option maxInstruction$/,
      'Is maxInstructions meant?',
    ],
    [
      'segmentLimits',
      () => metered.execute({ segmentLimits: { maxTraceHight: 5 } } as never),
      /segmentLimits\.maxTraceHight$/,
      'Is maxTraceHeight meant?',
    ],
    ['resume', () => run.resume({ timeout: 5 } as never), /resume: there is no option timeout$/, 'Is timeoutMs meant?'],
    ['load', () => rvr.load('x', { machin: 'y' } as never), /load: there is no option machin$/, 'Is machine meant?'],
    [
      'compile',
      () => guest.compile('pure', { emitDir: 'x' } as never),
      /compile: there is no option emitDir$/,
      'Is emitDirectory meant?',
    ],
    [
      'create',
      () => Rvr.create({ cachedir: false } as never),
      /Rvr\.create: there is no option cachedir$/,
      'Is cacheDir meant?',
    ],
    [
      'remote',
      () => Rvr.create({ remote: { timeouts: { connect: 5 } } } as never),
      /remote\.timeouts\.connect$/,
      'Is connectMs meant?',
    ],
    ['save', () => run.save('x', { signall: 5 } as never), /save: there is no option signall$/, 'Is signal meant?'],
  ]
  test.each(unknown)('%s', async (_call, call, says, nearest) => {
    expect(await errorOf(call())).toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(says),
      hint: expect.stringContaining(nearest),
    })
  })
})

test('a machine that was read and changed is taken as it is', async () => {
  const machine = defaultMachine(64)
  expect(
    (
      await rvr.load(
        program(64, code => code.op('terminate')),
        { machine: { ...machine, name: 'mine' } },
      )
    ).machine.name,
  ).toBe('mine')
})
