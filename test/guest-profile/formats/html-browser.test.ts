/** The page of a profile in headless Chromium: search, zoom, keyboard, units, steps, names as text. */
import { describe, expect, test } from 'vitest'
import { html, type PageOptions } from '../../../src/guest-profile/formats/html.ts'
import type { GuestProfile } from '../../../src/guest-profile/guest-profile.ts'
import { syntheticProfile } from '../synthetic.ts'
import { chromium, inBrowser } from '../../support/browser.ts'
import { small } from './small.ts'

const textOf = (profile: GuestProfile, options: Partial<PageOptions> = {}): string =>
  [...html.write(profile, { unit: 'cells', ...options })].join('')
const grouped = (value: number): string => value.toLocaleString('en-US')

/** What the scripts below have in common. */
const HANDS = `
  const id = name => document.getElementById(name)
  const all = selector => [...document.querySelectorAll(selector)]
  const texts = selector => all(selector).map(each => each.textContent)
  const press = (key, on = id('graph')) =>
    !on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
  const write = text => { id('search').value = text; id('search').dispatchEvent(new Event('input')) }
  const facts = () => Object.fromEntries(all('#details dt').map(dt => [dt.textContent, dt.nextSibling.firstChild.textContent]))
  const selected = () => document.querySelector('#details h2').firstChild.textContent
  const tab = name => id('tab-' + name).click()
  const column = (name, index) => texts('#panel-' + name + ' tbody tr td:nth-child(' + index + ')')
`

