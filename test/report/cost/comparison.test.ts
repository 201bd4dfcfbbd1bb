/** Comparing measurements: what is read of a base, what counts as growth, how differences are shown. */
import { describe, expect, test } from 'vitest'
import { RvrError } from '../../../src/errors.ts'
import { compare, comparisonJson, comparisonText } from '../../../src/report/cost/comparison.ts'
import { readMeasurement, type Measurement } from '../../../src/report/cost/measurement.ts'

const run = { outcome: 'terminated', mode: 'metered', instret: 100, cost: 1000 }

describe('a base', () => {
  test('the JSON of a metered run, of a run without segments, of rvr cost', () => {
    expect(
      readMeasurement(
        {
          ...run,
          segments: [{}, {}],
          openSegment: {},
          peakMemoryBytes: 7,
          chips: { AddI: { rows: 2, cells: 46 } },
          more: true,
        },
        'x',
      ),
    ).toEqual({
      outcome: 'terminated',
      cost: 1000n,
      instret: 100n,
      segments: 3,
      peakMemoryBytes: 7,
      chips: new Map([['AddI', 46]]),
    })
    expect(readMeasurement({ ...run, cost: '9007199254740993' }, 'x')).toEqual({
      outcome: 'terminated',
      cost: 9007199254740993n,
      instret: 100n,
    })
    expect(
      readMeasurement({ ...run, machine: 'dd', functions: { main: { instructions: 1, cells: 2 } }, opcodes: {} }, 'x'),
    ).toMatchObject({ machine: 'dd', functions: new Map([['main', 2]]), opcodes: new Map() })
  })

  test.each([
    [null, 'not the JSON of a run'],
    [[1], 'field outcome is missing'],
    ['text', 'not the JSON of a run'],
    [{ error: { code: 'IO' } }, 'field outcome is missing'],
    [{ ...run, cost: undefined, mode: 'pure' }, 'a run in mode pure has no cost'],
    [{ ...run, instret: undefined }, 'field instret is missing'],
    [{ ...run, cost: 3.5 }, 'field cost is 3.5, not a whole number'],
    [{ ...run, cost: -1 }, 'field cost is -1'],
    [{ ...run, cost: '12' }, 'field cost'],
    [{ ...run, chips: { AddI: 3 } }, 'field chips.AddI is 3'],
    [{ ...run, segments: {} }, 'field segments is Object, not a list'],
    [{ ...run, outcome: 'done' }, 'field outcome is "done"'],
    [{ ...run, peakMemoryBytes: 'x' }, 'field peakMemoryBytes'],
  ])('%j is refused: %s', (data, text) => {
    let error: unknown
    try {
      readMeasurement(data, 'base.json')
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(RvrError)
    expect(error).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('base.json'),
      hint: expect.stringContaining('--save-base'),
      details: { path: 'base.json' },
    })
    expect((error as RvrError).message).toContain(text)
  })
})

const of = (cost: bigint, more: Partial<Measurement> = {}): Measurement => ({
  outcome: 'terminated',
  cost,
  instret: cost / 10n,
  ...more,
})

test.each([
  [1000n, 1020n, 2, false],
  [1000n, 1021n, 2, true],
  [1000n, 1000n, 0, false],
  [1000n, 1001n, 0, true],
  [1000n, 900n, 0, false],
  [0n, 0n, 5, false],
  [0n, 1n, 5, true],
  [10n ** 18n, 10n ** 18n + 5n * 10n ** 15n, 0.5, false],
  [10n ** 18n, 10n ** 18n + 5n * 10n ** 15n + 1n, 0.5, true],
] as const)('from %d to %d with a threshold of %d%%: too dear is %s', (base, now, threshold, isExceeded) => {
  expect(compare('b', of(base), of(now), threshold)).toMatchObject({ threshold, isExceeded })
  expect(compare('b', of(base), of(now)).isExceeded).toBe(false)
})

const base = of(1000n, {
  segments: 2,
  peakMemoryBytes: 2 ** 30,
  chips: new Map([
    ['AddI', 600],
    ['Mul', 300],
    ['Gone', 100],
  ]),
  functions: new Map([['main', 1000]]),
})
const now = of(1500n, {
  segments: 2,
  peakMemoryBytes: 2 ** 31,
  chips: new Map([
    ['AddI', 600],
    ['Mul', 850],
    ['New', 50],
  ]),
})

test('differences: totals, and names by the size of their change', () => {
  const comparison = compare('b.json', base, now, 10)
  expect(comparison.by).toEqual({
    chips: [
      { name: 'Mul', base: 300n, now: 850n },
      { name: 'Gone', base: 100n, now: 0n },
      { name: 'New', base: 0n, now: 50n },
    ],
  })
  expect(comparisonJson(comparison)).toEqual({
    base: 'b.json',
    cost: { base: 1000, now: 1500, change: 500, percent: 50 },
    instret: { base: 100, now: 150, change: 50, percent: 50 },
    segments: { base: 2, now: 2, change: 0, percent: 0 },
    peakMemoryBytes: { base: 2 ** 30, now: 2 ** 31, change: 2 ** 30, percent: 100 },
    chips: {
      Mul: { base: 300, now: 850, change: 550, percent: 183.333333 },
      Gone: { base: 100, now: 0, change: -100, percent: -100 },
      New: { base: 0, now: 50, change: 50 },
    },
    threshold: 10,
    exceeded: true,
  })
  expect(comparisonJson(compare('b', of(2n ** 60n), of(0n))).cost).toEqual({
    base: '1152921504606846976',
    now: 0,
    change: '-1152921504606846976',
    percent: -100,
  })
})

test('the text', () => {
  const text = comparisonText(compare('b.json', base, now, 10), { shown: 'chips', top: 2 })
  expect(text).toMatch(/^compared with b\.json\n/)
  expect(text).toMatch(/^ +cost +1,000 +1,500 +\+500 +\+50\.00%$/m)
  expect(text).toMatch(/^ +segments +2 +2 +0 +same$/m)
  expect(text).toMatch(/^ +peak memory +1\.00 GiB +2\.00 GiB +\+1\.00 GiB +\+100\.00%$/m)
  expect(text).toMatch(/^ +Gone +100 +0 +−100 +gone$/m)
  expect(text).toContain('and 1 more with smaller changes\n')
  expect(text).toMatch(/too dear: the cost grew by more than 10%\n$/)
  expect(comparisonText(compare('b.json', base, now, 50), { shown: 'functions', top: 2 })).toMatch(
    /b\.json has no functions to compare with\nwithin the threshold of 50%\n$/,
  )
})
