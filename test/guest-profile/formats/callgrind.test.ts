/** callgrind's format: what callgrind_annotate shows, and what its grammar says. */
import { describe, expect, test } from 'vitest'
import { callgrind } from '../../../src/guest-profile/formats/callgrind.ts'
import type { ProfileUnit } from '../../../src/guest-profile/formats/format.ts'
import type { GuestProfile } from '../../../src/guest-profile/guest-profile.ts'
import { syntheticProfile } from '../synthetic.ts'
import { exists, fileOf, output, textOf } from './consumers.ts'
import { costsByFunction, units } from './expected.ts'
import { chainProfile, oddNames, placed } from './small.ts'

interface Call {
  readonly from: string
  readonly to: string
  readonly calls: number
  readonly line: number
  readonly costs: readonly number[]
}

/** Lines of the format, each of a known kind; names that stand as a number have been said before. */
function parse(text: string) {
  const own = new Map<string, number[]>()
  const calls: Call[] = []
  const names = { file: new Map<string, string>(), function: new Map<string, string>() }
  const resolve = (kind: 'file' | 'function', id: string, name: string | undefined): string => {
    if (name !== undefined) {
      expect(names[kind].has(id)).toBe(false)
      names[kind].set(id, name)
    }
    expect(names[kind].has(id)).toBe(true)
    return names[kind].get(id)!
  }
  let current = ''
  let callee = ''
  let pending: number | undefined
  const [head, body] = text.split(/(?<=^summary: .*\n)/m)
  const summary = /^summary: ([\d ]+)$/m.exec(head!)![1]!.split(' ').map(Number)
  for (const line of body!.split('\n')) {
    const [, key, id, name] = /^(fl|fi|fe|fn|cfi|cfn)=\((\d+)\)(?: (.+))?$/u.exec(line) ?? []
    const called = /^calls=([1-9]\d*) (\d+)$/.exec(line)
    const cost = /^\d+( \d+){2,3}$/.exec(line)?.[0].split(' ').map(Number)
    if (key !== undefined) {
      const said = resolve(key.endsWith('fn') ? 'function' : 'file', id!, name)
      if (key === 'fn') current = said
      if (key === 'cfn') callee = said
    } else if (called !== null) pending = Number(called[1])
    else if (cost !== undefined) {
      const [at, ...costs] = cost
      if (pending === undefined)
        own.set(
          current,
          costs.map((value, index) => value + (own.get(current)?.[index] ?? 0)),
        )
      else calls.push({ from: current, to: callee, calls: pending, line: at!, costs })
      pending = undefined
    } else expect(line).toBe('')
  }
  return { summary, own, calls }
}

describe('the file', () => {
  test('has own costs by line, and calls with what they cost altogether', () => {
    const profile = placed('odd')
    const { summary, own, calls } = parse(textOf(callgrind, profile))
    expect(summary).toEqual([profile.totals.instructions, profile.totals.cells])
    expect(own).toEqual(
      new Map([
        ['main', [12, 121]],
        ['odd', [100, 1000]],
        ['odd!', [2 ** 40 + 1, 2 ** 50 + 9]],
      ]),
    )
    const below = [2 ** 40 + 101, 2 ** 50 + 1009]
    expect(calls).toEqual([
      { from: '[guest]', to: 'main', calls: 1, line: 0, costs: [below[0]! + 12, below[1]! + 121] },
      { from: 'main', to: 'odd', calls: 3, line: 11, costs: below },
      { from: 'odd', to: 'odd!', calls: 1, line: 42, costs: [2 ** 40 + 1, 2 ** 50 + 9] },
    ])
  })

  test('has memory as an event of its own where it was counted', () => {
    const profile = syntheticProfile({ nodes: 100, seed: 4, memory: true })
    const text = textOf(callgrind, profile, 'cells')
    expect(text).toContain('\nevents: cells instructions memory\n')
    const { summary, own, calls } = parse(text)
    expect(summary).toEqual([profile.totals.cells, profile.totals.instructions, profile.memory])
    const ownMemory = [...own.values()].reduce((sum, costs) => sum + costs[2]!, 0)
    expect(ownMemory).toBe(profile.memory)
    const fromRoot = calls.filter(({ from }) => from === '[guest]').reduce((sum, { costs }) => sum + costs[2]!, 0)
    expect(fromRoot).toBe(profile.memory! - profile.nodes.memory![0]!)
  })

  test.each(oddNames)('keeps a name of any characters in one line: %j', name => {
    const { own } = parse(textOf(callgrind, placed(name)))
    expect(own.size).toBe(3)
  })

  test('says what leads to a function once, however deep it calls itself', () => {
    const { own, calls } = parse(textOf(callgrind, chainProfile(100_000)))
    expect([...own.values()]).toEqual([
      [50_000, 100_000],
      [50_000, 100_000],
    ])
    expect(calls.map(({ from, to, calls: times, costs }) => [from, to, times, ...costs])).toEqual([
      ['even', 'odd', 50_000, 99_999, 199_998],
      ['odd', 'even', 49_999, 0, 0],
    ])
  })
})

describe.skipIf(!exists('callgrind_annotate', '--version'))('callgrind_annotate (skipped without valgrind)', () => {
  const table = (profile: GuestProfile, unit: ProfileUnit, ...options: string[]) => {
    const path = fileOf(callgrind, profile, unit)
    const text = output('callgrind_annotate', ['--threshold=100', '--auto=no', '--show-percs=no', ...options, path])
    expect(text).toContain(`Events recorded:  ${unit} `)
    const numbers = (said: string): number => Number(said.replaceAll(',', ''))
    const rows = text.matchAll(/^ *([\d,]+) +([\d,]+|\.) +(?:\?\?\?|[^ :]+):(.*?)(?: \[\])?$/gm)
    const total = numbers(/^ *([\d,]+) .*PROGRAM TOTALS$/m.exec(text)![1]!)
    return { total, functions: new Map([...rows].map(([, first, , name]) => [name, numbers(first!)])) }
  }

  test.each(units)('shows each function with its own costs and its total, in %s', unit => {
    const profile = syntheticProfile({ nodes: 2000, seed: 6 })
    const expected = costsByFunction(profile, unit)
    const own = table(profile, unit)
    expect(own.total).toBe(profile.totals[unit])
    const positive = [...expected].filter(([, [self]]) => self > 0)
    expect(own.functions).toEqual(new Map(positive.map(([name, [self]]) => [name, self])))
    const total = table(profile, unit, '--inclusive=yes')
    expect(total.functions).toEqual(new Map([...expected].map(([name, [, cost]]) => [name, cost])))
  })
})
