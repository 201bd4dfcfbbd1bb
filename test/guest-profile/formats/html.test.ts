/** The page of a profile: its data say what the profile says, names are text, and it asks nobody for anything. */
import { describe, expect, test } from 'vitest'
import { html, type PageOptions } from '../../../src/guest-profile/formats/html.ts'
import { pageData } from '../../../src/guest-profile/formats/html/data.ts'
import { pageOrder } from '../../../src/guest-profile/formats/html/order.ts'
import { contentHash, pageScript } from '../../../src/page/script.ts'
import type { GuestProfile } from '../../../src/guest-profile/guest-profile.ts'
import { resource } from '../../../src/resources.ts'
import { syntheticProfile } from '../synthetic.ts'
import { small } from './small.ts'

/** The modules that the page's script is made of. */
const pageModule = (name: string): Promise<any> => import(resource(`templates/report/profile/${name}.js`).href)
const { profileOf } = await pageModule('profile')
const { ALL_STEPS, functionRows, measureOf, outermostOf } = await pageModule('measure')
const { FrameTree } = await pageModule('frames')
const { boxAt, layOut, placeOf } = await pageModule('layout')
const { finder, searchFrames } = await pageModule('search')
const { fitted, groupOf, shortName } = await pageModule('names')
const { fileRows, lineRows, listing } = await pageModule('lines')

const textOf = (profile: GuestProfile, options: Partial<PageOptions> = {}): string =>
  [...html.write(profile, { unit: 'cells', ...options })].join('')
const dataOf = (page: string) =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)![1]!)
const shownOf = (profile: GuestProfile) => profileOf(pageData(profile, { unit: 'cells' }))
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, each) => all + each, 0)

const profile = syntheticProfile({ nodes: 2000, seed: 5, steps: 3, memory: true })
const shown = shownOf(profile)

describe('data', () => {
  test('have each node behind its caller, the dearest first, with what the profile says of it', () => {
    const { node, depth } = pageOrder(profile)
    const place = new Map([...node].map((of, at) => [of, at]))
    expect(place.size).toBe(2000)
    const { nodes } = profile
    const { total } = measureOf(shown, 'cells', ALL_STEPS)
    for (const [at, of] of node.entries()) {
      expect(shown.nodes.parent[at]).toBe(at === 0 ? -1 : place.get(nodes.parent[of]!))
      for (const key of ['function', 'isInlined', 'callFile', 'callLine', 'calls', 'memory'] as const)
        expect(shown.nodes[key][at]).toBe(nodes[key]![of])
      const end = shown.nodes.end[at]
      expect([...depth.subarray(at + 1, end)].every(each => each > depth[at]!)).toBe(true)
      if (at > 0 && depth[end] === depth[at]) expect(total[end]).toBeLessThanOrEqual(total[at])
    }
  })

  test.each(['cells', 'instructions'] as const)('add up to the totals in %s, by step and by line', unit => {
    const whole = profile.totals[unit]
    expect(measureOf(shown, unit, ALL_STEPS).total[0]).toBe(whole)
    const bySteps = profile.steps.map((_, step) => measureOf(shown, unit, step).total[0])
    expect(sum(bySteps)).toBe(whole)
    const own = (step: number) => sum([...profile.costs[unit]].filter((_, row) => profile.costs.step[row] === step))
    expect(bySteps).toEqual(profile.steps.map((_, step) => own(step)))
    const lines = lineRows(shown, { step: ALL_STEPS })
    expect(sum(lines.map((line: any) => line[unit]))).toBe(whole)
    expect(sum(fileRows(lines).map((file: any) => file[unit]))).toBe(whole)
    for (const [step, cost] of bySteps.entries())
      expect(sum(lineRows(shown, { step }).map((line: any) => line[unit]))).toBe(cost)
  })

  test('say of a function what its nodes cost; no node counts twice in a recursion', () => {
    const measure = measureOf(shown, 'cells', ALL_STEPS)
    const { parent, function: of } = shown.nodes
    const isOutermost = (node: number): boolean => {
      for (let above = parent[node]; above >= 0; above = parent[above]) if (of[above] === of[node]) return false
      return true
    }
    const rows = functionRows(shown, measure)
    expect(sum(rows.map((row: any) => row.self))).toBe(profile.totals.cells)
    expect(sum(rows.map((row: any) => row.memory))).toBe(profile.memory)
    for (const row of rows) {
      const nodes = [...of.keys()].filter(node => of[node] === row.function)
      const outermost = nodes.filter(isOutermost)
      expect(outermostOf(shown, row.function)).toEqual(outermost)
      expect(row.total).toBe(sum(outermost.map(node => measure.total[node])))
      expect(row.nodes).toBe(nodes.length)
      expect(row.calls).toBe(sum(nodes.map(node => shown.nodes.calls[node])))
    }
  })

  test('of a profile without lines, steps and calls have no column of them', () => {
    const plain = syntheticProfile({ nodes: 100, seed: 6, lines: false, calls: false })
    const data = pageData(plain, { unit: 'instructions' })
    expect(data).toMatchObject({
      unit: 'instructions',
      hasCalls: false,
      costs: { step: 0 },
      sites: { file: -1, line: 0 },
    })
    expect(data.nodes.memory).toBeUndefined()
    expect(measureOf(profileOf(data), 'cells', ALL_STEPS).total[0]).toBe(plain.totals.cells)
  })

  test('are short: what nodes have in common stands once', () => {
    const nodes = 20_000
    const text = JSON.stringify(pageData(syntheticProfile({ nodes, seed: 1 }), { unit: 'cells' }))
    expect(text.length / nodes).toBeLessThan(45)
  })

  test('have source text of files that the profile knows, and segments as they are given', () => {
    const [file] = profile.files
    const sources = new Map([
      [file!, 'a\nb'],
      ['/elsewhere', 'secret'],
    ])
    const segment = { instretStart: 0, instructions: 9, memoryBytes: 2 ** 20, utilisation: 0.5, heights: {} }
    const data = dataOf(textOf(profile, { sources, segments: [segment] }))
    expect(data.sources).toEqual([[0, 'a\nb']])
    expect(data.segments).toEqual([[0, 9, 0, 2 ** 20, 0.5]])
    expect(dataOf(textOf(profile)).segments).toBeUndefined()
  })
})

