/** The figures that issue 3 asks for, beside those measured. */
import { markdown, meanRatios, ratio, tuned, variantNames, type KernelResult } from './table.ts'

/** Geometric means of clang's ratios to the fastest native build, at most. */
const targets: Readonly<Record<string, number>> = {
  'rvr rv64 clang pure': 1.15,
  'rvr rv64 clang metered-cost': 1.22,
  'rvr rv64 clang limit': 1.3,
  'rvr rv32 clang pure': 1.2,
  'rvr rv32 clang metered-cost': 1.26,
  'rvr rv32 clang limit': 1.35,
}
/** gcc's means to clang's, and the worst kernel in mode pure, at most. */
const GCC_TO_CLANG = 1.2
const WORST_PURE = 1.6

export interface TargetResult {
  readonly what: string
  readonly measured: number
  readonly target: number
}

/** What was measured of the targets, which are of the kernels that were tuned for; the rest is left out. */
export function targetResults(all: readonly KernelResult[]): TargetResult[] {
  const results = tuned(all)
  const means = meanRatios(results)
  const known = variantNames(results)
  const found: TargetResult[] = Object.entries(targets)
    .filter(([name]) => known.includes(name))
    .map(([what, target]) => ({ what, measured: means[what]!, target }))
  for (const name of Object.keys(targets)) {
    const gcc = name.replace('clang', 'gcc')
    if (known.includes(name) && known.includes(gcc))
      found.push({ what: `${gcc}, to clang`, measured: means[gcc]! / means[name]!, target: GCC_TO_CLANG })
  }
  for (const name of known.filter(variant => /^rvr .* clang pure$/.test(variant))) {
    const worst = results.reduce((most, result) => (ratio(result, name) > ratio(most, name) ? result : most))
    found.push({ what: `${name}, worst kernel (${worst.kernel})`, measured: ratio(worst, name), target: WORST_PURE })
  }
  return found
}

export const targetTable = (results: readonly TargetResult[]): string =>
  markdown(
    ['target', 'measured', 'at most', 'kept'],
    results.map(({ what, measured, target }) => [
      what,
      measured.toFixed(2),
      target.toFixed(2),
      measured <= target ? 'yes' : 'no',
    ]),
  )
