/** pprof's format: what `go tool pprof` shows, and the message itself. */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Profile, type Sample } from 'pprof-format'
import { describe, expect, test } from 'vitest'
import { pprof, pprofMessage } from '../../../src/guest-profile/formats/pprof.ts'
import type { GuestProfile } from '../../../src/guest-profile/guest-profile.ts'
import { isExhaustive } from '../../support/exhaustive.ts'
import { syntheticProfile } from '../synthetic.ts'
import { bytesOf, exists, fileOf, output } from './consumers.ts'
import { costsByFunction, units } from './expected.ts'
import { chainProfile, oddNames, placed } from './small.ts'

function decoded(profile: GuestProfile, bytes: Uint8Array = gunzipSync(bytesOf(pprof, profile))) {
  const message = Profile.decode(bytes)
  const { strings } = message.stringTable
  const functions = new Map(message.function.map(each => [Number(each.id), each]))
  const locations = new Map(message.location.map(each => [Number(each.id), each]))
  /** Locations, innermost first, of `function file:line`, inlined ones first. */
  const stack = (sample: Sample) =>
    sample.locationId.map(id =>
      locations.get(Number(id))!.line.map(({ functionId, line }) => {
        const { name, filename } = functions.get(Number(functionId))!
        return `${strings[Number(name)]} ${strings[Number(filename)]}:${line}`
      }),
    )
  return { message, strings, stack }
}

describe('the message', () => {
  test('has inlined functions as lines of one location, steps as labels, and both units', () => {
    const { message, strings, stack } = decoded(placed('odd'))
    expect(message.sampleType.map(({ type }) => strings[Number(type)])).toEqual(['instructions', 'cells'])
    const main = '[guest] :0'
    const called = 'main /src/main.c:11'
    expect(message.sample.map(stack)).toEqual([
      [['main /src/main.c:10'], [main]],
      [['main /src/main.c:12'], [main]],
      [['odd /src/main.c:41'], [called], [main]],
      [['odd! lib/odd name.h:3', 'odd /src/main.c:42'], [called], [main]],
      [['odd! lib/odd name.h:4', 'odd /src/main.c:42'], [called], [main]],
    ])
    expect(message.sample.map(({ value }) => value.map(Number))).toEqual([
      [5, 50],
      [7, 71],
      [100, 1000],
      [2 ** 40, 2 ** 50],
      [1, 9],
    ])
    const steps = message.sample.map(({ label }) =>
      label.map(({ key, str }) => [strings[Number(key)], strings[Number(str)]]),
    )
    expect(steps.map(([label]) => label)).toEqual(
      ['start', 'first step', 'start', 'start', 'first step'].map(step => ['step', step]),
    )
    expect(strings[0]).toBe('')
    expect(strings[Number(message.mapping[0]!.filename)]).toBe('guest.elf')
  })

  test.each(oddNames)('keeps a name of any characters: %j', name => {
    const { message, strings } = decoded(placed(name))
    expect(message.function.map(each => strings[Number(each.name)])).toContain(name)
  })

  test('has no labels where there is one step', () => {
    expect(decoded(syntheticProfile({ nodes: 10, seed: 3 })).message.sample.flatMap(({ label }) => label)).toEqual([])
  })

  test('has memory as a figure of its own where it was counted', () => {
    const profile = syntheticProfile({ nodes: 100, seed: 4, steps: 2, memory: true })
    const { message, strings } = decoded(profile)
    expect(message.sampleType.map(({ type }) => strings[Number(type)])).toEqual(['instructions', 'cells', 'memory'])
    const sums = [0, 1, 2].map(index => message.sample.reduce((sum, { value }) => sum + Number(value[index]), 0))
    expect(sums).toEqual([profile.totals.instructions, profile.totals.cells, profile.memory])
  })

  test('leaves frames out where all stacks together would have no end, and no cost', () => {
    const profile = chainProfile(100_000)
    const bytes = Buffer.concat([...pprofMessage(profile, { unit: 'cells' }, 600_000)])
    const { message, stack } = decoded(profile, bytes)
    expect(message.sample.reduce((sum, { value }) => sum + Number(value[0]), 0)).toBe(profile.totals.cells)
    expect(message.sample.reduce((sum, { locationId }) => sum + locationId.length, 0)).toBeLessThan(900_000)
    const [innermost, gap, above] = stack(message.sample.at(-1)!)
    expect([innermost, gap, above]).toEqual([['odd :0'], ['[deeper] :0'], [expect.stringMatching(/^(even|odd) :0$/)]])
  })
})

/**
 * Is there a pprof that Go has built? It takes Go a minute of processor time, when pprof is first asked for, and asking
 * which command that would be (`-n`) builds it, too.
 */
function isBuilt(): boolean {
  const { stdout, status } = spawnSync('go', ['env', 'GOTOOLDIR', 'GOCACHE'], { encoding: 'utf8' })
  if (status !== 0) return false
  const [tools = '', cache = ''] = stdout.trim().split('\n')
  return existsSync(join(tools, 'pprof')) || globSync('??/*-d/pprof', { cwd: cache }).length > 0
}

const isTried = isExhaustive ? exists('go', 'version') : isBuilt()
const title = 'go tool pprof (skipped without Go, and where it would have to be built, unless RVR_EXHAUSTIVE is set)'
describe.skipIf(!isTried)(title, { timeout: 300_000 }, () => {
  const top = (path: string, unit: string, ...options: string[]) => {
    const all = ['-nodecount=1000000', '-nodefraction=0', `-sample_index=${unit}`]
    const text = output('go', ['tool', 'pprof', '-top', ...all, ...options, path])
    const rows = text.matchAll(/^ *(\d+) +[\d.]+% +[\d.]+% +(\d+) +[\d.]+%  (.*?)(?: \((?:partial-)?inline\))?$/gm)
    const total = Number(/(\d+) total$/m.exec(text)?.[1])
    return { total, functions: new Map([...rows].map(([, flat, cum, name]) => [name!, [Number(flat), Number(cum)]])) }
  }

  test('shows each function with its own costs and its total, in both units, of all steps and of one', () => {
    const profile = syntheticProfile({ nodes: 3000, seed: 5, steps: 3 })
    const path = fileOf(pprof, profile)
    for (const unit of units) {
      const { total, functions } = top(path, unit)
      expect(total).toBe(profile.totals[unit])
      expect(functions).toEqual(costsByFunction(profile, unit))
      const one = top(path, unit, '-tagfocus=step=^step 1$')
      expect(one.functions).toEqual(costsByFunction(profile, unit, 1))
    }
  })

  test('shows callers, callees and lines', () => {
    const path = fileOf(pprof, placed('odd'), 'cells')
    const peek = output('go', ['tool', 'pprof', '-peek=^odd$', path])
    expect(peek).toContain('Type: cells')
    expect(peek).toMatch(new RegExp(`\\s${2 ** 50 + 1009}\\s+100% \\|\\s+main\\n`))
    expect(peek).toMatch(new RegExp(`\\s${2 ** 50 + 9}\\s+100% \\|\\s+odd! \\(inline\\)\\n`))
    const lines = output('go', ['tool', 'pprof', '-top', '-lines', '-nodefraction=0', path])
    expect(lines).toMatch(/ 50 .* main \/src\/main\.c:10$/m)
    expect(output('go', ['tool', 'pprof', '-raw', path])).toContain('guest.elf')
  })
})
