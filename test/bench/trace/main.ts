/** What traces cost, as ratios in one run; prints Markdown: recording beside mode pure, filling, checking. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { kernelGuest, kernels } from '../kernels.ts'
import { firstFound, newestClang } from '../processes.ts'
import { fillingTable, measureFilling, type FillingCost } from './filling.ts'
import { measurePreflight, preflightTable, type PreflightCost } from './preflight.ts'

const HELP = `Usage: node test/bench/trace/main.ts [options]
  --rounds N        runs of each mode, in turns (default 3)
  --kernels A,B     only these kernels
  --divide N        a part of each kernel's usual scale (default 4)
  --widths A,B      default 32,64
  --cc gcc,clang    compilers (default both)
  --instructions N  traced of each kernel (default 4000000)
  --only PART       recording or filling (default both)
  --cache DIR       keeps what is compiled`

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    kernels: { type: 'string' },
    divide: { type: 'string', default: '4' },
    widths: { type: 'string', default: '32,64' },
    cc: { type: 'string', default: 'gcc,clang' },
    instructions: { type: 'string', default: '4000000' },
    only: { type: 'string' },
    cache: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

async function main(): Promise<void> {
  const work = options.cache === undefined ? mkdtempSync(join(tmpdir(), 'rvr-bench-trace-')) : undefined
  const cacheDir = options.cache ?? join(work!, 'cache')
  const wanted = options.kernels?.split(',')
  const found = { gcc: firstFound(['gcc']), clang: newestClang() }
  const compilers = options.cc.split(',').flatMap(label => found[label as keyof typeof found] ?? [])
  const rounds = Number(options.rounds)
  const { only } = options
  try {
    const costs: PreflightCost[] = []
    const fillings: FillingCost[] = []
    for (const cc of compilers) {
      for (const xlen of options.widths.split(',').map(Number) as (32 | 64)[]) {
        for (const { name, defaultScale } of kernels()) {
          if (wanted?.includes(name) === false) continue
          process.stderr.write(`${name} RV${xlen} ${cc} …\n`)
          const scale = Math.max(1, Math.round(defaultScale / Number(options.divide)))
          const subject = { name, elf: kernelGuest(name, xlen), scale, xlen, cc }
          const choices = { rounds, cacheDir }
          if (only !== 'filling') costs.push(await measurePreflight(subject, choices))
          if (only === 'recording') continue
          fillings.push(await measureFilling({ ...subject, instructions: Number(options.instructions) }, choices))
        }
      }
    }
    if (costs.length > 0) console.log(`${preflightTable(costs)}\n`)
    if (fillings.length > 0) console.log(fillingTable(fillings))
  } finally {
    if (work !== undefined) rmSync(work, { recursive: true, force: true })
  }
}

if (options.help) console.log(HELP)
else await main()
