/** What modes `profile` and `calls` cost beside `pure`, and what a profile of a million contexts takes; prints Markdown. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { largeTree } from './calls-tree.ts'
import { chosenKernels, programOf } from './kernels.ts'
import { measure } from './measure.ts'
import { firstFound, newestClang } from './processes.ts'
import { geometricMean } from './statistics.ts'
import { markdown, type KernelResult } from './table.ts'
import { variantsOf } from './variants.ts'

const HELP = `Usage: node test/bench/calls.ts [options]
  --rounds N      runs of each mode, in turns (default 5)
  --kernels A,B   only these kernels; tuned and held-out are all of a kind
  --divide N      a part of each kernel's usual scale (default 4)
  --cc A,B        gcc, clang (default clang)
  --contexts N    of the synthetic tree (default 1000000, 0 for none)
  --cache DIR     keeps what is compiled`

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    kernels: { type: 'string' },
    divide: { type: 'string', default: '4' },
    cc: { type: 'string', default: 'clang' },
    contexts: { type: 'string', default: '1000000' },
    cache: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const MODES = ['pure', 'profile', 'calls']

/** One row per width, compiler and mode: least times as multiples of those of mode `pure`. */
function ratioTable(results: readonly KernelResult[]): string {
  const names = Object.keys(results[0]?.ms ?? {}).filter(name => !name.endsWith(' pure'))
  const rows = names.map(name => {
    const plain = name.replace(/\w+$/, 'pure')
    const ratios = results.map(({ ms }) => Math.min(...ms[name]!) / Math.min(...ms[plain]!))
    return [name, ...ratios.map(ratio => ratio.toFixed(2)), geometricMean(ratios).toFixed(2)]
  })
  return markdown(['× mode pure', ...results.map(({ kernel }) => kernel), 'geometric mean'], rows)
}

async function measureKernels(work: string): Promise<KernelResult[]> {
  const found = { gcc: firstFound(['gcc']), clang: newestClang() }
  const compilers = (['gcc', 'clang'] as const)
    .filter(label => options.cc.split(',').includes(label))
    .flatMap(label => (found[label] === undefined ? [] : [{ label, command: found[label] }]))
  const choice = {
    compilers: [],
    rvrCompilers: compilers,
    modes: MODES,
    qemu: false,
    rvr: true,
    work,
    cacheDir: options.cache ?? join(work, 'cache'),
  }
  const results: KernelResult[] = []
  for (const kernel of chosenKernels(options.kernels)) {
    process.stderr.write(`${kernel.name} …\n`)
    const program = programOf(kernel, 'clang')
    const variants = await variantsOf(program, choice)
    const scale = Math.max(1, Math.round(kernel.defaultScale / Number(options.divide)))
    results.push(await measure(program, variants, scale, Number(options.rounds)))
    for (const variant of variants) await variant.close()
  }
  return results
}

async function main(): Promise<void> {
  const contexts = Number(options.contexts)
  if (contexts > 0) console.log(`${largeTree(contexts)}\n`)
  const work = mkdtempSync(join(tmpdir(), 'rvr-bench-calls-'))
  try {
    console.log(ratioTable(await measureKernels(work)))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

if (options.help) console.log(HELP)
else await main()
