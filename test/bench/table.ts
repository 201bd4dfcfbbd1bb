/** Results as Markdown tables. */
import { geometricMean, median } from './statistics.ts'
import type { BuildCost } from './build-costs.ts'

export interface KernelResult {
  readonly kernel: string
  readonly scale: number
  readonly checksum: string
  /** Milliseconds of each round by variant. */
  readonly ms: Readonly<Record<string, readonly number[]>>
  readonly instret: Readonly<Record<string, string>>
  readonly cost: Readonly<Record<string, string>>
}

/** Median of the fastest native build, in milliseconds. */
export const fastestNative = (result: KernelResult): number =>
  Math.min(...Object.entries(result.ms).filter(([name]) => name.startsWith('native ')).map(([, ms]) => median(ms)))

/** Time of a variant as a multiple of the fastest native build. */
export const ratio = (result: KernelResult, variant: string): number => median(result.ms[variant] ?? []) / fastestNative(result)

/** Geometric mean over all kernels of each variant's ratio. */
export function meanRatios(results: readonly KernelResult[]): Record<string, number> {
  return Object.fromEntries(variantNames(results).map(name => [name, geometricMean(results.map(result => ratio(result, name)))]))
}

/** One row per variant, one column per kernel: `median ms (ratio)`. */
export function timesTable(results: readonly KernelResult[]): string {
  const means = meanRatios(results)
  const rows = variantNames(results).map(name => [
    name,
    ...results.map(result => `${median(result.ms[name] ?? []).toFixed(0)} (${ratio(result, name).toFixed(2)})`),
    means[name]!.toFixed(2),
  ])
  return markdown(['ms (× fastest native)', ...results.map(result => result.kernel), 'geometric mean'], rows)
}

/** One row per variant, one column per real guest; what was not measured stays empty. */
export function realGuestTable(results: readonly KernelResult[]): string {
  const rows = variantNames(results).map(name => [
    name,
    ...results.map(result => (result.ms[name] === undefined ? '' : `${median(result.ms[name]).toFixed(0)} (${ratio(result, name).toFixed(2)})`)),
  ])
  return markdown(['real guests, ms (× fastest native)', ...results.map(result => result.kernel)], rows)
}

/** What counting costs: time of the other modes as a multiple of mode pure, same width and compiler, one row for each. */
export function countingTable(results: readonly KernelResult[]): string {
  const rows = variantNames(results).filter(name => name.startsWith('rvr ') && !name.endsWith(' pure')).flatMap(name => {
    const pure = name.replace(/\S+$/, 'pure')
    if (results.some(result => result.ms[pure] === undefined)) return []
    const ratios = results.map(result => median(result.ms[name] ?? []) / median(result.ms[pure]!))
    const worst = ratios.indexOf(Math.max(...ratios))
    return [[name, ...ratios.map(value => value.toFixed(2)), geometricMean(ratios).toFixed(2), results[worst]!.kernel]]
  })
  return rows.length === 0 ? '' : markdown(['× mode pure', ...results.map(result => result.kernel), 'geometric mean', 'worst'], rows)
}

/** One row per kind of compile, the mean over all kernels. */
export function buildTable(costs: readonly BuildCost[]): string {
  const names = [...new Set(costs.map(cost => cost.variant))]
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  return markdown(['per 1000 guest instructions', 'lift and codegen, ms', 'make, s', 'compilers, s of user time'], names.map(name => {
    const own = costs.filter(cost => cost.variant === name)
    return [name, mean(own.map(cost => cost.liftAndCodegenMsPer1000)).toFixed(1), mean(own.map(cost => cost.compileSecondsPer1000)).toFixed(2), mean(own.map(cost => cost.compilerUserSecondsPer1000)).toFixed(2)]
  }))
}

const variantNames = (results: readonly KernelResult[]): string[] => [...new Set(results.flatMap(result => Object.keys(result.ms)))]

const markdown = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, column) => (column === 0 ? '---' : '--:')), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
