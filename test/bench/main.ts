/** The benchmark: every kernel natively, under qemu and in rvr, interleaved; prints Markdown and writes build/bench.json. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildCosts, warmCompileMs, warmProcessMs, type BuildCost } from './build-costs.ts'
import { countInstructions, instructionTable, type InstructionCounts } from './callgrind.ts'
import { coldStartText, measureColdStart, type ColdStart } from './cold-start.ts'
import { cryptoTable, measureCrypto, type CryptoResult } from './crypto/measure.ts'
import { appendHistory, comparison, historyEntry, hostOf, readEntry, type HistoryEntry } from './history.ts'
import { chosenKernels, guestCompilerOf, isByBoth, kernels, programOf } from './kernels.ts'
import { largeGuestText, measureLargeGuest, type LargeGuestCost } from './large-guest.ts'
import { measure } from './measure.ts'
import { firstFound, newestClang, versionOf } from './processes.ts'
import { measureProfiles, profileTable } from './profile.ts'
import { measureRealGuests, type RealGuestResults } from './real-guests.ts'
import { buildTable, countingTable, realGuestTable, timesTable, type KernelResult } from './table.ts'
import { targetResults, targetTable } from './targets.ts'
import { variantsOf, type Compiler } from './variants.ts'

const HELP = `Usage: npm run bench -- [options]
  --rounds N        runs of each variant, interleaved (default 3)
  --kernels A,B     only these kernels; tuned and held-out are all of a kind
  --scale N         this scale for every kernel, instead of each kernel's own
  --modes A,B       rvr's modes, and among them limit and cost-limit: metered-cost with a limit
                    of instructions or cost beyond the end
                    (default pure,metered-cost,limit,cost-limit,metered,profile)
  --cc gcc,clang    compilers, natively and for rvr (default both)
  --guest-compiler WHICH  gcc, clang, or best (default): the compiler whose native build is fastest,
                    clang where gcc's is not faster by a tenth
  --callgrind       also count instructions of the native builds, at small scales
  --compare FILE    print what changed since an earlier run: its --out or --history
  --with FILE       run nothing: --compare with this run instead
  --no-qemu         leave qemu out
  --no-rvr          leave rvr out
  --no-large        leave the guest of 1 MB of code out
  --no-crypto       leave the operations of extensions out
  --real WHICH      real guests: none, some (default) or all; some leaves out what takes the C
                    compiler minutes: SQLite in mode profile, and on RV32 in mode metered
  --profile         instead of all that: what compiling with a profile gives, for the kernels and the
                    real guests, with the last compiler
  --widths A,B      widths for --profile (default 32,64)
  --out FILE        where the JSON goes (default build/bench.json)
  --history FILE    where one line with all ratios is added (default build/bench-history.jsonl)`

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    rounds: { type: 'string', default: '3' },
    kernels: { type: 'string' },
    scale: { type: 'string' },
    modes: { type: 'string', default: 'pure,metered-cost,limit,cost-limit,metered,profile' },
    cc: { type: 'string', default: 'gcc,clang' },
    'guest-compiler': { type: 'string', default: 'best' },
    callgrind: { type: 'boolean', default: false },
    compare: { type: 'string' },
    with: { type: 'string' },
    qemu: { type: 'boolean', default: true },
    rvr: { type: 'boolean', default: true },
    large: { type: 'boolean', default: true },
    crypto: { type: 'boolean', default: true },
    real: { type: 'string', default: 'some' },
    profile: { type: 'boolean', default: false },
    widths: { type: 'string', default: '32,64' },
    out: { type: 'string', default: 'build/bench.json' },
    history: { type: 'string', default: 'build/bench-history.jsonl' },
    help: { type: 'boolean', default: false },
  },
})

function compilersFor(labels: readonly string[]): Compiler[] {
  const found: Compiler[] = []
  const gcc = labels.includes('gcc') ? firstFound(['gcc']) : undefined
  const clang = labels.includes('clang') ? newestClang() : undefined
  if (gcc !== undefined) found.push({ label: 'gcc', command: gcc })
  if (clang !== undefined) found.push({ label: 'clang', command: clang })
  if (found.length === 0) throw new Error('no C compiler found: install gcc or clang')
  return found
}

async function main(): Promise<void> {
  const modes = options.modes.split(',')
  const rounds = Math.max(1, Number(options.rounds))
  const compilers = compilersFor(options.cc.split(','))
  const guestCompiler = options['guest-compiler']
  if (!['gcc', 'clang', 'best'].includes(guestCompiler))
    throw new Error(`--guest-compiler is ${guestCompiler}, not gcc, clang or best`)
  // What is compared with is read before it can be written over.
  const before = options.compare === undefined ? undefined : readEntry(options.compare)
  const work = mkdtempSync(join(tmpdir(), 'rvr-bench-'))
  try {
    const results: KernelResult[] = []
    const costs: BuildCost[] = []
    const counts: InstructionCounts[] = []
    const chosen = chosenKernels(options.kernels)
    if (chosen.length === 0 && options.kernels !== '')
      throw new Error(
        `no kernel is called ${options.kernels}; there are ${kernels()
          .map(kernel => kernel.name)
          .join(', ')}`,
      )
    if (options.profile) {
      const widths = options.widths.split(',').map(Number) as (32 | 64)[]
      const profiles = await measureProfiles({
        kernels: chosen,
        real: options.real !== 'none',
        modes,
        widths,
        cc: compilers.at(-1)!.command,
        rounds,
      })
      console.log(`${profileTable(profiles)}\n`)
      writeResult({ profiles })
      return
    }
    for (const kernel of chosen) {
      process.stderr.write(`${kernel.name} …\n`)
      const scale = Number(options.scale ?? kernel.defaultScale)
      const program = programOf(
        kernel,
        guestCompiler === 'best' || !isByBoth(kernel.name)
          ? await guestCompilerOf(kernel, scale, compilers, work)
          : (guestCompiler as Compiler['label']),
      )
      const variants = await variantsOf(program, {
        compilers,
        modes,
        qemu: options.qemu,
        rvr: options.rvr,
        work,
        cacheDir: join(work, 'cache'),
      })
      try {
        results.push(await measure(program, variants, scale, rounds, kernel.checksums[scale]))
        costs.push(...buildCosts(variants))
        const counted = options.callgrind ? await countInstructions(kernel, variants, compilers, work) : undefined
        if (counted !== undefined) counts.push(counted)
      } finally {
        for (const variant of variants) await variant.close()
      }
    }
    const best = compilers.at(-1)!.command
    const warm = options.rvr
      ? { compileMs: await warmCompileMs(chosen[0]!, best, work, 9), processMs: warmProcessMs(best, work, 9) }
      : undefined
    const large = options.rvr && options.large ? await measureLargeGuest(best, join(work, 'cache')) : undefined
    const cold = options.rvr && options.large ? await measureColdStart(best, work, 9) : undefined
    const real =
      options.real === 'none'
        ? undefined
        : await measureRealGuests({
            compilers,
            modes,
            qemu: options.qemu,
            rvr: options.rvr,
            rounds,
            all: options.real === 'all',
          })
    report({
      results,
      costs,
      counts,
      before,
      rounds,
      warm,
      large,
      cold,
      real,
      crypto: options.crypto ? measureCrypto() : [],
      compilers,
    })
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

interface Findings {
  readonly results: readonly KernelResult[]
  readonly costs: readonly BuildCost[]
  readonly counts: readonly InstructionCounts[]
  /** The run to compare with. */
  readonly before: HistoryEntry | undefined
  readonly rounds: number
  readonly warm: { compileMs: number; processMs: number | undefined } | undefined
  readonly large: LargeGuestCost | undefined
  readonly cold: ColdStart | undefined
  readonly real: RealGuestResults | undefined
  readonly crypto: readonly CryptoResult[]
  readonly compilers: readonly Compiler[]
}