describe('frames', () => {
  const measure = measureOf(shown, 'cells', ALL_STEPS)
  const everyFrame = (tree: any, visit: (frame: any, children: any[]) => void) => {
    const open = [tree.root]
    for (let frame = open.pop(); frame !== undefined; frame = open.pop()) {
      visit(frame, tree.childrenOf(frame))
      open.push(...tree.childrenOf(frame))
    }
  }

  test.each([undefined, 3])('add up from the callees, of all or of function %s', focus => {
    const tree = new FrameTree(shown, measure, { isInverted: false, focus })
    const whole = focus === undefined ? 0 : focus
    expect(tree.root.total).toBe(functionRows(shown, measure).find((row: any) => row.function === whole).total)
    everyFrame(tree, (frame, children) => {
      expect(frame.self + sum(children.map(child => child.total))).toBe(frame.total)
      const kinds = children.map(child => `${child.function} ${child.isInlined}`)
      expect(new Set(kinds).size).toBe(kinds.length)
    })
  })

  test('inverted, begin with what functions cost themselves and part it among callers', () => {
    const tree = new FrameTree(shown, measure, { isInverted: true, focus: undefined })
    expect(tree.root.total).toBe(profile.totals.cells)
    const own = new Map<number, number>()
    for (const frame of tree.childrenOf(tree.root))
      own.set(frame.function, (own.get(frame.function) ?? 0) + frame.total)
    for (const row of functionRows(shown, measure)) expect(own.get(row.function) ?? 0).toBe(row.self)
    let frames = 0
    everyFrame(tree, (frame, children) => {
      frames++
      // What the guest's root called ends there.
      expect(sum(children.map(child => child.total))).toBeLessThanOrEqual(frame.total)
    })
    expect(frames).toBeGreaterThan(1000)
  })

  test('of one function, inverted, are those who call it', () => {
    const tree = new FrameTree(shown, measure, { isInverted: true, focus: 3 })
    expect(tree.root.total).toBe(functionRows(shown, measure).find((row: any) => row.function === 3).total)
    const callers = new Set(outermostOf(shown, 3).map((node: number) => shown.nodes.function[shown.nodes.parent[node]]))
    for (const frame of tree.childrenOf(tree.root)) expect(callers).toContain(frame.function)
  })

  test('stand within their callers, none narrower than half a pixel', () => {
    const large = shownOf(syntheticProfile({ nodes: 20_000, seed: 2 }))
    const cells = measureOf(large, 'cells', ALL_STEPS)
    const tree = new FrameTree(large, cells, { isInverted: false, focus: undefined })
    const width = 1200
    const rows = layOut(tree, tree.root, width)
    let merged = 0
    for (const row of rows) {
      let end = 0
      for (const box of row) {
        expect(box.width).toBeGreaterThanOrEqual(0.5)
        expect(box.x).toBeGreaterThanOrEqual(end - 1e-6)
        end = box.x + box.width
        expect(boxAt(row, box.x + box.width / 2)).toBe(box)
        const one = { x: box.x, width: (box.frame.total * width) / tree.root.total }
        const place = placeOf(tree, tree.root, width, box.frame)
        expect(place.x).toBeCloseTo(one.x)
        expect(place.width).toBeCloseTo(one.width)
        merged += box.merged.length
      }
      expect(end).toBeLessThanOrEqual(width + 1e-6)
    }
    expect(merged).toBeGreaterThan(0)
    expect(sum(rows.map((row: any[]) => row.length))).toBeLessThan(10_000)
  }, 120_000)

  test('of a step that cost nothing are the root alone', () => {
    const nothing = measureOf(shown, 'cells', profile.steps.length)
    const tree = new FrameTree(shown, nothing, { isInverted: false, focus: undefined })
    expect(layOut(tree, tree.root, 100)).toEqual([[{ x: 0, width: 100, frame: tree.root, merged: [] }]])
    expect(placeOf(tree, tree.root, 100, tree.root)).toEqual({ x: 0, width: 100 })
    expect(searchFrames(shown, nothing, finder('module')).share).toBe(0)
  })

  test('that a search finds count once in its share, those below them not again', () => {
    const finds = finder('module1')
    const found = searchFrames(shown, measure, finds)
    const { parent, function: of } = shown.nodes
    const isFound = (node: number): boolean => shown.functions.name[of[node]].includes('module1')
    let share = 0
    for (let node = 0; node < of.length; node++) {
      let above = parent[node]
      while (above >= 0 && !isFound(above)) above = parent[above]
      if (isFound(node) && above < 0) share += measure.total[node]
    }
    expect(share).toBeGreaterThan(0)
    expect(found.share).toBe(share)
    expect(finder('/MODULE[12]$/')('crate::module2')).toBe(true)
    expect(finder('/(/')).toBeUndefined()
  })
})

