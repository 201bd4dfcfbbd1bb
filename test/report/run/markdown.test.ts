/** Reports as Markdown: tables that hold together, whatever names a guest has. */
import { expect, test } from 'vitest'
import { compare } from '../../../src/report/cost/comparison.ts'
import { costJson } from '../../../src/report/cost/cost.ts'
import { code, markdownTable } from '../../../src/report/form/markdown.ts'
import { readMeasurement } from '../../../src/report/cost/measurement.ts'
import { costMarkdown } from '../../../src/report/cost/markdown.ts'
import { runMarkdown } from '../../../src/report/run/markdown.ts'
import { u64 } from '../../../src/index.ts'
import { assembler } from '../../support/assembler.ts'
import { buildElf } from '../../support/elf-builder.ts'
import { fixture, TEXT, useRvr } from '../../run/support.ts'

const host = useRvr()

test.each([
  ['main', '`main`'],
  ['a|b', '`a\\|b`'],
  ['a`b', '`` a`b ``'],
  ['``', '``` `` ```'],
  ['', '`  `'],
  ['a\nb\r\u2028', '`a b  `'],
  ['<script>', '`<script>`'],
])('%j as code', (text, expected) => expect(code(text)).toBe(expected))

test('a table has as many cells in every row', () => {
  expect(markdownTable([['name', 'n'], ['  x'], ['y', '1', 'more']], 'lr')).toBe(
    '| name | n |\n| --- | --: |\n| x |  |\n| y | 1 |\n\n',
  )
})

/** Every row of every table has the cells of its head. */
function checkTables(text: string): void {
  for (const table of text.split('\n\n').filter(block => block.startsWith('|'))) {
    const cells = table
      .trimEnd()
      .split('\n')
      .map(row => row.replaceAll(/\\\|/g, '').split('|').length)
    expect(new Set(cells).size, table).toBe(1)
  }
}

test('wish 4: a run as Markdown', async () => {
  const guest = await host.rvr.load(fixture('fibonacci', 64))
  const artifact = guest.interpret('metered')
  using run = await artifact.execute({ inputs: [u64(100)] })
  const text = runMarkdown({ path: 'fibonacci.elf' }, run, artifact, {
    registers: true,
    memory: [{ address: 0, length: 4 }],
  })
  checkTables(text)
  expect(text).toMatch(
    /^### `fibonacci\.elf`: terminated, exit code 0\n\n\| {2}\| {2}\|\n\| --- \| --- \|\n\| mode \| metered \|\n\| instructions \| 524 \|\n\| cost \| [\d,]+ trace cells \|\n\| segments \| 1 segment, /,
  )
  expect(text).toMatch(
    /\n\| chip \| rows \| cells \| of cost \|\n\| --- \| --: \| --: \| --: \|\n\| [A-Z]\w+ \| [\d,]+ \|/,
  )
  expect(text).toMatch(
    /\n\| segment \| from \| instructions \| used \| memory \| ended by \|\n[-|: ]+\n\| 0 \| 0 \| 524 \| [\d.]+% \| [\d.]+ MiB \| end of the guest \|\n\n/,
  )
  expect(text).toMatch(/```\npc {14}0x[^`]*0x0 {2}00 00 00 00 [^`]*```\n\n$/)
  using part = await artifact.execute({ inputs: [u64(100)], maxInstructions: 10 })
  expect(runMarkdown({ path: 'x' }, part, artifact)).toContain('### `x`: suspended at the instruction limit\n')
})

test('wish 4: costs as Markdown, with names that are no markup', async () => {
  const next = assembler(64, TEXT).op('addi', { rd: 'a1', rs1: 0, imm: -1 }).op('lw', { rd: 'a0', rs1: 'a1' })
  const symbols = [{ name: '<b>x|y</b>`', address: TEXT }]
  const guest = await host.rvr.load(
    buildElf({ xlen: 64, entry: TEXT, segments: [{ address: TEXT, bytes: next.finish(), flags: 5 }], symbols }),
  )
  const artifact = guest.interpret('metered')
  using metered = await artifact.execute()
  using profiled = await guest.interpret('profile').execute()
  const measured = { guest, artifact, metered, profiled }
  const now = readMeasurement(costJson(measured), 'now')
  const comparison = compare('base|1.json', { ...now, cost: 1n, functions: new Map([['<i>', 5]]) }, now, 2)
  const text = costMarkdown(measured, comparison, { shown: 'functions', top: 5 })
  checkTables(text)
  expect(text).toContain('### `<bytes>`: trapped, load-outside\n')
  expect(text).toContain('| at | `` 0x200804 <b>x\\|y</b>`+0x4 ``: `lw a0,0(a1)` |\n')
  expect(text).toContain('| `` <b>x\\|y</b>` `` | 1 |')
  expect(text).toContain('#### Compared with `base\\|1.json`\n\n**too dear: the cost grew by more than 2%**\n')
  expect(text).toContain('| `<i>` | 5 | 0 | −5 | gone |')
  expect(
    costMarkdown(measured, compare('b', { ...now, functions: new Map() }, now), { shown: 'chips', top: 5 }),
  ).not.toContain('too dear')
})
