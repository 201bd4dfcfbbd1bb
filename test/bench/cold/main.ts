/** The benchmark of cold starts: rates of all engines, and how long an answer about a new guest takes. Prints Markdown. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Rvr, utf8 } from '../../../src/index.ts'
import { build, cacheDir as realCache, elfOf, whyNot } from '../../real-guests/built.ts'
import { inputOf, signatureRecords } from '../../real-guests/signatures.ts'
import { scriptOf, statements } from '../../real-guests/sql.ts'
import { hostOf } from '../history.ts'
import { kernelGuest, kernels } from '../kernels.ts'
import { newestClang, versionOf } from '../processes.ts'
import { measureRates, modes, type EngineKind, type Rate, type RatedProgram, type RatesChoice } from './rates.ts'
import { ratesTable, targetsTable, waitsTable } from './tables.ts'
import { measureWaits, type Wait, type WaitsChoice } from './waits.ts'

const HELP = `Usage: make bench-cold, or node test/bench/cold/main.ts [options]
  --quick         a minute or two: one round, no native code, no large guests, no 10^9 instructions
  --rounds N      runs of each, interleaved (default 3)
  --kernels A,B   only these kernels
  --width N       32 or 64: width of the guests whose rates are measured (default 64)
  --all-modes     native code of SQLite in all modes, not in pure alone: compiles for minutes
  --no-rates      leave the engines' rates out
  --no-waits      leave the waits out
  --cc COMPILER   default: the newest clang, else gcc
  --out FILE      where the JSON goes (default build/bench-cold.json)`

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    kernels: { type: 'string' },
    width: { type: 'string', default: '64' },
    'all-modes': { type: 'boolean', default: false },
    rates: { type: 'boolean', default: true },
    waits: { type: 'boolean', default: true },
    cc: { type: 'string' },
    out: { type: 'string', default: 'build/bench-cold.json' },
    help: { type: 'boolean', default: false },
  },
})

const { quick } = options
const xlen = Number(options.width) as 32 | 64
const rounds = Number(options.rounds ?? (quick ? 1 : 3))

const instructions: RatesChoice['instructions'] = quick
  ? { reference: 5e5, 'native-interp': 5e7, qemu: 1e8, native: 2e8 }
  : { reference: 2e6, 'native-interp': 1e8, qemu: 2e8, native: 5e8 }

/** Powers of ten. */
const exponents: WaitsChoice['exponents'] = quick
  ? { prepared: [6, 7, 8], empty: [6, 7] }
  : { prepared: [6, 7, 8, 9], empty: [6, 7, 8, 9] }

function programs(): { readonly kernels: RatedProgram[]; readonly large: RatedProgram[] } {
  const wanted = options.kernels?.split(',')
  const chosen = kernels().filter(({ name }) => wanted?.includes(name) ?? true)
  const rated = chosen.map(({ name }) => ({ name, file: kernelGuest(name, xlen), compiled: modes }))
  const skipped = quick ? 'not in a quick run' : whyNot()
  if (skipped !== undefined) {
    process.stderr.write(`large guests are left out: ${skipped}\n`)
    return { kernels: rated, large: [] }
  }
  const inputs = { 'secp-verify': inputOf(signatureRecords(1, 5)), 'sqlite-script': utf8(scriptOf(statements)) }
  const large = (['secp-verify', 'sqlite-script'] as const).map((name): RatedProgram => {
    build(name, { widths: [xlen] })
    const isLong = name === 'sqlite-script' && !options['all-modes']
    return { name, file: elfOf(name, xlen), input: inputs[name], compiled: isLong ? ['pure'] : modes }
  })
  return { kernels: rated, large }
}

async function main(): Promise<void> {
  const cc = options.cc ?? newestClang() ?? 'gcc'
  const load = loadavg()[0]!
  const work = mkdtempSync(join(tmpdir(), 'rvr-bench-cold-'))
  const engines: readonly EngineKind[] = quick
    ? ['reference', 'native-interp']
    : ['reference', 'native-interp', 'native']
  const rates: Rate[] = []
  const waits: Wait[] = []
  try {
    const prepared = join(work, 'prepared')
    const seconds = await prepare(prepared, cc)
    const { kernels: small, large } = programs()
    if (options.waits) {
      const repeats = { prepared: rounds * 2 + 1, empty: quick ? 1 : 2 }
      waits.push(...(await measureWaits({ cc, work, prepared, exponents, rounds: repeats })))
    }
    for (const program of options.rates ? [...small, ...large] : []) {
      process.stderr.write(`${program.name} …\n`)
      // Native code of large guests is kept from one run to the next. The waits are over: nobody else needs the store.
      const cacheDir = large.includes(program) ? realCache : prepared
      rates.push(...(await measureRates(program, { xlen, rounds, engines, cc, cacheDir, instructions })))
    }
    const names = small.map(({ name }) => name)
    if (rates.length > 0) console.log(`${ratesTable(rates, names)}\n`)
    if (waits.length > 0) console.log(`${waitsTable(waits)}\n`)
    console.log(`${targetsTable(rates, waits, names)}\n`)
    const host = hostOf([versionOf(cc)])
    const state = `RV${xlen}, medians of ${rounds}; load ${load.toFixed(1)} when it began`
    console.log(`Native interpreter made in ${seconds.toFixed(1)} s. ${state}. ${host.cpu}, Node ${host.node}, ${cc}`)
    const out = resolve(options.out)
    mkdirSync(dirname(out), { recursive: true })
    writeFileSync(out, JSON.stringify({ host, load, rounds, xlen, rates, waits, madeIn: seconds }, null, 2) + '\n')
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Fills a store with the native interpreter that the cold guest is for, and says how many seconds that took. */
async function prepare(cacheDir: string, cc: string): Promise<number> {
  await using rvr = await Rvr.create({ cacheDir, cc })
  const guest = await rvr.load(kernelGuest('sieve', 64), { abi: 'linux' })
  const begin = performance.now()
  await guest.interpretNatively('pure')
  return (performance.now() - begin) / 1000
}

if (options.help) console.log(HELP)
else await main()
