/** The ways to run one program that the benchmark compares. */
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

/** A program as a guest and natively; its first argument is the scale. */
export interface Program {
  readonly name: string
  readonly input?: Uint8Array
  guest(xlen: 32 | 64): string
  /** Path of a native build by a compiler, made in or below `work` or found elsewhere. */
  native(compiler: Compiler, work: string): string
}

export interface VariantChoice {
  readonly compilers: readonly Compiler[]
  readonly modes: readonly string[]
  readonly qemu: boolean
  readonly rvr: boolean
  /** Compilers for rvr; default all. */
  readonly rvrCompilers?: readonly Compiler[]
  /** Widths and modes of rvr that are not measured. */
  readonly leaveOut?: (xlen: 32 | 64, mode: string) => boolean
  /** Directory for native builds. */
  readonly work: string
  readonly cacheDir: string
}

const WIDTHS = [32, 64] as const

/** Builds and compiles everything for one program, so that running is all that is left. */
export async function variantsOf(program: Program, choice: VariantChoice): Promise<Variant[]> {
  const variants: Variant[] = choice.compilers.map(compiler => processVariant(`native ${compiler.label}`, 'native', program.native(compiler, choice.work), [], program.input))
  if (choice.qemu) variants.push(...WIDTHS.flatMap(xlen => qemuVariant(program, xlen)))
  if (!choice.rvr) return variants
  for (const xlen of WIDTHS) {
    for (const compiler of choice.rvrCompilers ?? choice.compilers) {
      for (const mode of choice.modes) {
        if (choice.leaveOut?.(xlen, mode) !== true) variants.push(await rvrVariant(program, xlen, compiler, mode, choice.cacheDir))
      }
    }
  }
  return variants
}

function processVariant(name: string, kind: Variant['kind'], file: string, args: readonly string[], input: Uint8Array | undefined): Variant {
  return {
    name, kind,
    async run(scale) {
      const { stdout, userMs } = runTimed(file, [...args, String(scale)], {}, input)
      return { stdout, ms: userMs }
    },
    async close() {},
  }
}

function qemuVariant(program: Program, xlen: 32 | 64): Variant[] {
  const qemu = firstFound([`qemu-riscv${xlen}`, `qemu-riscv${xlen}-static`])
  return qemu === undefined ? [] : [processVariant(`qemu rv${xlen}`, 'qemu', qemu, [program.guest(xlen)], program.input)]
}

async function rvrVariant(program: Program, xlen: 32 | 64, { label, command }: Compiler, mode: string, cacheDir: string): Promise<Variant> {
  const prepared = await prepare({ elf: program.guest(xlen), mode, cc: command, cacheDir })
  return {
    name: `rvr rv${xlen} ${label} ${mode}`, kind: 'rvr', prepared,
    async run(scale) {
      const { stdout, executeMs, instret, cost } = await prepared.run(scale, program.input)
      return { stdout, ms: executeMs, instret, ...(cost !== undefined && { cost }) }
    },
    close: () => prepared.close(),
  }
}