test('names are shortened from their ends', () => {
  expect(shortName('<alloc::vec::Vec<T, A> as core::ops::drop::Drop>::drop')).toBe('Vec::drop')
  expect(shortName('alloc::vec::Vec::<Option<u8>>::push')).toBe('Vec::push')
  expect(shortName('ns::Class<int>::method(std::vector<int>, char)')).toBe('Class::method')
  expect(shortName('memcpy')).toBe('memcpy')
  expect(fitted('core::fmt::write', 20)).toBe('core::fmt::write')
  expect(fitted('core::fmt::write', 10)).toBe('fmt::write')
  expect(fitted('core::fmt::write', 6)).toBe('fmt::…')
  expect(fitted('core::fmt::write', 3)).toBe('')
  expect(groupOf('<&mut core::fmt::Formatter as X>::f')).toBe('core')
})

test('of source text the lines around those that cost something are shown', () => {
  const text = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`).join('\n')
  const spent = [{ line: 3 }, { line: 20 }, { line: 22 }]
  const lines = listing(text, spent).map((each: any) => each?.line)
  expect(lines).toEqual([1, 2, 3, 4, 5, 6, 7, undefined, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, undefined])
  expect(listing(text, [{ line: 99 }])).toEqual([])
})

describe('the file', () => {
  const hostile = '</script><script>broken=1</script><!--<b id="broken">\u2028\u202Eabc\u0000\uD800'

  test('has names as data that end nothing and hide nothing', () => {
    const page = textOf(small(hostile))
    expect(page.match(/<script/g)).toHaveLength(2)
    expect(page.match(/<\/script/g)).toHaveLength(2)
    expect(page).not.toContain('<b id="broken">')
    expect(page).not.toMatch(/[\p{Zl}\p{Cf}]/u)
    expect(page.isWellFormed()).toBe(true)
    const shownName = hostile.replace('\u2028\u202E', String.raw`\u{2028}\u{202e}`).replace('\u0000', String.raw`\u{0}`)
    expect(dataOf(page).functions.name).toContain(shownName)
  })

  test('allows by its policy for its own script and style and for nothing else', () => {
    const page = textOf(small('odd'))
    const [, style] = /<style>(.*?)<\/style>/s.exec(page)!
    const [, script] = /<script>(.*?)<\/script>/s.exec(page)!
    expect(page).toContain(
      `content="default-src 'none'; style-src '${contentHash(style!)}'; script-src '${contentHash(script!)}'; ` +
        `base-uri 'none'; form-action 'none'"`,
    )
    expect(script).toBe(pageScript('templates/report/profile/page.js'))
    const markup = page.replace(style!, '').replace(script!, '')
    expect(markup).not.toMatch(/\s(on\w+|style|src|href)=/)
    expect(page).not.toMatch(/https?:|\/\* [A-Z]+ \*\//)
  })

  test('has a script of modules with one scope', () => {
    const script = pageScript('templates/report/profile/page.js')
    expect(script).not.toMatch(/^(import|export) /m)
    expect(script.startsWith("\n'use strict'\n")).toBe(true)
    // Refuses a name that is declared twice.
    expect(() => new Function(script)).not.toThrow()
  })
})
