/** What candidates are worth adds up, as data and in a browser. */
import { expect, test } from 'vitest'
import { hexText } from '../../src/hex.ts'
import { analysisHtml } from '../../src/report/apc/analysis/html.ts'
import { analysisText } from '../../src/report/apc/analysis/text.ts'
import { u64 } from '../../src/index.ts'
import { fixture, useRvr } from '../run/support.ts'
import { chromium, documentOf } from '../support/browser.ts'

const host = useRvr()

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0)

test('columns that are left and gone, and cells that are saved', async () => {
  const guest = await host.rvr.load(fixture('fibonacci', 64))
  const options = { profile: { inputs: [u64(20)] } }
  const { ranked } = await guest.apc.generate(options)
  const analysis = await guest.apc.analyze({ ...options, most: 2 })
  expect(analysis.candidates).toHaveLength(2)
  for (const [index, candidate] of analysis.candidates.entries()) {
    const { groups, before, after, added, starts, savedEach, executions, saved } = candidate
    expect(sum(groups.map(group => group.before))).toBe(before.columns)
    expect(sum(groups.map(group => group.after)) + added).toBe(after.columns)
    expect(added).toBeGreaterThan(0)
    expect(starts).toEqual(ranked[index]!.blocks.map(({ start }) => start))
    expect(saved).toBe(savedEach * executions)
    expect(candidate.instructions.map(({ pc }) => pc)).toEqual(
      ranked[index]!.blocks.flatMap(({ start, instructions }) => instructions.map((_, at) => start + 4 * at)),
    )
  }
  const { savedByFirst, cellsBefore, cellsAfter } = analysis
  expect(savedByFirst).toHaveLength(ranked.length)
  expect(savedByFirst.at(-1)).toBe(cellsBefore - cellsAfter)
  const weighted = analysis.candidates.map(
    ({ groups, executions }) => sum(groups.map(each => each.before)) * executions,
  )
  expect(sum(analysis.groups.map(({ before }) => before))).toBe(sum(weighted))
  const [first] = analysis.candidates
  expect(analysisText(analysis)).toContain(`${hexText(first!.starts[0]!)}  main+0x34`)
})

const analysis = {
  pgo: 'cell',
  counts: { blocks: 1, executed: 1, belowCutoff: 0, tooLong: 0, eligible: 1, built: 1, passedOver: 0 },
  cellsBefore: 200,
  cellsAfter: 50,
  savedByFirst: [150],
  groups: [{ air: 'Add', name: 'a', before: 200, after: 50 }],
  candidates: [
    {
      rank: 1,
      starts: [0x200800],
      symbol: '</script><b id="broken">',
      instructions: [{ pc: 0x200800, text: 'add a0,a1,a2' }],
      executions: 10,
      before: { columns: 20, interactions: 4, constraints: 3 },
      after: { columns: 5, interactions: 2, constraints: 1 },
      savedEach: 15,
      saved: 150,
      share: 1,
      cumulative: 1,
      groups: [{ air: 'Add', name: 'a', before: 20, after: 5 }],
      added: 0,
    },
  ],
}

test('names in the page are text', () => {
  const html = analysisHtml({ path: 'guest.elf', digest: '0'.repeat(64) }, analysis)
  expect(html).not.toContain('<b id="broken">')
  expect(html).not.toContain('/* DATA */')
})

test.skipIf(chromium === undefined)('a browser shows the page', { timeout: 120_000 }, () => {
  const shown = documentOf(analysisHtml({ path: 'guest.elf', digest: '0'.repeat(64) }, analysis))
  expect(shown).toContain('<td class="text">0x200800</td>')
  expect(shown).toContain('<td class="text">&lt;/script&gt;&lt;b id="broken"&gt;</td>')
  expect(shown).toContain('<td class="">20 → 5</td>')
  expect(shown).toMatch(/<path class="curve" d="M[\d.]+,[\d.]+L/)
})
