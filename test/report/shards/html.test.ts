/** The page of a report of shards: small, shut off, and in headless Chromium what the report says. */
import { describe, expect, test } from 'vitest'
import { compareShards } from '../../../src/report/shards/comparison.ts'
import { shardsHtml } from '../../../src/report/shards/html.ts'
import { pageData } from '../../../src/report/shards/page-data.ts'
import type { GuestShards } from '../../../src/shards/guest-shards.ts'
import { chromium, inBrowser } from '../../support/browser.ts'
import { shardedRun, shardsOf } from './small.ts'

const HOSTILE = '</script><img src=x onerror=alert(1)>\u202e'
const compared = { base: 'eager.elf', comparison: compareShards(shardsOf(8), shardsOf(2)) }
const page = shardsHtml(shardedRun(shardsOf(2, HOSTILE), HOSTILE), { top: 5 }, compared)

test('nothing of a guest is markup, and nothing but the script runs', () => {
  expect(page.match(/<script/g)).toHaveLength(2)
  expect(page).not.toContain('<img')
  expect(page).not.toContain('\u202e')
  expect(page).toMatch(/content="default-src 'none'; style-src 'sha256-[^']*'; script-src 'sha256-[^']*'; base-uri/)
})

test('pages have a size that nothing of the run exceeds', () => {
  const [shard] = shardsOf(2).shards
  const functions = Array.from({ length: 100 }, (_, number) => ({ function: `f${number}`, words: 1 }))
  const instructions = functions.map((each, number) => ({ ...each, pc: 4 * number }))
  const externalWrites = { words: 100, regions: { heap: 100 }, functions, instructions, copied: 0 }
  const many: GuestShards = { ...shardsOf(2), shards: Array(2000).fill({ ...shard, externalWrites }) }
  const data = pageData(shardedRun(many), { top: 50 })
  expect(data.shards).toHaveLength(2000)
  expect(data.functions.length).toBeLessThan(50_100)
  expect(data.instructions.length).toBeLessThan(50_100)
  expect(data.functions.filter(([number]) => number === 0)).toHaveLength(50)
  const long = shardsOf(2, 'x'.repeat(10_000))
  expect(shardsHtml(shardedRun(long), { top: 5 }).length).toBeLessThan(40_000)
})

describe.skipIf(chromium === undefined)('a browser', () => {
  test('shows tables by shard, searched, and the comparison', { timeout: 120_000 }, () => {
    const seen = inBrowser(
      page,
      `
      const id = name => document.getElementById(name)
      const texts = selector => [...document.querySelectorAll(selector)].map(each => each.textContent)
      const rows = name => [...document.querySelectorAll('#panel-' + name + ' tbody tr')].map(row =>
        [...row.cells].map(cell => cell.textContent))
      const tab = name => id('tab-' + name).click()
      const result = { guest: id('guest').textContent, facts: id('facts').textContent, tabs: texts('[role=tab]'),
        shards: rows('shards') }
      tab('functions')
      result.all = rows('functions')
      tab('shards')
      document.querySelectorAll('#panel-shards tbody .link')[1].click()
      result.chosen = [id('chosen').textContent, texts('tr.chosen td:first-child')]
      tab('functions')
      result.functions = rows('functions')
      tab('instructions')
      result.instructions = rows('instructions')
      id('all').click()
      result.both = rows('instructions')
      id('search').value = '0X20'
      id('search').dispatchEvent(new Event('input'))
      result.searched = rows('instructions')
      tab('pairs')
      result.pairs = rows('pairs')
      tab('copies')
      result.none = rows('copies')
      id('search').value = ''
      id('search').dispatchEvent(new Event('input'))
      result.copies = rows('copies')
      tab('regions')
      result.regions = rows('regions')
      tab('comparison')
      result.comparison = rows('comparison')
      result.requests = performance.getEntriesByType('resource').length
      result.images = document.querySelectorAll('img').length
      return result`,
    )
    const name = String.raw`</script><img src=x onerror=alert(1)>\u{202e}`
    expect(seen).toMatchObject({
      guest: name,
      facts: expect.stringMatching(/^2 shards, 2,000 instructions. 2 words and 3 registers cross. 616 cells/),
      tabs: ['Shards', 'Regions', 'Functions', 'Instructions', 'Pairs', 'Copy routines', 'Comparison'],
      chosen: ['Shard 1', ['1']],
      functions: [[name, '0', '–', '2', '100.00 %']],
      instructions: [[name, '0x40', '0', '–', '2', '100.00 %']],
      searched: [['unpack', '0x20', '2', '100.00 %', '0', '0.00 %']],
      pairs: [['2', 'heap', 'unpack', '0x20', `memcpy in ${name}`, '0x40']],
      none: [],
      copies: [['memcpy', name, '0', '2']],
      regions: [['heap', '2', '100.00 %', '2', '100.00 %']],
      requests: 0,
      images: 0,
    })
    expect(seen.shards).toEqual([
      ['0', '0', '1,000', '2', '0', '0', '0', '0', '0', '10', '5', '1', '308'],
      ['1', '1,000', '1,000', '0', '0', '0', '2', '2', '3', '10', '5', '1', '308'],
    ])
    expect(seen.all).toHaveLength(2)
    expect(seen.both).toHaveLength(2)
    expect(seen.comparison).toContainEqual(['region', 'heap', '8', '2', '-6', '-75.00 %'])
    expect(seen.comparison).toContainEqual(['shard 0', 'external writes', '8', '2', '-6', '-75.00 %'])
  })
})
