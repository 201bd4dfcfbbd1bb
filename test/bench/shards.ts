/** What mode `shards` costs beside mode `pure`, in time and in memory (docs/shards.md); prints Markdown. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Rvr, utf8, type Artifact, type ExecuteOptions, type Guest } from '../../src/index.ts'
import type { Xlen } from '../../src/elf/image.ts'
import type { ShardsResult } from '../../src/modes/shards/counts.ts'
import { build, elfOf, whyNot } from '../real-guests/built.ts'
import { inputOf, signatureRecords } from '../real-guests/signatures.ts'
import { benchmarkScript } from '../real-guests/sql.ts'
import { program } from '../run/support.ts'
import { kernelGuest, kernels } from './kernels.ts'
import { firstFound, newestClang } from './processes.ts'
import { geometricMean } from './statistics.ts'
import { markdown } from './table.ts'

const HELP = `Usage: node test/bench/shards.ts [options]
  --rounds N      runs of each mode, in turns (default 4)
  --kernels A,B   only these kernels and real guests
  --widths A,B    default 32,64
  --cuts N        in equal parts of the run (default 20)
  --divide N      a part of each kernel's usual scale (default 1)
  --cc NAME       gcc or clang (default clang)
  --no-real       without libsecp256k1 and SQLite
  --no-memory     without the table of memory
  --cache DIR     keeps what is compiled`

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    kernels: { type: 'string' },
    widths: { type: 'string', default: '32,64' },
    cuts: { type: 'string', default: '20' },
    divide: { type: 'string', default: '1' },
    cc: { type: 'string', default: 'clang' },
    'no-real': { type: 'boolean', default: false },
    'no-memory': { type: 'boolean', default: false },
    cache: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

interface Subject {
  readonly name: string
  elf(xlen: Xlen): string
  readonly given: ExecuteOptions
}

const wanted = options.kernels?.split(',')
const isWanted = ({ name }: Subject): boolean => wanted?.includes(name) !== false
const widths = options.widths.split(',').map(Number) as Xlen[]

const real: readonly (Subject & { readonly name: 'secp-verify' | 'sqlite-script' })[] = [
  {
    name: 'secp-verify',
    elf: xlen => elfOf('secp-verify', xlen),
    given: { args: ['guest', '75'], inputs: [inputOf(signatureRecords(100, 1, 10))] },
  },
  {
    name: 'sqlite-script',
    elf: xlen => elfOf('sqlite-script', xlen),
    given: { args: ['guest', '1'], inputs: [utf8(benchmarkScript)] },
  },
]

function subjects(): Subject[] {
  const small = kernels().map(({ name, defaultScale }): Subject => {
    const scale = Math.max(1, Math.round(defaultScale / Number(options.divide)))
    return { name, elf: xlen => kernelGuest(name, xlen), given: { args: ['guest', String(scale)] } }
  })
  const large = options['no-real'] || whyNot() !== undefined ? [] : real.filter(isWanted)
  for (const { name } of large) build(name, { widths })
  return [...small, ...large].filter(isWanted)
}

/** Ends of shards in equal parts of a run. */
const endsIn = (instret: bigint, cuts: number): number[] =>
  Array.from({ length: cuts }, (_, cut) => Math.floor((Number(instret) * (cut + 1)) / (cuts + 1)))

/** User processor time of this process: steadier than the clock where others use the processors too. */
async function timed(artifact: Artifact, given: ExecuteOptions) {
  const before = process.cpuUsage()
  using run = await artifact.execute({ ...given, onPrint: () => {} })
  const ms = process.cpuUsage(before).user / 1000
  if (run.exitCode !== 0) throw new Error(`${artifact.mode}: exit code ${run.exitCode}`)
  return { ms, instret: run.instret, collected: run.collected }
}

interface Found {
  readonly instructions: bigint
  readonly words: number
  readonly crossings: number
  readonly ratio: number
}

async function measure(rvr: Rvr, { elf, given }: Subject, xlen: Xlen): Promise<Found> {
  const guest = await rvr.load(elf(xlen), { abi: 'linux' })
  const [pure, shards] = [await guest.compile('pure'), await guest.compile('shards')]
  const { instret } = await timed(pure, given)
  const shardEnds = endsIn(instret, Number(options.cuts))
  let [least, leastOfShards] = [Infinity, Infinity]
  let counts: ShardsResult['shards'] | undefined
  for (let round = 0; round < Number(options.rounds); round++) {
    least = Math.min(least, (await timed(pure, given)).ms)
    const { ms, collected } = await timed(shards, { ...given, shardEnds })
    leastOfShards = Math.min(leastOfShards, ms)
    counts = (collected as ShardsResult).shards
  }
  return {
    instructions: instret,
    words: counts!.shards.reduce((sum, { fresh }) => sum + fresh, 0),
    crossings: counts!.crossings.words.reduce((sum, words) => sum + words, 0),
    ratio: leastOfShards / least,
  }
}

