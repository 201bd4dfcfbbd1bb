/** What C and Zba, Zbb, Zbs cost or save: one source for several instruction sets, beside the native build; prints Markdown. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { sets } from '../../src/isa/sets.ts'
import type { MachineFile } from '../../src/index.ts'
import { chosenKernels, type Kernel } from './kernels.ts'
import { newestClang, runTimed } from './processes.ts'
import { prepare } from './rvr-run.ts'
import { geometricMean } from './statistics.ts'
import { markdown } from './table.ts'

const HELP = `Usage: node test/bench/isa.ts [options]
  --rounds N      runs of each variant, in turns (default 3)
  --kernels A,B   only these kernels; tuned and held-out are all of a kind
  --widths A,B    32, 64 (default 64)
  --modes A,B     default pure,metered-cost
  --divide N      a part of each kernel's usual scale (default 1)`

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    kernels: { type: 'string' },
    widths: { type: 'string', default: '64' },
    modes: { type: 'string', default: 'pure,metered-cost' },
    divide: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})

const GUESTS = fileURLToPath(new URL('../../cache-fixtures/guests/', import.meta.url))
const SETS = ['im', 'imac', 'imac_zba_zbb_zbs'] as const
const GUEST_FLAGS = '-std=gnu11 -O2 -ffreestanding -fno-builtin -fno-stack-protector -mno-relax -nostdlib -fuse-ld=lld'
const ABI = { 32: ['-mabi=ilp32'], 64: ['-mabi=lp64', '-mcmodel=medany'] } as const
const RUNTIME = ['abi/linux/start.S', 'bench/main-guest.c', 'abi/freestanding.c'].map(file => GUESTS + file)

type Width = 32 | 64

/** The shipped machine with compressed instructions and bit manipulation counted as additions are. */
function machineOf(xlen: Width): MachineFile {
  const file = new URL(`../../src/machine/rv${xlen}im.json`, import.meta.url)
  const machine = JSON.parse(readFileSync(file, 'utf8')) as { chips: { operations?: string[] }[] }
  const further = [...sets.zba, ...sets.zbb, ...sets.zbs, ...sets.zaamo, ...sets.zalrsc]
  machine.chips
    .find(({ operations }) => operations?.includes('nop'))!
    .operations!.push('compressed', ...new Set(further.map(({ name }) => name)))
  return machine as unknown as MachineFile
}

interface Variant {
  readonly name: string
  run(scale: number): Promise<{ readonly stdout: string; readonly ms: number }>
  close(): Promise<void>
}

async function variantsOf(kernel: Kernel, cc: string, work: string): Promise<Variant[]> {
  const done = async (): Promise<void> => {}
  const native = join(work, kernel.name)
  execFileSync(cc, ['-O2', '-o', native, ...kernel.sources])
  const process = (name: string, file: string, ...first: string[]): Variant => ({
    name,
    run: async scale => {
      const { stdout, userMs } = runTimed(file, [...first, String(scale)])
      return { stdout, ms: userMs }
    },
    close: done,
  })
  const variants = [process('native', native)]
  for (const xlen of options.widths.split(',').map(Number) as Width[])
    for (const set of SETS) {
      const elf = join(work, `${kernel.name}.rv${xlen}${set}.elf`)
      const isa = `rv${xlen}${set}`
      const target = [
        `--target=riscv${xlen}-unknown-elf`,
        `-march=${isa}`,
        ...ABI[xlen],
        '-T',
        `${GUESTS}abi/linux/linux.ld`,
      ]
      execFileSync(cc, [...target, ...GUEST_FLAGS.split(' '), ...RUNTIME, kernel.sources[0]!, '-o', elf])
      if (set !== 'imac_zba_zbb_zbs') variants.push(process(`qemu rv${xlen}${set}`, `qemu-riscv${xlen}`, elf))
      for (const mode of options.modes.split(',')) {
        const guest = await prepare({ elf, mode, cc, cacheDir: join(work, 'cache'), machine: machineOf(xlen), isa })
        const run = async (scale: number) => {
          const { stdout, executeMs } = await guest.run(scale)
          return { stdout, ms: executeMs }
        }
        variants.push({ name: `${mode} rv${xlen}${set}`, run, close: guest.close })
      }
    }
  return variants
}

/** Least milliseconds of each variant; all print the same. */
async function measured(kernel: Kernel, variants: readonly Variant[]): Promise<ReadonlyMap<string, number>> {
  const scale = Math.max(1, Math.round(kernel.defaultScale / Number(options.divide)))
  const least = new Map<string, number>()
  const texts = new Set<string>()
  for (let round = 0; round < Number(options.rounds); round++)
    for (const { name, run } of variants) {
      const { stdout, ms } = await run(scale)
      texts.add(stdout)
      least.set(name, Math.min(least.get(name) ?? Infinity, ms))
    }
  if (texts.size !== 1) throw new Error(`${kernel.name}: variants print different sums: ${[...texts].join(' ')}`)
  return least
}

async function main(): Promise<void> {
  const cc = newestClang()
  if (cc === undefined) throw new Error('no clang found')
  const work = mkdtempSync(join(tmpdir(), 'rvr-bench-isa-'))
  const columns: { readonly kernel: string; readonly ms: ReadonlyMap<string, number> }[] = []
  try {
    for (const kernel of chosenKernels(options.kernels)) {
      process.stderr.write(`${kernel.name} …\n`)
      const variants = await variantsOf(kernel, cc, work)
      columns.push({ kernel: kernel.name, ms: await measured(kernel, variants) })
      for (const variant of variants) await variant.close()
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  const names = [...columns[0]!.ms.keys()].filter(name => name !== 'native')
  const table = (title: string, of: readonly string[], baseOf: (name: string) => string): string => {
    const rows = of.map(name => {
      const ratios = columns.map(({ ms }) => ms.get(name)! / ms.get(baseOf(name))!)
      return [name, ...ratios.map(ratio => ratio.toFixed(2)), geometricMean(ratios).toFixed(2)]
    })
    return markdown([title, ...columns.map(({ kernel }) => kernel), 'geometric mean'], rows)
  }
  console.log(`${table('× native', names, () => 'native')}\n`)
  const further = names.filter(name => /imac/.test(name))
  console.log(table('× the same with im', further, name => name.replace(/imac\w*$/, 'im')))
}

if (options.help) console.log(HELP)
else await main()
