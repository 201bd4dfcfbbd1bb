/** The ways to run one kernel that the benchmark compares. */
import { join } from 'node:path'
import { kernelGuest, type Kernel } from './kernels.ts'
import { firstFound, runTimed } from './processes.ts'
import { prepare, type PreparedGuest } from './rvr-run.ts'

export interface Measured {
  readonly stdout: string
  /** User processor time. */
  readonly ms: number
  readonly instret?: bigint
  readonly cost?: bigint
}

export interface Variant {
  /** `native gcc`, `qemu rv32`, `rvr rv64 clang pure` … */
  readonly name: string
  readonly kind: 'native' | 'qemu' | 'rvr'
  run(scale: number): Promise<Measured>
  close(): Promise<void>
  /** What compiling cost, for rvr. */
  readonly prepared?: PreparedGuest
}

/** A compiler under the short name that tables use. */
export interface Compiler {
  readonly label: 'gcc' | 'clang'
  readonly command: string
}

export interface VariantChoice {
  readonly compilers: readonly Compiler[]
  readonly modes: readonly string[]
  readonly qemu: boolean
  readonly rvr: boolean
  /** Directory for native builds and rvr's cache. */
  readonly work: string
}

const WIDTHS = [32, 64] as const

/** Builds and compiles everything for one kernel, so that running is all that is left. */
export async function variantsOf(kernel: Kernel, choice: VariantChoice): Promise<Variant[]> {
  const variants: Variant[] = choice.compilers.map(compiler => nativeVariant(kernel, compiler, choice.work))
  if (choice.qemu) variants.push(...WIDTHS.flatMap(xlen => qemuVariant(kernel, xlen)))
  if (!choice.rvr) return variants
  for (const xlen of WIDTHS) {
    for (const compiler of choice.compilers) {
      for (const mode of choice.modes) variants.push(await rvrVariant(kernel, xlen, compiler, mode, choice.work))
    }
  }
  return variants
}

function processVariant(name: string, kind: Variant['kind'], file: string, args: readonly string[]): Variant {
  return {
    name, kind,
    async run(scale) {
      const { stdout, userMs } = runTimed(file, [...args, String(scale)])
      return { stdout, ms: userMs }
    },
    async close() {},
  }
}

function nativeVariant(kernel: Kernel, { label, command }: Compiler, work: string): Variant {
  const file = join(work, `${kernel.name}-${label}`)
  runTimed(command, ['-O2', '-o', file, ...kernel.sources])
  return processVariant(`native ${label}`, 'native', file, [])
}

function qemuVariant(kernel: Kernel, xlen: 32 | 64): Variant[] {
  const qemu = firstFound([`qemu-riscv${xlen}`, `qemu-riscv${xlen}-static`])
  return qemu === undefined ? [] : [processVariant(`qemu rv${xlen}`, 'qemu', qemu, [kernelGuest(kernel.name, xlen)])]
}

async function rvrVariant(kernel: Kernel, xlen: 32 | 64, { label, command }: Compiler, mode: string, work: string): Promise<Variant> {
  const setup = { elf: kernelGuest(kernel.name, xlen), mode, cc: command, cacheDir: join(work, 'cache') }
  const prepared = await prepare(setup)
  return {
    name: `rvr rv${xlen} ${label} ${mode}`, kind: 'rvr', prepared,
    async run(scale) {
      const { stdout, executeMs, instret, cost } = await prepared.run(scale)
      return { stdout, ms: executeMs, instret, ...(cost !== undefined && { cost }) }
    },
    close: () => prepared.close(),
  }
}
