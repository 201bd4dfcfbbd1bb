/** What it costs to get a guest ready: lifting and code generation, the C compiler, and the warm path through the cache. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kernelGuest, smallestGuest, type Kernel } from './kernels.ts'
import { runTimed } from './processes.ts'
import { prepare } from './rvr-run.ts'
import { median } from './statistics.ts'
import type { Variant } from './variants.ts'

export interface BuildCost {
  /** `rvr rv32 gcc pure` … */
  readonly variant: string
  readonly instructionSlots: number
  readonly liftAndCodegenMsPer1000: number
  /** By the clock, and user processor time of the compilers. */
  readonly compileSecondsPer1000: number
  readonly compilerUserSecondsPer1000: number
}

/** The cost of the compiles that `variants` did; those the cache answered are left out. */
export function buildCosts(variants: readonly Variant[]): BuildCost[] {
  return variants.flatMap(({ name, prepared }) => {
    if (prepared?.cacheOutcome !== 'miss') return []
    const {
      timing: { liftMs = 0, codegenMs = 0, compileMs = 0 },
      instructionSlots,
      compilerUserMs,
    } = prepared
    return [
      {
        variant: name,
        instructionSlots,
        liftAndCodegenMsPer1000: ((liftMs + codegenMs) / instructionSlots) * 1000,
        compileSecondsPer1000: compileMs / instructionSlots,
        compilerUserSecondsPer1000: compilerUserMs / instructionSlots,
      },
    ]
  })
}

/** Median milliseconds of a `guest.compile` that the cache answers, on a fresh Rvr each time. */
export async function warmCompileMs(kernel: Kernel, cc: string, work: string, rounds: number): Promise<number> {
  const setup = { elf: kernelGuest(kernel.name, 64), mode: 'pure', cc, cacheDir: join(work, 'cache') }
  const times: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const prepared = await prepare(setup)
    await prepared.close()
    // The first round fills the cache where nothing did yet, and warms the code paths.
    if (round > 0) times.push(prepared.compileCallMs)
  }
  return median(times)
}

/**
 * Median wall-clock milliseconds of a whole warm `rvr run` of a guest that prints one line; undefined where rvr is not
 * built.
 */
export function warmProcessMs(cc: string, work: string, rounds: number): number | undefined {
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
  if (!existsSync(main)) return undefined
  const once = (): number =>
    runTimed(
      process.execPath,
      [main, 'run', smallestGuest, '--abi', 'linux', '--cache-dir', join(work, 'cache'), '-q'],
      { RVR_CC: cc },
    ).wallMs
  once()
  return median(Array.from({ length: rounds }, once))
}