async function ratios(rvr: Rvr): Promise<string> {
  const rows: string[][] = []
  const all: number[] = []
  for (const subject of subjects())
    for (const xlen of widths) {
      process.stderr.write(`${subject.name} RV${xlen} …\n`)
      const { instructions, words, crossings, ratio } = await measure(rvr, subject, xlen)
      all.push(ratio)
      const counts = [words, crossings].map(count => count.toLocaleString('en'))
      rows.push([subject.name, `RV${xlen}`, `${(Number(instructions) / 1e9).toFixed(2)}`, ratio.toFixed(2), ...counts])
    }
  if (all.length === 0) return ''
  rows.push(['geometric mean', '', '', geometricMean(all).toFixed(2), '', ''])
  return markdown(['guest', '', '10⁹ instructions', '× pure', 'words', 'crossings'], rows)
}

/** Stores and loads as many words, `stride` bytes apart, again and again: eight instructions each. */
const walker = (xlen: Xlen, words: number, stride: number, turns: number): Uint8Array =>
  program(xlen, code => {
    const [load, store] = xlen === 64 ? ['ld', 'sd'] : ['lw', 'sw']
    code.li('s1', turns).li('s2', stride).label('turn').li('a0', 0x40_0000).li('a1', words).label('word')
    code
      .op(load, { rd: 'a2', rs1: 'a0' })
      .op('add', { rd: 'a2', rs1: 'a2', rs2: 'a1' })
      .op('xor', { rd: 'a3', rs1: 'a3', rs2: 'a2' })
      .op(store, { rs1: 'a0', rs2: 'a3' })
      .op('slli', { rd: 'a4', rs1: 'a3', imm: 1 })
      .op('add', { rd: 'a0', rs1: 'a0', rs2: 's2' })
      .op('addi', { rd: 'a1', rs1: 'a1', imm: -1 })
      .op('bne', { rs1: 'a1', target: 'word' })
      .op('addi', { rd: 's1', rs1: 's1', imm: -1 })
      .op('beq', { rs1: 's1', target: 'end' })
      .op('jal', { target: 'turn' })
      .label('end')
      .op('terminate')
  })

/** Bytes that this process has in memory, shared pages included. */
const resident = (): number => 1024 * Number(/VmRSS:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1])

async function memoryOf(guest: Guest, mode: 'pure' | 'shards', shards: number): Promise<number> {
  const artifact = await guest.compile(mode)
  const { instret } = await timed(artifact, {})
  const before = resident()
  using run = await artifact.execute(mode === 'shards' ? { shardEnds: endsIn(instret, shards - 1) } : {})
  if (run.exitCode !== 0) throw new Error(`${mode}: exit code ${run.exitCode}`)
  return resident() - before
}

async function memory(rvr: Rvr): Promise<string> {
  const rows: string[][] = []
  for (const xlen of widths)
    for (const [words, stride, turns] of [
      [4_000_000, xlen / 8, 32],
      [4_000_000, 64, 32],
      [100_000, 4096, 32],
    ] as const) {
      process.stderr.write(`${words} words, ${stride} bytes apart, RV${xlen} …\n`)
      const guest = await rvr.load(walker(xlen, words, stride, turns))
      const pure = await memoryOf(guest, 'pure', 1)
      const few = (await memoryOf(guest, 'shards', 2)) - pure
      const many = (await memoryOf(guest, 'shards', 100)) - pure
      const each = [few, many].map(bytes => (bytes / words).toFixed(1))
      rows.push([`RV${xlen}`, words.toLocaleString('en'), `${stride}`, ((words * turns * 8) / 1e9).toFixed(2), ...each])
    }
  const heads = ['', 'words', 'bytes apart', '10⁹ instructions', 'bytes a word, 2 shards', '100 shards']
  return markdown(heads, rows)
}

async function main(): Promise<void> {
  const cc = options.cc === 'gcc' ? firstFound(['gcc']) : newestClang()
  const rvr = await Rvr.create({ cacheDir: options.cache ?? false, cc })
  if (!options['no-memory']) console.log(`${await memory(rvr)}\n`)
  console.log(await ratios(rvr))
  await rvr.dispose()
}

if (options.help) console.log(HELP)
else await main()
