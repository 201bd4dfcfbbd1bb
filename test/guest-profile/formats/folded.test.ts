/** Folded stacks as their readers take them: frames between semicolons, a count behind the last space. */
import { describe, expect, test } from 'vitest'
import { folded } from '../../../src/guest-profile/formats/folded.ts'
import type { ProfileUnit } from '../../../src/guest-profile/formats/format.ts'
import type { GuestProfile } from '../../../src/guest-profile/guest-profile.ts'
import { oddNames, profileOf, small } from './small.ts'

const textOf = (profile: GuestProfile, unit: ProfileUnit = 'instructions') =>
  [...folded.write(profile, { unit })].join('')

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
    expect(textOf(small('odd'))).toBe(`[guest];main 12\n[guest];main;odd 100\n[guest];main;odd;odd! ${2 ** 40 + 1}\n`)
    expect(textOf(small('odd'), 'cells')).toBe(
      `[guest];main 121\n[guest];main;odd 1000\n[guest];main;odd;odd! ${2 ** 50 + 9}\n`,
    )
  })

  test.each(oddNames)('keep a name of any characters in one frame: %j', name => {
    const stacks = parse(textOf(small(name)))
    expect([...stacks.values()].toSorted((a, b) => a - b)).toEqual([12, 100, 2 ** 40 + 1])
    for (const stack of stacks.keys()) expect(stack.split(';').length).toBeLessThanOrEqual(4)
  })

  test('leave frames out where all stacks together would have no end, and no cost', () => {
    const depth = 100_000
    const nodes = Array.from({ length: depth }, (_, node) => ({ parent: node - 1, function: node % 2 }))
    const rows = nodes.map((_, node) => ({ node, instructions: 1, cells: 1 }))
    const stacks = parse(textOf(profileOf(['even', 'odd'], nodes, rows)))
    expect([...stacks.values()].reduce((a, b) => a + b, 0)).toBe(depth)
    const cut = [...stacks].filter(([stack]) => stack.includes(';[deeper];'))
    expect(cut).toHaveLength(2)
    const byInnermost = Map.groupBy(stacks, ([stack]) => stack.slice(stack.lastIndexOf(';') + 1))
    for (const name of ['even', 'odd'])
      expect(byInnermost.get(name)!.reduce((sum, [, count]) => sum + count, 0)).toBe(depth / 2)
  })
})
