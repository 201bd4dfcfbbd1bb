/** Cells that autoprecompiles save of whole guests, as metering has them and as traces do; prints Markdown. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Rvr, u64, utf8, type ApcGenerateOptions, type Machine, type Run } from '../../src/index.ts'
import { fixture } from '../run/support.ts'
import { build, elfOf, type RealGuest } from '../real-guests/built.ts'
import { inputOf, signatureRecords } from '../real-guests/signatures.ts'
import { benchmarkScript } from '../real-guests/sql.ts'
import { kernelGuest } from './kernels.ts'

const HELP = `Usage: node test/bench/apc-guests.ts [options]
  --guests A,B      default fibonacci,keccak,sha256,sort,secp-verify,sqlite-script
  --widths A,B      default 32,64
  --counts A,B      numbers of autoprecompiles (default 0,3,10,30,100)
  --instructions N  traced of each guest (default 1000000)
  --threads N       that fill traces (default 2)
  --cache DIR       keeps what is compiled`

const { values: options } = parseArgs({
  options: {
    guests: { type: 'string', default: 'fibonacci,keccak,sha256,sort,secp-verify,sqlite-script' },
    widths: { type: 'string', default: '32,64' },
    counts: { type: 'string', default: '0,3,10,30,100' },
    instructions: { type: 'string', default: '1000000' },
    threads: { type: 'string', default: '2' },
    cache: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

interface Subject {
  readonly name: string
  readonly elf: Uint8Array
  readonly xlen: 32 | 64
  readonly abi: 'openvm' | 'linux'
  readonly inputs: ApcGenerateOptions['profile']
}

const realInputs: Readonly<Record<RealGuest, () => Uint8Array>> = {
  'secp-verify': () => inputOf(signatureRecords(100, 1, 10)),
  'sqlite-script': () => utf8(benchmarkScript),
}

const isReal = (name: string): name is RealGuest => name in realInputs

/** Kernels end with system calls, which no table has: only so many instructions of them are traced. */
function subjectOf(name: string, xlen: 32 | 64): Subject {
  if (name === 'fibonacci')
    return { name, xlen, abi: 'openvm', elf: readFileSync(fixture(name, xlen)), inputs: { inputs: [u64(100_000)] } }
  const abi = 'linux'
  const args = [name, '1']
  if (!isReal(name)) return { name, xlen, abi, elf: readFileSync(kernelGuest(name, xlen)), inputs: { args } }
  build(name, { widths: [xlen] })
  return { name, xlen, abi, elf: readFileSync(elfOf(name, xlen)), inputs: { args, inputs: [realInputs[name]()] } }
}

/** Rows of chips that instructions, or autoprecompiles, add to. */
const isOfInstructions = ({ operations }: Machine['chips'][number]): boolean => operations !== undefined

async function tracedCells(run: Run, threads: number): Promise<{ cells: number; ms: number }> {
  const names = new Set(run.machine.chips.filter(isOfInstructions).map(({ name }) => name))
  let [cells, ms] = [0, 0]
  for await (const trace of run.traces({ filler: 'engine', threads })) {
    using segment = trace
    ms += segment.fillMs
    for (const { name, rows, width } of segment.chips) if (names.has(name)) cells += rows * width
  }
  return { cells, ms }
}

interface Measured {
  readonly count: number
  readonly chips: number
  readonly cells: number
  readonly ms: number | undefined
}

/** Real guests begin with system calls: metering alone has their cells, of whole runs. */
async function measure(rvr: Rvr, { name, elf, abi, inputs }: Subject, count: number): Promise<Measured> {
  const maxInstructions = isReal(name) ? undefined : BigInt(options.instructions)
  const plain = await rvr.load(elf, { abi })
  const { machine } = await plain.apc.setup({ autoprecompiles: count, profile: inputs })
  const guest = await rvr.load(elf, { abi, machine })
  using costed = await (await guest.compile('metered-cost')).execute({ ...inputs, maxInstructions })
  const cost = Number(costed.cost)
  const chips = machine.autoprecompiles?.list.length ?? 0
  if (isReal(name)) return { count, chips, cells: cost, ms: undefined }
  using run = await (await guest.compile('metered')).execute({ ...inputs, maxInstructions })
  const { cells, ms } = await tracedCells(run, Number(options.threads))
  if (cells !== cost) throw new Error(`traces have ${cells} cells, and metering says ${cost}`)
  return { count, chips, cells, ms }
}

async function main(): Promise<void> {
  const work = options.cache === undefined ? mkdtempSync(join(tmpdir(), 'rvr-bench-apc-')) : undefined
  await using rvr = await Rvr.create({ cacheDir: options.cache ?? work! })
  try {
    console.log('| guest | RV | n | chips | cells | saved | filling ms |\n|---|--:|--:|--:|--:|--:|--:|')
    for (const name of options.guests.split(',')) {
      for (const xlen of options.widths.split(',').map(Number) as (32 | 64)[]) {
        let whole = NaN
        for (const count of options.counts.split(',').map(Number)) {
          process.stderr.write(`${name} RV${xlen}, ${count} …\n`)
          const { chips, cells, ms } = await measure(rvr, subjectOf(name, xlen), count)
          if (Number.isNaN(whole)) whole = cells
          const saved = `${((100 * (whole - cells)) / whole).toFixed(1)} %`
          const facts = [name, xlen, count, chips, cells.toLocaleString('en'), saved, ms?.toFixed(0) ?? '–']
          console.log(`| ${facts.join(' | ')} |`)
        }
      }
    }
  } finally {
    if (work !== undefined) rmSync(work, { recursive: true, force: true })
  }
}

if (options.help) console.log(HELP)
else await main()
