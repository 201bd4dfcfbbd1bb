/** Folded stacks as their readers take them: frames between semicolons, a count behind the last space. */
import { describe, expect, test } from 'vitest'
import { folded } from '../../../src/guest-profile/formats/folded.ts'

import { exists, fileOf, output, textOf } from './consumers.ts'
import { chainProfile, oddNames, small } from './small.ts'

/** By stack; refuses what readers would take for something else. */
function parse(text: string): Map<string, number> {
  const stacks = new Map<string, number>()
  expect(text.endsWith('\n')).toBe(true)
  for (const line of text.slice(0, -1).split('\n')) {
    const [, stack, count] = /^(.+) (\d+)$/u.exec(line) ?? []
    expect(line).not.toMatch(/ [\d.]+ \d+$/)
    expect(stack?.split(';')).not.toContain('')
    stacks.set(stack!, (stacks.get(stack!) ?? 0) + Number(count))
  }
  return stacks
}

describe('folded stacks', () => {
  test('say what was spent in each stack itself, in either unit', () => {
    expect(textOf(folded, small('odd'))).toBe(
      `[guest];main 12\n[guest];main;odd 100\n[guest];main;odd;odd! ${2 ** 40 + 1}\n`,
    )
    expect(textOf(folded, small('odd'), 'cells')).toBe(
      `[guest];main 121\n[guest];main;odd 1000\n[guest];main;odd;odd! ${2 ** 50 + 9}\n`,
    )
  })

  test.each(oddNames)('keep a name of any characters in one frame: %j', name => {
    const stacks = parse(textOf(folded, small(name)))
    expect([...stacks.values()].toSorted((a, b) => a - b)).toEqual([12, 100, 2 ** 40 + 1])
    for (const stack of stacks.keys()) expect(stack.split(';').length).toBeLessThanOrEqual(4)
  })

  test('leave frames out where all stacks together would have no end, and no cost', () => {
    const depth = 100_000
    const stacks = parse(textOf(folded, chainProfile(depth)))
    expect([...stacks.values()].reduce((a, b) => a + b, 0)).toBe(depth)
    const cut = [...stacks].filter(([stack]) => stack.includes(';[deeper];'))
    expect(cut).toHaveLength(2)
    const byInnermost = Map.groupBy(stacks, ([stack]) => stack.slice(stack.lastIndexOf(';') + 1))
    for (const name of ['even', 'odd'])
      expect(byInnermost.get(name)!.reduce((sum, [, count]) => sum + count, 0)).toBe(depth / 2)
  })
})

describe.skipIf(!exists('inferno-flamegraph', '--version'))('inferno (skipped where it is not installed)', () => {
  test('draws what the profile says', () => {
    const profile = small('odd')
    const svg = output('inferno-flamegraph', [fileOf(folded, profile)])
    const total = profile.totals.instructions.toLocaleString('en')
    expect(svg).toContain(`<title>[guest] (${total} samples, 100.00%)</title>`)
    expect(svg).toContain(`<title>odd! (${(2 ** 40 + 1).toLocaleString('en')} samples, 100.00%)</title>`)
  })
})