function report({
  results,
  costs,
  counts,
  before,
  rounds,
  warm,
  large,
  cold,
  real,
  crypto,
  compilers,
}: Findings): void {
  const history = historyEntry(results, costs, rounds, hostOf(compilers.map(({ command }) => versionOf(command))))
  const { host } = history
  const targets = targetResults(results)
  console.log(`${timesTable(results)}\n`)
  console.log(
    'User processor time, for rvr that of its process while the guest runs. Medians. Column limit: mode metered-cost with an instruction limit beyond the end, cost-limit: with a cost limit.\n',
  )
  if (targets.length > 0) console.log(`${targetTable(targets)}\n`)
  console.log(`${countingTable(results)}\n`)
  if (counts.length > 0) console.log(`${instructionTable(counts)}\n`)
  if (costs.length > 0) console.log(`${buildTable(costs)}\n`)
  if (warm !== undefined) {
    console.log(
      `Warm compile through the cache: ${warm.compileMs.toFixed(1)} ms. ${warm.processMs === undefined ? 'Warm `rvr run`: not measured, dist/ is not built.' : `Warm \`rvr run\`, whole process: ${warm.processMs.toFixed(0)} ms.`}\n`,
    )
  }
  if (large !== undefined) console.log(`${largeGuestText(large)}\n`)
  if (cold !== undefined) console.log(`${coldStartText(cold)}\n`)
  if (real !== undefined)
    console.log(`${'skipped' in real ? `Real guests are left out: ${real.skipped}.` : realGuestTable(real.results)}\n`)
  if (crypto.length > 0)
    console.log(
      `${cryptoTable(crypto)}\n\nOne operation of an extension against the best of another library. Processor time, medians.\n`,
    )
  if (before !== undefined) console.log(`${comparison(before, history)}\n`)
  console.log(`${host.cpu}, ${host.processors} processors, Node ${host.node}, ${host.compilers.join(', ')}`)
  writeResult({
    host,
    results,
    meanRatios: history.meanRatios,
    targets,
    instructions: counts,
    builds: costs,
    warm,
    large,
    cold,
    real,
    crypto,
    history,
  })
  appendHistory(resolve(options.history), history)
}

function writeResult(result: object): void {
  const out = resolve(options.out)
  mkdirSync(dirname(out), { recursive: true })
  writeFileSync(out, JSON.stringify(result, null, 2) + '\n')
}

if (options.help) {
  console.log(HELP)
} else if (options.with !== undefined) {
  console.log(comparison(readEntry(options.compare ?? options.history), readEntry(options.with)))
} else {
  await main()
}
