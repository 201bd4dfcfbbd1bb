/** speedscope's format: its published schema, the rules of events that no schema can say, and speedscope itself. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { speedscope } from '../../../src/guest-profile/formats/speedscope.ts'
import type { GuestProfile } from '../../../src/guest-profile/guest-profile.ts'
import { chromium } from '../../support/browser.ts'
import { syntheticProfile } from '../synthetic.ts'
import { bytesOf, directory, output, textOf } from './consumers.ts'
import { costsByFunction, units } from './expected.ts'
import { chainProfile, oddNames, placed } from './small.ts'

const released = (file: string): string => createRequire(import.meta.url).resolve(`speedscope/dist/release/${file}`)
const schema = released('file-format-schema.json')
const isValid = new Ajv({ strict: false, validateFormats: false }).compile(JSON.parse(readFileSync(schema, 'utf8')))

interface Opened {
  readonly name: string
  readonly startValue: number
  readonly endValue: number
  readonly events: readonly { readonly type: 'O' | 'C'; readonly frame: number; readonly at: number }[]
}

function opened(profile: GuestProfile) {
  const file = JSON.parse(textOf(speedscope, profile))
  expect(isValid(file), JSON.stringify(isValid.errors)).toBe(true)
  return file as {
    shared: { frames: { name: string; file?: string; line?: number }[] }
    profiles: Opened[]
    activeProfileIndex: number
  }
}

/** By function, `[self, total]`, as frames are open; what opens has to close, innermost first. */
function costs({ startValue, endValue, events }: Opened, names: readonly string[]): Map<string, [number, number]> {
  const byName = new Map<string, [number, number]>()
  const open: { name: string; from: number; isOuter: boolean }[] = []
  let before = startValue
  for (const { type, frame, at } of events) {
    const name = names[frame]!
    expect(at).toBeGreaterThanOrEqual(before)
    if (open.length > 0) byName.get(open.at(-1)!.name)![0] += at - before
    else expect(at).toBe(before)
    before = at
    if (type === 'O') {
      const isOuter = open.every(each => each.name !== name)
      if (!byName.has(name)) byName.set(name, [0, 0])
      open.push({ name, from: at, isOuter })
    } else {
      const closed = open.pop()!
      expect(closed.name).toBe(name)
      if (closed.isOuter) byName.get(name)![1] += at - closed.from
    }
  }
  expect([open.length, before]).toEqual([0, endValue])
  return byName
}

describe('a file for speedscope', () => {
  test('has the costs of each function, by unit and step', () => {
    const profile = syntheticProfile({ nodes: 1000, seed: 7, steps: 3 })
    const names = profile.functions.map(({ name }) => name)
    const { profiles, shared, activeProfileIndex } = opened(profile)
    expect(shared.frames.map(({ name }) => name)).toEqual(names)
    expect(profiles.map(({ name }) => name)).toEqual([
      'instructions',
      'cells',
      ...['start', 'step 1', 'step 2'].flatMap(step => [`${step}: instructions`, `${step}: cells`]),
    ])
    expect(activeProfileIndex).toBe(0)
    for (const [index, each] of profiles.entries()) {
      const step = index < 2 ? undefined : Math.floor(index / 2) - 1
      expect(costs(each, names)).toEqual(costsByFunction(profile, units[index % 2]!, step))
    }
  })

  test('has memory as a profile of its own where it was counted', () => {
    const profile = syntheticProfile({ nodes: 100, seed: 4, steps: 2, memory: true })
    const whole = opened(profile).profiles.slice(0, 3)
    const wanted = [profile.totals.instructions, profile.totals.cells, profile.memory]
    expect(whole.map(({ name }) => name)).toEqual(['instructions', 'cells', 'memory'])
    expect(whole.map(({ endValue }) => endValue)).toEqual(wanted)
  })

  test.each(oddNames)('keeps a name of any characters: %j', name => {
    expect(opened(placed(name)).shared.frames[2]).toEqual({ name, file: '/src/main.c', line: 40 })
  })

  test('holds trees of any depth', () => {
    const depth = 100_000
    const [profile] = opened(chainProfile(depth)).profiles
    expect(profile!.events.length).toBe(2 * depth)
    expect(profile!.events[depth]).toEqual({ type: 'C', frame: 1, at: depth })
  })
})

/** The page takes a profile from a script, as its command does it; in the view of functions numbers are text. */
function sandwich(profile: GuestProfile): Map<string, [number, number]> {
  const place = directory()
  const script = join(place, 'load.js')
  const data = bytesOf(speedscope, profile).toString('base64')
  writeFileSync(script, `speedscope.loadFileFromBase64('profile.speedscope.json', '${data}')`)
  const page = `${pathToFileURL(released('index.html')).href}#localProfilePath=${script}&view=sandwich`
  const drawing = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']
  const own = [`--user-data-dir=${place}`, '--window-size=1200,1000', '--virtual-time-budget=5000']
  const shown = output(chromium!, ['--headless', '--no-sandbox', ...drawing, ...own, '--dump-dom', page])
  const row = /<td[^>]*>([\d,]+) \([^<]*<div.*?<td[^>]*>([\d,]+) \([^<]*<div.*?<span[^>]*><\/span>([^<]*)<\/td><\/tr>/gs
  const number = (text: string): number => Number(text.replaceAll(',', ''))
  const plain = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
  return new Map(
    [...shown.matchAll(row)].map(([, total, self, name]) => [plain(name!), [number(self!), number(total!)]]),
  )
}

test.skipIf(chromium === undefined)('speedscope shows each function with its costs', { timeout: 120_000 }, () => {
  const profile = syntheticProfile({ nodes: 100, seed: 9, steps: 2 })
  expect(sandwich(profile)).toEqual(costsByFunction(profile, 'instructions'))
})
