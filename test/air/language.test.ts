/** Errors in the text of AIRs say file, line and column; what would not end is refused. */
import { describe, expect, test } from 'vitest'
import { loadAirs } from '../../src/air/load.ts'

const LIST = `machine m
bus 0 range lookup (value, bits)
air A from a
`

const load = (a: string, files: Readonly<Record<string, string>> = {}) => {
  const known: Readonly<Record<string, string>> = { m: LIST, a, ...files }
  return loadAirs('m', path => {
    const text = known[path]
    if (text === undefined) throw new Error('it is not there')
    return text
  })
}

const place = (file: string, line: number, column: number) =>
  expect.objectContaining({
    code: 'MACHINE_INVALID',
    message: expect.stringContaining(`${file}.air:${line}:${column}: `),
    details: { file: `${file}.air`, line, column },
  })

describe('errors', () => {
  test.each([
    ['col x = 1\nzero one: y', 2, 11, 'y means nothing here'],
    ['col x[i < 2] = i\nzero one: x[2]', 2, 12, 'x[2] means nothing here'],
    ['col x = ?', 1, 9, 'means nothing here'],
    ['col x = (1', 1, 9, '( is not closed'],
    ['col x = 1)', 1, 10, ') closes nothing'],
    ['col x = 1 2', 1, 11, '2 where the line should end'],
    ['col = 1', 1, 5, '= where a name was expected'],
    ['cool x = 1', 1, 1, 'cool begins no statement'],
    ['col x = 1\ncol x = 2', 2, 5, 'x has a meaning already'],
    ['col x = 1\nzero four: x**4', 2, 1, 'four has degree 4, and 3 is allowed'],
    ['col x = 1\nlast four: x**3', 2, 1, 'four has degree 4'],
    ['col x = 1\nzero q: x/x', 2, 10, 'a number that is known without a row was expected'],
    ['col x = 1\nzero q: x/2013265921', 2, 10, 'division by a multiple of 2013265921'],
    ['col x = 1\nzero q: x & 1', 2, 11, '& is not for field elements'],
    ['col x = 1\nzero n: next(next(x))', 2, 9, 'the row behind the next one is out of reach'],
    ['col x = 1\nsend rage 1: x, 2', 2, 1, 'no bus is called rage'],
    ['col x = 1\nsend range 1: x', 2, 1, '1 fields, and bus range has value, bits'],
    ['col x = y', 1, 9, 'y means nothing here'],
    ['col x = 1\ncol y = x', 2, 9, 'x means nothing here'],
    ['f(1)', 1, 1, 'nothing is called f'],
    ['def f(a)\n  col x = a\nf(1, 2)', 3, 1, '2 arguments where 1 were expected'],
    ['def f(a)\ncol x = 1', 1, 1, 'nothing is indented below this line'],
    ['  col x = 1', 1, 3, 'indented, but in no block'],
    ['if 1\n  col x = 1\n   col y = 1', 3, 4, 'indented by 3, the line before by 2'],
    ['use b', 1, 1, 'b.air cannot be read: it is not there'],
    ['operands: 1', 1, 1, 'operands of an AIR without instructions'],
    ['public x\nrole pc: x', 2, 1, 'pc is no role; roles are pc_before,'],
    ['public x\nrole root_after: x', 2, 18, '1 values, and root_after has 8'],
    ['col x = 1\nrole pc_after: x', 2, 16, 'x is no public value'],
    ['access r at 1, 2', 1, 1, 'an access is at: space, pointer, time'],
  ])('%j', (text, line, column, message) => {
    expect(() => load(text)).toThrow(place('a', line, column))
    expect(() => load(text)).toThrow(message)
  })

  test('fixed columns of a table without a height', () => {
    expect(() => load('fixed x = 1')).toThrow(/A has fixed columns, and no height/)
  })

  test('in a file that is used', () => {
    const files = { b: '# definitions\ndef f(x) = x +\n' }
    expect(() => load('use b\ncol x = f(1)', files)).toThrow(place('b', 2, 15))
  })

  test('in the list', () => {
    expect(() => load('', { m: `${LIST}air A from a\n` })).toThrow(place('m', 4, 5))
    expect(() => load('', { m: `${LIST}air B from a(n = 1)\n` })).toThrow('a has no parameter n')
    expect(() => load('parameters n')).toThrow('a needs the parameter n')
    expect(() => load('', { m: 'bus 0 x lookup (a)\n' })).toThrow('no line that names the machine')
  })
})

describe('what would not end, or nearly so, is refused', () => {
  test.each([
    ['def f(x)\n  f(x)\nf(1)', 'calls more than 64 deep'],
    ['def f(x) = f(x)\ncol x = f(1)', 'calls more than 64 deep'],
    ['for i in 1..10000000\n  let x = 1', 'takes more than 4000000 steps to read'],
    ['col x = sum(1 for i in 1..1000000000000)', 'takes more than 4000000 steps to read'],
    ['col x[i < 1000000000000] = 1', 'more than 65536 columns'],
    ['col x[i < 5000] = 1\nzero s: sum(x)', 'operations more than 2048 deep'],
    ['input x\ncol y = sum(x + i for i in 1..5000)', 'operations more than 2048 deep'],
    ['col x = 2**100000', 'a power from 0 to 64 was expected'],
    [`col x = ${'('.repeat(1000)}1${')'.repeat(1000)}`, 'an expression more than 64 deep'],
    [`col x = ${'-'.repeat(1000)}1`, 'an expression more than 64 deep'],
    [`${Array.from({ length: 40 }, (_, k) => `${' '.repeat(k)}if 1`).join('\n')}`, 'blocks more than 16 deep'],
    ['#'.repeat(300_000), 'more than 262144 characters'],
  ])('%s', (text, message) => {
    expect(() => load(text)).toThrow(expect.objectContaining({ code: 'MACHINE_INVALID' }))
    expect(() => load(text)).toThrow(message)
  })
})