describe.skipIf(chromium === undefined)('a browser', () => {
  test('shows a profile of 100,000 nodes', { timeout: 240_000 }, () => {
    const profile = syntheticProfile({ nodes: 100_000, seed: 3, steps: 3, memory: true })
    const page = textOf(profile, { sources: new Map([[profile.files[0]!, 'first <i>line</i>\n'.repeat(1000)]]) })
    const seen = inBrowser(
      page,
      `${HANDS}
      const result = { title: document.title, facts: id('facts').textContent, warnings: texts('#warnings li') }
      result.tabs = texts('[role=tab]')
      result.first = { selected: selected(), facts: facts(), drawn: Number(id('canvas').dataset.drawn),
        boxes: Number(id('canvas').dataset.boxes) }

      // Keyboard: down to the dearest callee, zoom, back to all.
      result.prevented = press('ArrowDown')
      result.down = { selected: selected(), spoken: id('spoken').textContent }
      press('Enter')
      result.zoomed = Number(id('canvas').dataset.boxes)
      press('ArrowDown'); press('ArrowRight'); press('ArrowLeft'); press('ArrowUp')
      result.around = selected()
      press('Escape')
      result.back = { selected: selected(), boxes: Number(id('canvas').dataset.boxes) }
      result.untouched = press('a')

      // Pointer: the first frame of the second row.
      id('canvas').dispatchEvent(new MouseEvent('click', { clientX: id('canvas').getBoundingClientRect().left + 3,
        clientY: id('canvas').getBoundingClientRect().top + 30 }))
      result.clicked = { selected: selected(), boxes: Number(id('canvas').dataset.boxes) }
      id('canvas').dispatchEvent(new MouseEvent('mousemove', { clientX: id('canvas').getBoundingClientRect().left + 3,
        clientY: id('canvas').getBoundingClientRect().top + 30 }))
      result.tooltip = id('tooltip').hidden ? '' : id('tooltip').textContent
      press('Escape')

      // Search, from the key on.
      press('/', document.body)
      result.focused = document.activeElement.id
      write('MODULE3')
      result.found = id('found').textContent
      tab('functions')
      result.filtered = column('functions', 1)
      write('/(/')
      result.wrong = id('found').textContent
      press('Escape', id('search'))
      result.cleared = [id('search').value, id('found').textContent]

      // Functions, sorted by what they cost themselves; then by name.
      result.functions = { self: column('functions', 2).slice(0, 5), rows: column('functions', 1).length,
        more: document.querySelector('#panel-functions .more').textContent }
      document.querySelector('#panel-functions th button').focus()
      document.querySelector('#panel-functions th button').click()
      result.kept = document.activeElement.textContent
      result.sorted = { sort: document.querySelector('#panel-functions th').ariaSort,
        names: texts('#panel-functions tbody .link').slice(0, 50) }

      // Units and steps.
      all('#units button')[1].click()
      result.unit = { heads: texts('#panel-functions th')[1], pressed: all('#units [aria-pressed=true]').length }
      tab('graph')
      result.instructions = facts()
      id('step').value = '1'
      id('step').dispatchEvent(new Event('change'))
      result.step = facts()
      tab('steps')
      result.steps = { names: column('steps', 1), cells: column('steps', 5), chosen: texts('tr.chosen td:first-child') }
      document.querySelector('#panel-steps .remark button').click()
      all('#units button')[0].click()

      // Callers, of all and of one function.
      tab('graph')
      all('#directions button')[1].click()
      result.inverted = { root: facts(), first: document.querySelector('#details ol .link').textContent }
      tab('functions')
      const way = document.querySelector('#panel-functions tbody .link')
      result.way = way.textContent
      way.click()
      result.focus = { tab: document.querySelector('[aria-selected=true]').textContent, selected: selected(),
        shown: id('shown').textContent }
      press('Escape')
      result.whole = { hidden: id('whole').hidden, total: facts()['cells, total'] }

      // Tables of the whole run, and source lines.
      tab('opcodes')
      result.opcodes = column('opcodes', 4)
      tab('chips')
      result.chips = column('chips', 1)
      tab('source')
      result.files = all('#panel-source .files tbody tr').length
      all('#panel-source .files .link').find(each => each.textContent === ${JSON.stringify(profile.files[0])}).click()
      result.source = { code: texts('.code')[0], bold: all('.code i').length,
        cells: texts('.source tr td:first-child').filter(text => /[0-9]/.test(text)) }

      // Nothing from elsewhere, and nothing but its own script.
      result.requests = performance.getEntriesByType('resource').length
      try { eval('1'); result.evaluates = true } catch { result.evaluates = false }
      const trap = document.createElement('button')
      trap.setAttribute('onclick', 'window.trapped = true')
      trap.click()
      result.trapped = window.trapped === true

      // Arrow keys on the tabs; what cannot be reached by the keyboard.
      id('tab-graph').click(); id('tab-graph').focus()
      press('ArrowRight', id('tab-graph'))
      result.next = document.activeElement.textContent
      result.unnamed = all('button, input, select, [tabindex="0"]').filter(each =>
        !(each.textContent.trim() || each.ariaLabel || each.labels?.length)).length
      return result`,
    )
    expect(seen.thrown).toBeUndefined()
    const { totals, functions, nodes, costs, steps } = profile
    const [cells, instructions] = [grouped(totals.cells), grouped(totals.instructions)]
    expect(seen.title).toBe('synthetic.elf – guest profile')
    expect(seen.facts).toContain(`${instructions} instructions, ${cells} trace cells`)
    expect(seen.facts).toContain(grouped(profile.memory!))
    expect(seen.warnings).toEqual(profile.warnings)
    expect(seen.tabs).toEqual(['Flame graph', 'Functions', 'Source', 'Opcodes', 'Chips', 'Steps'])
    expect(seen.first).toMatchObject({
      selected: '[guest]',
      facts: { 'cells, total': cells, 'instructions, total': instructions, '[memory] cells': grouped(profile.memory!) },
    })
    // What is drawn is what is in view, not what there is.
    expect(seen.first.drawn).toBeGreaterThan(20)
    expect(seen.first.drawn).toBeLessThan(10_000)
    expect(seen.first.boxes).toBeGreaterThan(seen.first.drawn)
    expect(seen.first.boxes).toBeLessThan(50_000)

    expect(seen.prevented).toBe(true)
    expect(seen.untouched).toBe(false)
    expect(seen.down.selected).not.toBe('[guest]')
    expect(seen.down.spoken).toMatch(/^.+, \d+\.\d\d %, level 1$/)
    expect(seen.zoomed).not.toBe(seen.first.boxes)
    expect(seen.around).toBe(seen.down.selected)
    expect(seen.back).toEqual({ selected: '[guest]', boxes: seen.first.boxes })
    expect(seen.clicked).toEqual({ selected: seen.down.selected, boxes: seen.zoomed })
    expect(seen.tooltip).toContain(seen.down.selected)

    expect(seen.focused).toBe('search')
    const matching = functions.filter(({ name }) => name.includes('module3')).length
    expect(seen.found).toMatch(new RegExp(`^${matching} functions, \\d+\\.\\d\\d % of cells$`))
    expect(seen.filtered).toHaveLength(matching)
    expect(seen.filtered.every((text: string) => text.includes('module3'))).toBe(true)
    expect(seen.wrong).toBe('no regular expression')
    expect(seen.cleared).toEqual(['', ''])

    const self = new Float64Array(functions.length)
    for (const [row, node] of costs.node.entries()) self[nodes.function[node]!]! += costs.cells[row]!
    const dearest = [...self].toSorted((a, b) => b - a)
    expect(seen.functions.self).toEqual(dearest.slice(0, 5).map(grouped))
    expect(seen.functions.rows).toBe(200)
    expect(seen.functions.more).toMatch(/^Show more: \d+ rows left$/)
    expect(seen.sorted.sort).toBe('ascending')
    expect(seen.kept).toBe('function')
    const named = functions.map(({ name }) => name).toSorted((a, b) => (a < b ? -1 : 1))
    expect(named.filter(name => seen.sorted.names.includes(name))).toEqual(seen.sorted.names)

    expect(seen.unit).toEqual({ heads: 'instructions, self', pressed: 1 })
    expect(seen.instructions['instructions, total']).toBe(instructions)
    const inStep = (unit: 'cells' | 'instructions', step: number): string =>
      grouped([...costs[unit]].reduce((sum, value, row) => (costs.step[row] === step ? sum + value : sum), 0))
    expect(seen.step).toMatchObject({
      'cells, total': inStep('cells', 1),
      'instructions, total': inStep('instructions', 1),
    })
    expect(seen.steps).toEqual({
      names: ['before the first step', 'step 1', 'step 2'],
      cells: steps.map((_, step) => inStep('cells', step)),
      chosen: ['step 1'],
    })

    expect(seen.inverted.root).toMatchObject({ 'cells by this way': cells })
    expect(seen.inverted.first).not.toBe('[guest]')
    expect(seen.focus).toEqual({ tab: 'Flame graph', selected: seen.way, shown: `Only ${seen.way}` })
    expect(seen.whole).toEqual({ hidden: true, total: cells })

    expect(seen.opcodes).toEqual(profile.opcodes.map(opcode => grouped(opcode.cells)))
    expect(seen.chips).toEqual(profile.chips.map(({ name }) => name))
    expect(seen.files).toBe(Math.min(200, new Set(costs.file).size))
    expect(seen.source).toMatchObject({ code: 'first <i>line</i>', bold: 0 })
    expect(seen.source.cells.length).toBeGreaterThan(0)

    expect(seen).toMatchObject({ requests: 0, evaluates: false, trapped: false, next: 'Functions', unnamed: 0 })
  })

  test('shows names as text, and no more views than there is to show', { timeout: 240_000 }, () => {
    const hostile = '</script><b id="broken" onclick="alert(1)">\u202E&amp;'
    const segments = [
      { instretStart: 0, instructions: 9, reason: hostile, memoryBytes: 2 ** 20, utilisation: 0.5 },
      { instretStart: 9, instructions: 3, memoryBytes: 2 ** 20, utilisation: 1 },
    ]
    const profile = { ...small(hostile), warnings: [hostile], files: [hostile, hostile], hasCalls: false }
    const unsteady = { ...profile, steps: [profile.steps[0]!], chips: [{ name: hostile, count: 1, cells: 1 }] }
    const rows = { ...unsteady.costs, step: unsteady.costs.step.map(() => 0) }
    const seen = inBrowser(
      textOf(
        { ...unsteady, costs: rows, guest: { ...profile.guest, name: hostile } },
        { unit: 'instructions', segments },
      ),
      `${HANDS}
      const result = { guest: id('guest').textContent, warning: texts('#warnings li'), tabs: texts('[role=tab]') }
      result.unit = texts('#units [aria-pressed=true]')
      result.step = id('steps-label').hidden
      for (let times = 0; times < 3; times++) press('ArrowDown')
      result.frame = { name: selected(), badge: texts('#details .badge'), places: texts('#details dd.long') }
      tab('functions')
      result.heads = texts('#panel-functions th').length
      tab('source')
      tab('chips')
      result.chips = column('chips', 1)
      tab('segments')
      result.segments = column('segments', 6)
      result.broken = all('#broken, b').length
      return result`,
    )
    const shown = hostile.replace('\u202E', String.raw`\u{202e}`)
    expect(seen).toEqual({
      guest: shown,
      warning: [shown],
      tabs: ['Flame graph', 'Functions', 'Source', 'Opcodes', 'Chips', 'Segments'],
      unit: ['Instructions'],
      step: true,
      frame: { name: `${shown}!`, badge: ['inlined'], places: [`${shown}:42`] },
      heads: 5,
      chips: [shown],
      segments: [shown, 'not ended'],
      broken: 0,
    })
  })
})
