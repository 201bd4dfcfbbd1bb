/** What a witness that is pulled saves of one that is unpacked at the start (docs/streaming.md); prints Markdown. */
import { parseArgs } from 'node:util'
import {
  emitStream,
  MemoryStore,
  paddedHeight,
  recordOrder,
  Rvr,
  type ExecuteOptions,
  type Guest,
  type Run,
} from '../../src/index.ts'
import { fixture } from '../run/support.ts'
import { blockRecord, itemsOf, makeState, makeTransfers, revealedRoots, witnessRecord } from '../streams/state.ts'
import { markdown } from './table.ts'

const HELP = `Usage: node test/bench/streaming.ts [options]
  --accounts N      of the state (default 10000)
  --codes N         that one of eight accounts has (default 32)
  --transfers N     of the block (default 300)
  --widths A,B      default 32,64
  --shards A,B      numbers of shards of equal cells (default 2,4,8,16)
  --heights A,B     most rows of a table in a segment, 2^A (default 22,16)`

const { values: options } = parseArgs({
  options: {
    accounts: { type: 'string', default: '10000' },
    codes: { type: 'string', default: '32' },
    transfers: { type: 'string', default: '300' },
    widths: { type: 'string', default: '32,64' },
    shards: { type: 'string', default: '2,4,8,16' },
    heights: { type: 'string', default: '22,16' },
    help: { type: 'boolean', default: false },
  },
})

const MEMORY_TABLES = ['PersistentBoundary', 'MemoryMerkle', 'Poseidon2Periphery']
const numbers = (list: string): number[] => list.split(',').map(Number)

const sumOf = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0)

/** Named counts, of one build. */
type Figures = ReadonlyMap<string, number>
type Segment = NonNullable<Run['segments']>[number]

const state = makeState({ accounts: Number(options.accounts), codes: Number(options.codes), seed: 1 })
const transfers = makeTransfers(state, Number(options.transfers), 2)
const block = blockRecord(state, transfers)
const expected = revealedRoots(state, transfers)

function checked(run: Run): Run {
  const revealed = Buffer.from(run.publicValues).toString('hex')
  if (run.exitCode !== 0 || revealed !== expected) throw new Error(`exit code ${run.exitCode}, revealed ${revealed}`)
  return run
}

/** Cells of a segment's tables: of rows that are there, or of the powers of two that they are padded to. */
function cellsOf({ machine }: Run, segment: Segment, rows: 'real' | 'padded', names?: readonly string[]): number {
  const cells = [...segment.heights].map((height, index) => {
    const { name, width } = machine!.chips[index]!
    if (names?.includes(name) === false) return 0
    return (rows === 'real' ? height : paddedHeight(height)) * width
  })
  return sumOf(cells)
}

async function segmentFigures(guest: Guest, given: ExecuteOptions, height: number): Promise<Figures> {
  const artifact = guest.interpret('metered')
  using run = checked(await artifact.execute({ ...given, segmentLimits: { maxTraceHeight: 2 ** height } }))
  const segments = run.segments!
  const boundary = run.machine!.chips.findIndex(({ name }) => name === 'PersistentBoundary')
  const rowsOfLeaf = guest.image.xlen === 32 ? 2 : 1
  const leaves = segments.map(({ heights }) => heights[boundary]! / rowsOfLeaf)
  const memoryCells = segments.map(segment => cellsOf(run, segment, 'real', MEMORY_TABLES))
  const all = (rows: 'real' | 'padded'): number => sumOf(segments.map(segment => cellsOf(run, segment, rows)))
  const named = `tables to 2^${height} rows`
  return new Map([
    [`${named}: segments`, segments.length],
    [`${named}: leaves, first segment`, leaves[0]!],
    [`${named}: leaves, all`, sumOf(leaves)],
    [`${named}: cells of memory tables, first segment`, memoryCells[0]!],
    [`${named}: cells of memory tables, all`, sumOf(memoryCells)],
    [`${named}: cells of all tables`, all('real')],
    [`${named}: cells of all tables, padded`, all('padded')],
  ])
}

async function shardFigures(run: Run): Promise<Figures> {
  const figures = new Map<string, number>()
  for (const count of numbers(options.shards)) {
    const { shards, totals } = await run.shards({ count })
    figures.set(`${count} shards: leaves, shard 0`, shards[0]!.leaves)
    figures.set(`${count} shards: leaves, all`, sumOf(shards.map(({ leaves }) => leaves)))
    figures.set(`${count} shards: external writes, shard 0`, shards[0]!.externalWrites.words)
    figures.set(`${count} shards: external writes, all`, totals.crossings)
  }
  return figures
}

async function figuresOf(guest: Guest, given: ExecuteOptions): Promise<Figures> {
  using run = checked(await guest.interpret('metered-cost').execute(given))
  const figures = new Map([
    ['instructions', Number(run.instret)],
    ['cost, cells', Number(run.cost!)],
  ])
  for (const height of numbers(options.heights))
    for (const figure of await segmentFigures(guest, given, height)) figures.set(...figure)
  for (const figure of await shardFigures(run)) figures.set(...figure)
  return figures
}

function tableOf(eager: Figures, streamed: Figures, xlen: number): string {
  const rows = [...eager].map(([name, before]) => {
    const now = streamed.get(name)!
    const percent = (now / before - 1) * 100
    const change = `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`
    return [name, before.toLocaleString('en'), now.toLocaleString('en'), change]
  })
  return markdown([`RV${xlen}`, 'eager', 'streamed', 'change'], rows)
}

async function main(): Promise<void> {
  const rvr = await Rvr.create({ cacheDir: false })
  const store = new MemoryStore()
  for (const { kind, key, payload } of itemsOf(state)) store.add(kind, key, payload)
  for (const xlen of numbers(options.widths) as (32 | 64)[]) {
    const streamed = await rvr.load(fixture('transfers-streamed', xlen))
    const { order, run } = await recordOrder(streamed.interpret('pure'), store, { inputs: [block] })
    checked(run).dispose()
    const stream = await emitStream(order, store)
    const eager = await rvr.load(fixture('transfers-eager', xlen))
    const unpacked = await figuresOf(eager, { inputs: [block, witnessRecord(stream.items)] })
    const pulled = await figuresOf(streamed, { inputs: [block], stream })
    const bytes = sumOf(stream.items.map(({ payload }) => payload.length))
    console.log(`${stream.items.length} of ${store.size} items are pulled, ${bytes.toLocaleString('en')} bytes.\n`)
    console.log(`${tableOf(unpacked, pulled, xlen)}\n`)
  }
  await rvr.dispose()
}

if (options.help) console.log(HELP)
else await main()
