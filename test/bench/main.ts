/** The benchmark: every kernel natively, under qemu and in rvr, interleaved; prints Markdown and writes build/bench.json. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildCosts, warmCompileMs, warmProcessMs, type BuildCost } from './build-costs.ts'
import { cryptoTable, measureCrypto, type CryptoResult } from './crypto/measure.ts'
import { kernels, programOf } from './kernels.ts'
import { largeGuestText, measureLargeGuest, type LargeGuestCost } from './large-guest.ts'
import { measure } from './measure.ts'
import { firstFound, newestClang, versionOf } from './processes.ts'
import { measureProfiles, profileTable } from './profile.ts'
import { measureRealGuests, type RealGuestResults } from './real-guests.ts'
import { buildTable, countingTable, meanRatios, realGuestTable, timesTable, type KernelResult } from './table.ts'
import { variantsOf, type Compiler } from './variants.ts'

const HELP = `Usage: npm run bench -- [options]
  --rounds N        runs of each variant, interleaved (default 3)
  --kernels A,B     only these kernels
  --scale N         this scale for every kernel, instead of each kernel's own
  --modes A,B       rvr's modes (default pure,metered-cost,metered)
  --cc gcc,clang    compilers, natively and for rvr (default both)
  --no-qemu         leave qemu out
  --no-rvr          leave rvr out
  --no-large        leave the guest of 1 MB of code out
  --no-crypto       leave the operations of extensions out
  --real WHICH      real guests: none, some (default) or all; some leaves out what takes the C
                    compiler minutes: SQLite on RV32 in mode metered
  --profile         instead of all that: what compiling with a profile gives, for the kernels and the
                    real guests, with the last compiler
  --widths A,B      widths for --profile (default 32,64)
  --out FILE        where the JSON goes (default build/bench.json)`

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    rounds: { type: 'string', default: '3' },
    kernels: { type: 'string' },
    scale: { type: 'string' },
    modes: { type: 'string', default: 'pure,metered-cost,metered' },
    cc: { type: 'string', default: 'gcc,clang' },
    qemu: { type: 'boolean', default: true },
    rvr: { type: 'boolean', default: true },
    large: { type: 'boolean', default: true },
    crypto: { type: 'boolean', default: true },
    real: { type: 'string', default: 'some' },
    profile: { type: 'boolean', default: false },
    widths: { type: 'string', default: '32,64' },
    out: { type: 'string', default: 'build/bench.json' },
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
  const wanted = options.kernels?.split(',')
  const compilers = compilersFor(options.cc.split(','))
  const work = mkdtempSync(join(tmpdir(), 'rvr-bench-'))
  try {
    const results: KernelResult[] = []
    const costs: BuildCost[] = []
    const chosen = kernels().filter(kernel => wanted?.includes(kernel.name) ?? true)
    if (chosen.length === 0 && options.kernels !== '') throw new Error(`no kernel is called ${options.kernels}; there are ${kernels().map(kernel => kernel.name).join(', ')}`)
    if (options.profile) {
      const widths = options.widths.split(',').map(Number) as (32 | 64)[]
      const profiles = await measureProfiles({ kernels: chosen, real: options.real !== 'none', modes, widths, cc: compilers.at(-1)!.command, rounds })
      console.log(`${profileTable(profiles)}\n`)
      writeResult({ profiles })
      return
    }
    for (const kernel of chosen) {
      process.stderr.write(`${kernel.name} …\n`)
      const variants = await variantsOf(programOf(kernel), { compilers, modes, qemu: options.qemu, rvr: options.rvr, work, cacheDir: join(work, 'cache') })
      const scale = Number(options.scale ?? kernel.defaultScale)
      try {
        results.push(await measure(kernel.name, variants, scale, rounds, kernel.checksums[scale]))
        costs.push(...buildCosts(variants))
      } finally {
        for (const variant of variants) await variant.close()
      }
    }
    const best = compilers.at(-1)!.command
    const warm = options.rvr ? { compileMs: await warmCompileMs(chosen[0]!, best, work, 9), processMs: warmProcessMs(best, work, 9) } : undefined
    const large = options.rvr && options.large ? await measureLargeGuest(best, join(work, 'cache')) : undefined
    const real = options.real === 'none' ? undefined : await measureRealGuests({ compilers, modes, qemu: options.qemu, rvr: options.rvr, rounds, all: options.real === 'all' })
    report(results, costs, warm, large, real, options.crypto ? measureCrypto() : [], compilers)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function report(results: readonly KernelResult[], costs: readonly BuildCost[], warm: { compileMs: number; processMs: number | undefined } | undefined, large: LargeGuestCost | undefined, real: RealGuestResults | undefined, crypto: readonly CryptoResult[], compilers: readonly Compiler[]): void {
  const host = { cpu: cpus()[0]?.model ?? 'unknown', processors: availableParallelism(), node: process.version, compilers: compilers.map(({ command }) => versionOf(command)) }
  console.log(`${timesTable(results)}\n`)
  console.log(`${countingTable(results)}\n`)
  console.log('User processor time, for rvr that of its process while the guest runs. Medians.\n')
  if (costs.length > 0) console.log(`${buildTable(costs)}\n`)
  if (warm !== undefined) {
    console.log(`Warm compile through the cache: ${warm.compileMs.toFixed(1)} ms. ${warm.processMs === undefined ? 'Warm `rvr run`: not measured, dist/ is not built.' : `Warm \`rvr run\`, whole process: ${warm.processMs.toFixed(0)} ms.`}\n`)
  }
  if (large !== undefined) console.log(`${largeGuestText(large)}\n`)
  if (real !== undefined) console.log(`${'skipped' in real ? `Real guests are left out: ${real.skipped}.` : realGuestTable(real.results)}\n`)
  if (crypto.length > 0) console.log(`${cryptoTable(crypto)}\n\nOne operation of an extension against the best of another library. Processor time, medians.\n`)
  console.log(`${host.cpu}, ${host.processors} processors, Node ${host.node}, ${host.compilers.join(', ')}`)
  writeResult({ host, results, meanRatios: meanRatios(results), builds: costs, warm, large, real, crypto })
}

function writeResult(result: object): void {
  const out = resolve(options.out)
  mkdirSync(dirname(out), { recursive: true })
  writeFileSync(out, JSON.stringify(result, null, 2) + '\n')
}

if (options.help) {
  console.log(HELP)
} else {
  await main()
}
