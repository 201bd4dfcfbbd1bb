/** Durations, sizes and counts of options. */
import { expect, test } from 'vitest'
import {
  limitIn,
  parseCount,
  parseDuration,
  parseJobs,
  parseEnds,
  parseLimit,
  parsePercent,
  parseSeed,
  parseSize,
  sizeIn,
} from '../../../src/cli/options/values.ts'

const refused = { code: 'USAGE' }

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['0s', 0],
])('duration %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})
test.each(['', '3', 's', '-1s', '1 s', '1d', '1e3s', '9999h', 'NaNms'])('no duration: %j', text => {
  expect(() => parseDuration(text)).toThrow(expect.objectContaining(refused))
})
test.each([
  ['64', 64],
  ['4KiB', 4096],
  ['4k', 4096],
  ['1.5MiB', 1_572_864],
  ['5GiB', 5 * 2 ** 30],
  ['2kB', 2048 - 48],
  ['7b', 7],
])('size %s', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})
test.each(['', 'KiB', '-1', '1.5', '1TiBx', '0.0001KiB', '99999999999GiB'])('no size: %j', text => {
  expect(() => parseSize(text)).toThrow(expect.objectContaining(refused))
})
test.each([
  ['0', 0n],
  ['1_000_000', 1_000_000n],
  ['0x10', 16n],
  ['9007199254740993', 9007199254740993n],
])('count %s', (text, value) => {
  expect(parseCount(text)).toBe(value)
})
test.each(['', '-1', '1.0', '1e6', '_1', '1__0', '4611686018427387904', 'ten'])('no count: %j', text => {
  expect(() => parseCount(text)).toThrow(expect.objectContaining(refused))
})
test('jobs and seeds have their ranges', () => {
  expect(parseJobs('8')).toBe(8)
  for (const text of ['0', '1025', '-1']) expect(() => parseJobs(text)).toThrow(expect.objectContaining(refused))
  expect(parseSeed('18446744073709551615')).toBe(2n ** 64n - 1n)
  for (const text of ['18446744073709551616', '-1', ''])
    expect(() => parseSeed(text)).toThrow(expect.objectContaining(refused))
})

test('ends of shards ascend', () => {
  expect(parseEnds('5,1_000,2000')).toEqual([5, 1000, 2000])
  for (const text of ['', '5,', '9,3', '5,5', 'x'])
    expect(() => parseEnds(text), text).toThrow(expect.objectContaining({ code: 'USAGE' }))
})

test('limits and percentages', () => {
  expect([parseLimit('0'), parseLimit('8_388_608'), parseLimit('9007199254740991')]).toEqual([
    0,
    2 ** 23,
    Number.MAX_SAFE_INTEGER,
  ])
  for (const text of ['9007199254740992', '1.5', '-1', ''])
    expect(() => parseLimit(text)).toThrow(expect.objectContaining(refused))
  expect([parsePercent('2'), parsePercent('2%'), parsePercent(' 0.5% '), parsePercent('0')]).toEqual([2, 2, 0.5, 0])
  for (const text of ['', '%', '-1', 'two', '1e3', '1.', '0.1234567'])
    expect(() => parsePercent(text)).toThrow(expect.objectContaining(refused))
})

test('a number out of its range is told from none, with the end of the range', () => {
  const refusal = (parse: () => unknown): string => {
    try {
      return `${parse()}`
    } catch (error) {
      return `${(error as Error).message}: ${(error as { hint?: string }).hint}`
    }
  }
  expect(refusal(() => parseSize('99999999999GiB'))).toBe(
    '"99999999999GiB" is too large: The greatest value is 2^53 − 1.',
  )
  expect(refusal(() => sizeIn({ greatest: 2 ** 20 })('1TiB'))).toBe(
    '"1TiB" is too large: The greatest value is 1,048,576.',
  )
  expect(refusal(() => limitIn({ least: 1 })('0'))).toBe('"0" is too small: The least value is 1.')
  expect(refusal(() => limitIn({ greatest: 2 ** 30 })('4294967296'))).toContain('The greatest value is 1,073,741,824.')
  expect(refusal(() => limitIn({ least: 1, greatest: 2 ** 30 })('1073741824'))).toBe('1073741824')
})
