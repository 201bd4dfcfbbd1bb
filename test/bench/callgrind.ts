/** Instructions of native builds by callgrind, beside those of the guests: what no noise can touch. */
import { spawnSync } from 'node:child_process'
import { firstFound } from './processes.ts'
import { markdown } from './table.ts'
import type { Kernel } from './kernels.ts'
import { programOf } from './kernels.ts'
import type { Compiler, Variant } from './variants.ts'

export interface InstructionCounts {
  readonly kernel: string
  /** Rounds of the kernel: counts are the difference between two runs, without what starting takes. */
  readonly scale: number
  /** By native build (`-O2` alone: valgrind does not know every CPU's instructions) and by guest. */
  readonly instructions: Readonly<Record<string, number>>
}

/** Instructions that a process executes; undefined where callgrind cannot run it. */
function executed(file: string, scale: number): number | undefined {
  const { stderr, status } = spawnSync(
    'valgrind',
    ['--tool=callgrind', '--callgrind-out-file=/dev/null', file, String(scale)],
    { encoding: 'utf8' },
  )
  const collected = /Collected : (\d+)/.exec(stderr ?? '')?.[1]
  return status !== 0 || collected === undefined ? undefined : Number(collected)
}

/** Undefined where valgrind is not installed. */
export async function countInstructions(
  kernel: Kernel,
  variants: readonly Variant[],
  compilers: readonly Compiler[],
  work: string,
): Promise<InstructionCounts | undefined> {
  if (firstFound(['valgrind']) === undefined) return undefined
  const scale = Math.max(1, Math.round(kernel.defaultScale / 50))
  const instructions: Record<string, number> = {}
  for (const compiler of compilers) {
    const build = programOf(kernel, compiler.label)
      .native(compiler, work)
      .find(({ flags }) => flags === '-O2')!
    const [one, two] = [executed(build.file, scale), executed(build.file, 2 * scale)]
    if (one !== undefined && two !== undefined) instructions[`native ${compiler.label} -O2`] = two - one
  }
  for (const xlen of [32, 64]) {
    const guest = variants.find(variant => variant.kind === 'rvr' && variant.name.startsWith(`rvr rv${xlen} `))
    if (guest !== undefined)
      instructions[`guest rv${xlen}`] = Number(
        (await guest.run(2 * scale)).instret! - (await guest.run(scale)).instret!,
      )
  }
  return { kernel: kernel.name, scale, instructions }
}

export function instructionTable(counts: readonly InstructionCounts[]): string {
  const names = [...new Set(counts.flatMap(({ instructions }) => Object.keys(instructions)))]
  return markdown(
    ['million instructions', ...counts.map(({ kernel, scale }) => `${kernel} ${scale}`)],
    names.map(name => [
      name,
      ...counts.map(({ instructions }) =>
        instructions[name] === undefined ? '' : (instructions[name] / 1e6).toFixed(1),
      ),
    ]),
  )
}
