/** The comparison of pages with what programs write: it can fail. */
import { expect, test } from 'vitest'
import { missing, stepsOf } from './transcript.ts'

test('commands and what they wrote', () => {
  expect(stepsOf('$ a --b\none\n\n$ c\n')).toEqual([
    { command: 'a --b', output: ['one', ''] },
    { command: 'c', output: [] },
  ])
})

test.each([
  ['equal lines', ['a', 'b'], ['a', 'b']],
  ['lines left out', ['a', '…', 'd'], ['a', 'b', 'c', 'd']],
  ['no line left out', ['a', '…', 'b'], ['a', 'b']],
  ['the rest left out', ['a', '…'], ['a', 'b', 'c']],
  ['text left out', ['key 1f…'], ['key 1f44aa']],
  ['times', ['took 3.10 ms (12 million instructions/s)'], ['took 1,234 ms (1.5 million instructions/s)']],
] as const)('%s agree', (_, shown, written) => expect(missing(shown, written)).toBeUndefined())

test.each([
  ['another line', ['a', 'b'], ['a', 'c'], 'b'],
  ['a line too few', ['a', 'b'], ['a'], 'b'],
  ['a line too many', ['a'], ['a', 'b'], '(the end, where rvr goes on: b)'],
  ['a line not among those left out', ['a', '…', 'x'], ['a', 'b'], 'x'],
  ['another number', ['cost 12 cells'], ['cost 13 cells'], 'cost 12 cells'],
] as const)('%s differs', (_, shown, written, wanted) => expect(missing(shown, written)).toBe(wanted))
