/** Sizes of RV64's hottest blocks and of its instructions, before and after the optimiser; prints Markdown. */
import { sizeOfBlocks } from '../../src/apc/block.ts'
import { optimiseBlocks } from '../../src/apc/optimise/optimise.ts'
import { sizeOf, type Size } from '../../src/air/system.ts'
import type { Instr } from '../../src/isa/row.ts'
import { assembled } from '../apc/executions.ts'
import { entriesOf, hottestBlocks, rv64Machine } from '../apc/hottest.ts'
import { instructionTexts } from '../apc/instructions.ts'

const cells = ({ columns, interactions, constraints }: Size): string =>
  [columns, interactions, constraints].map(each => each.toLocaleString('en')).join(' | ')

function sizes(listed: readonly Instr[]): { readonly before: Size; readonly after: Size; readonly ms: number } {
  const block = { start: listed[0]!.pc, instructions: entriesOf(listed) }
  const begun = performance.now()
  const after = sizeOf(optimiseBlocks(rv64Machine, [block]).system)
  return { before: sizeOfBlocks(rv64Machine, [block]), after, ms: performance.now() - begun }
}

const HEAD = 'columns | interactions | constraints | columns | interactions | constraints | ms |'
const RULE = '--:|--:|--:|--:|--:|--:|--:|'
const most = Number(process.env['COLUMNS_AT_MOST'] ?? Infinity)

const sums = { before: [0, 0, 0], after: [0, 0, 0] }
let count = 0
console.log(`\n## RV64\n\n| block | instructions | ${HEAD}\n|---|--:|${RULE}`)
for (const { name, listed } of hottestBlocks()) {
  const { columns } = sizeOfBlocks(rv64Machine, [{ start: listed[0]!.pc, instructions: entriesOf(listed) }])
  if (columns > most) continue
  const { before, after, ms } = sizes(listed)
  count++
  for (const [at, key] of (['columns', 'interactions', 'constraints'] as const).entries()) {
    sums.before[at]! += before[key]
    sums.after[at]! += after[key]
  }
  console.log(`| ${name} | ${listed.length} | ${cells(before)} | ${cells(after)} | ${ms.toFixed(0)} |`)
}
console.log(`\n| ${count} blocks | columns | interactions | constraints |\n|---|--:|--:|--:|`)
for (const [name, each] of Object.entries(sums))
  console.log(`| ${name} | ${each.map(sum => sum.toLocaleString('en')).join(' | ')} |`)

console.log(`\n| instruction | ${HEAD}\n|---|${RULE}`)
for (const text of instructionTexts) {
  const { before, after, ms } = sizes(assembled(64, 0x1000, [text]))
  console.log(`| ${text} | ${cells(before)} | ${cells(after)} | ${ms.toFixed(0)} |`)
}
