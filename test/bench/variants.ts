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
  /** `native gcc -O2`, `qemu rv32`, `rvr rv64 clang pure` … */
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

export interface NativeBuild {
  readonly flags: string
  readonly file: string
}

/** A program as a guest and natively; its first argument is the scale. */
export interface Program {
  readonly name: string
  readonly input?: Uint8Array
  guest(xlen: 32 | 64): string
  /** Compiler of the guest. */
  readonly guestCompiler: Compiler['label']
  /** Native builds by a compiler, made in or below `work` or found elsewhere. */
  native(compiler: Compiler, work: string): readonly NativeBuild[]
}

export interface VariantChoice {
  readonly compilers: readonly Compiler[]
  /** Modes of rvr, and among them the columns of `limits` below. */
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
  const variants: Variant[] = choice.compilers.flatMap(compiler => nativeVariants(program, compiler, choice.work))
  if (choice.qemu) variants.push(...WIDTHS.flatMap(xlen => qemuVariant(program, xlen)))
  if (!choice.rvr) return variants
  for (const xlen of WIDTHS) {
    for (const compiler of choice.rvrCompilers ?? choice.compilers) {
      for (const mode of choice.modes) {
        if (choice.leaveOut?.(xlen, mode) !== true)
          variants.push(await rvrVariant(program, xlen, compiler, mode, choice.cacheDir))
      }
    }
  }
  return variants
}

/** One for each native build by a compiler. */
export function nativeVariants(
  program: Pick<Program, 'native' | 'input'>,
  compiler: Compiler,
  work: string,
): Variant[] {
  return program
    .native(compiler, work)
    .map(({ flags, file }) => processVariant(`native ${compiler.label} ${flags}`, 'native', file, [], program.input))
}

function processVariant(
  name: string,
  kind: Variant['kind'],
  file: string,
  args: readonly string[],
  input: Uint8Array | undefined,
): Variant {
  return {
    name,
    kind,
    async run(scale) {
      const { stdout, userMs } = runTimed(file, [...args, String(scale)], {}, input)
      return { stdout, ms: userMs }
    },
    async close() {},
  }
}

function qemuVariant(program: Program, xlen: 32 | 64): Variant[] {
  const qemu = firstFound([`qemu-riscv${xlen}`, `qemu-riscv${xlen}-static`])
  return qemu === undefined
    ? []
    : [processVariant(`qemu rv${xlen}`, 'qemu', qemu, [program.guest(xlen)], program.input)]
}

/**
 * Columns that are no modes of their own: mode metered-cost with a limit a tenth beyond the end. Every mode stops
 * exactly, so what an instruction limit costs is in all of them; a cost limit becomes a budget that shrinks towards it.
 */
const limits: Readonly<
  Record<
    string,
    (run: { instret: bigint; cost: bigint | undefined }) => { maxInstructions: bigint } | { maxCost: bigint }
  >
> = {
  limit: ({ instret }) => ({ maxInstructions: (instret * 11n) / 10n }),
  'cost-limit': ({ cost }) => ({ maxCost: (cost! * 11n) / 10n }),
}

async function rvrVariant(
  program: Program,
  xlen: 32 | 64,
  { label, command }: Compiler,
  mode: string,
  cacheDir: string,
): Promise<Variant> {
  const limit = limits[mode]
  const prepared = await prepare({
    elf: program.guest(xlen),
    mode: limit === undefined ? mode : 'metered-cost',
    cc: command,
    cacheDir,
  })
  /** What the guest counts to, by scale; asked for outside of what is measured. */
  const counts = new Map<number, Awaited<ReturnType<typeof prepared.run>>>()
  return {
    name: `rvr rv${xlen} ${label} ${mode}`,
    kind: 'rvr',
    prepared,
    async run(scale) {
      if (limit !== undefined && !counts.has(scale)) counts.set(scale, await prepared.run(scale, program.input))
      const { stdout, executeMs, instret, cost } = await prepared.run(scale, program.input, limit?.(counts.get(scale)!))
      return { stdout, ms: executeMs, instret, ...(cost !== undefined && { cost }) }
    },
    close: () => prepared.close(),
  }
}
