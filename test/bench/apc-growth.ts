/** How the optimiser's time grows with a block: ends of a round of keccak, from 500 columns on; prints Markdown. */
import { readFileSync } from 'node:fs'
import { sizeOfBlocks } from '../../src/apc/block.ts'
import { optimiseBlocks } from '../../src/apc/optimise/optimise.ts'
import { sizeOf, type Block, type Size } from '../../src/air/system.ts'
import { assembled, execution } from '../apc/executions.ts'
import { publishedMachine } from '../apc/given.ts'

const START = 0x20_0000
const STEP = 4
/** Of the last ones of the round, from some 500 columns on: each time half as many again. */
const COUNTS = [13, 20, 30, 45, 68, 102, 153, 230, 345, 517]

/** A round as GCC 12 compiles it for size, with the state on the stack: one block. */
const text = readFileSync(new URL('keccak-round.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n')
const { entries } = execution(32, assembled(32, START, text), 1)

const blockOf = (count: number): Block => ({
  start: START + STEP * (entries.length - count),
  instructions: entries.slice(entries.length - count),
})

const cells = ({ columns, interactions, constraints }: Size): string =>
  [columns, interactions, constraints].map(each => each.toLocaleString('en')).join(' | ')

/** Of log(y) over log(x), by least squares. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const)
  const mean = (of: 0 | 1): number => logs.reduce((sum, point) => sum + point[of], 0) / logs.length
  const [x, y] = [mean(0), mean(1)]
  const covariance = logs.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0)
  return covariance / logs.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)
}

/** Of this thread: machines do other things besides. */
function seconds(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1e6
}

const passes = new Map<string, number>()
// What comes first pays for compilation and for what is known of instructions afterwards.
const cold = seconds()
optimiseBlocks(publishedMachine, [blockOf(entries.length)])
const first = seconds() - cold

const SIZES = 'columns | interactions | constraints'
console.log(`\n## Growth\n\n| instructions | ${SIZES} | ${SIZES} | CPU s |\n|--:|--:|--:|--:|--:|--:|--:|--:|`)
const points: (readonly [number, number])[] = []
for (const count of [...COUNTS, entries.length]) {
  const block = blockOf(count)
  const before = sizeOfBlocks(publishedMachine, [block])
  const begun = seconds()
  const { system } = optimiseBlocks(publishedMachine, [block], {
    onPass: ({ pass, ms }) => {
      if (count === entries.length) passes.set(pass, (passes.get(pass) ?? 0) + ms)
    },
  })
  const taken = seconds() - begun
  points.push([before.columns, taken])
  console.log(`| ${count} | ${cells(before)} | ${cells(sizeOf(system))} | ${taken.toFixed(3)} |`)
}
const memory = process.resourceUsage().maxRSS / 1024
console.log(`\nTime grows as columns^${slope(points).toFixed(2)}.`)
console.log(
  `The round of keccak alone in a new process: ${first.toFixed(2)} s of CPU; ${memory.toFixed(0)} MiB after all.`,
)
console.log('\n| pass | ms |\n|---|--:|')
for (const [pass, ms] of [...passes].toSorted((a, b) => b[1] - a[1])) console.log(`| ${pass} | ${ms.toFixed(0)} |`)
