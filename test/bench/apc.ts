/** Sizes of published blocks after each pass of the optimiser, and beside what others made of them; prints Markdown. */
import { sizeOfBlocks } from '../../src/apc/block.ts'
import { optimiseBlocks } from '../../src/apc/optimise/optimise.ts'
import { sizeOf, type Size } from '../../src/air/system.ts'
import { publishedBlocks, publishedMachine, publishedSize } from '../apc/given.ts'

const none: Size = { columns: 0, interactions: 0, constraints: 0 }
const plus = (a: Size, b: Size): Size => ({
  columns: a.columns + b.columns,
  interactions: a.interactions + b.interactions,
  constraints: a.constraints + b.constraints,
})
const cells = ({ columns, interactions, constraints }: Size): string =>
  [columns, interactions, constraints].map(each => each.toLocaleString('en')).join(' | ')

/** What a pass took away in all its runs, over all blocks. */
interface Share {
  ms: number
  size: Size
}

const shares = new Map<string, Share>()
let [before, after, published] = [none, none, none]
const most = Number(process.env['COLUMNS_AT_MOST'] ?? Infinity)
const blocks = publishedBlocks.filter(block => block.before.columns <= most)
console.log(
  '| block | instructions | columns | interactions | constraints | published | | | ms |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|',
)
for (const { name, start_pc: start, instructions, after: theirs } of blocks) {
  const block = { start, instructions }
  const size = sizeOfBlocks(publishedMachine, [block])
  const begun = performance.now()
  let last = size
  let sizing = 0
  const { system: made } = optimiseBlocks(publishedMachine, [block], {
    onPass: ({ pass, ms, size }) => {
      const sized = performance.now()
      const now = size()
      sizing += performance.now() - sized
      const share = shares.get(pass) ?? { ms: 0, size: none }
      const gone = (of: keyof Size): number => last[of] - now[of]
      const size1 = { columns: gone('columns'), interactions: gone('interactions'), constraints: gone('constraints') }
      shares.set(pass, { ms: share.ms + ms, size: plus(share.size, size1) })
      last = now
    },
  })
  const ms = performance.now() - begun - sizing
  const own = sizeOf(made)
  before = plus(before, size)
  after = plus(after, own)
  published = plus(published, publishedSize(theirs))
  console.log(
    `| ${name} | ${instructions.length} | ${cells(own)} | ${cells(publishedSize(theirs))} | ${ms.toFixed(0)} |`,
  )
}
console.log(`\n| ${blocks.length} blocks | columns | interactions | constraints |\n|---|--:|--:|--:|`)
console.log(`| before | ${cells(before)} |\n| published optimiser | ${cells(published)} |\n| rvr | ${cells(after)} |`)
console.log('\n| pass | columns | interactions | constraints | ms |\n|---|--:|--:|--:|--:|')
for (const [pass, { ms, size }] of shares) console.log(`| ${pass} | ${cells(size)} | ${ms.toFixed(0)} |`)
