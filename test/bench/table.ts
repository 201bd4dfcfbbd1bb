/** Results as Markdown tables. */
import { isHeldOut } from './kernels.ts'
import { geometricMean, median } from './statistics.ts'
import type { BuildCost } from './build-costs.ts'

export interface KernelResult {
  readonly kernel: string
  /** Compiler of the guest. */
  readonly guestCompiler: 'gcc' | 'clang'
  readonly scale: number
  readonly checksum: string
  /** Milliseconds of each round by variant. */
  readonly ms: Readonly<Record<string, readonly number[]>>
  readonly instret: Readonly<Record<string, string>>
  readonly cost: Readonly<Record<string, string>>
}

/** Median of the fastest native build, in milliseconds. */
export const fastestNative = (result: KernelResult, prefix = 'native '): number =>
  Math.min(
    ...Object.entries(result.ms)
      .filter(([name]) => name.startsWith(prefix))
      .map(([, ms]) => median(ms)),
  )

/** The same of the builds by the guest's compiler. */
export const fastestTwin = (result: KernelResult): number => fastestNative(result, `native ${result.guestCompiler} `)

/** Time of a variant as a multiple of the fastest native build. */
export const ratio = (result: KernelResult, variant: string, native = fastestNative): number =>
  median(result.ms[variant] ?? []) / native(result)

/** Geometric mean over all kernels of each variant's ratio. */
export function meanRatios(results: readonly KernelResult[], native = fastestNative): Record<string, number> {
  return Object.fromEntries(
    variantNames(results).map(name => [name, geometricMean(results.map(result => ratio(result, name, native)))]),
  )
}

/** Kernels that were tuned for, and those that were held out: where there are both, a table has a mean of each. */
const KINDS: Readonly<Record<string, (result: KernelResult) => boolean>> = {
  'mean, tuned': ({ kernel }) => !isHeldOut(kernel),
  'mean, held out': ({ kernel }) => isHeldOut(kernel),
}

/** Titles and cells of the geometric means of both kinds, of the values that belong to the results. */
function kindMeans(results: readonly KernelResult[]): {
  readonly titles: readonly string[]
  of(values: readonly number[]): readonly string[]
} {
  const titles = Object.keys(KINDS).filter(kind => results.some(KINDS[kind]!) && !results.every(KINDS[kind]!))
  const meanOf = (kind: string, values: readonly number[]): string =>
    geometricMean(values.filter((_, index) => KINDS[kind]!(results[index]!))).toFixed(2)
  return { titles, of: values => titles.map(kind => meanOf(kind, values)) }
}

/** Those that were tuned for; all where there are no others. */
export function tuned(results: readonly KernelResult[]): readonly KernelResult[] {
  const found = results.filter(({ kernel }) => !isHeldOut(kernel))
  return found.length > 0 ? found : results
}

/** One row per variant, one column per kernel: `median ms (ratio)`. */
export function timesTable(results: readonly KernelResult[]): string {
  const means = meanRatios(results)
  const twins = meanRatios(results, fastestTwin)
  const kinds = kindMeans(results)
  const rows = variantNames(results).map(name => [
    name,
    ...results.map(result => `${median(result.ms[name] ?? []).toFixed(0)} (${ratio(result, name).toFixed(2)})`),
    means[name]!.toFixed(2),
    ...kinds.of(results.map(result => ratio(result, name))),
    Number.isFinite(twins[name]) ? twins[name]!.toFixed(2) : '',
  ])
  rows.push([
    'guest compiled by',
    ...results.map(result => result.guestCompiler),
    '',
    ...kinds.titles.map(() => ''),
    '',
  ])
  return markdown(
    [
      'ms (× fastest native)',
      ...results.map(result => result.kernel),
      'geometric mean',
      ...kinds.titles,
      "to native by the guest's compiler",
    ],
    rows,
  )
}

/** One row per variant, one column per real guest; what was not measured stays empty. */
export function realGuestTable(results: readonly KernelResult[]): string {
  const rows = variantNames(results).map(name => [
    name,
    ...results.map(result =>
      result.ms[name] === undefined ? '' : `${median(result.ms[name]).toFixed(0)} (${ratio(result, name).toFixed(2)})`,
    ),
  ])
  return markdown(['real guests, ms (× fastest native)', ...results.map(result => result.kernel)], rows)
}

/**
 * What counting costs: time of the other modes as a multiple of mode pure, same width and compiler, one row for each.
 */
export function countingTable(results: readonly KernelResult[]): string {
  const kinds = kindMeans(results)
  const rows = variantNames(results)
    .filter(name => name.startsWith('rvr ') && !name.endsWith(' pure'))
    .flatMap(name => {
      const pure = name.replace(/\S+$/, 'pure')
      if (results.some(result => result.ms[pure] === undefined)) return []
      const ratios = results.map(result => median(result.ms[name] ?? []) / median(result.ms[pure]!))
      const worst = ratios.indexOf(Math.max(...ratios))
      return [
        [
          name,
          ...ratios.map(value => value.toFixed(2)),
          geometricMean(ratios).toFixed(2),
          ...kinds.of(ratios),
          results[worst]!.kernel,
        ],
      ]
    })
  return rows.length === 0
    ? ''
    : markdown(
        ['× mode pure', ...results.map(result => result.kernel), 'geometric mean', ...kinds.titles, 'worst'],
        rows,
      )
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Seconds of the C compiler per 1000 guest instructions by variant, means over all kernels. */
export function compileSeconds(costs: readonly BuildCost[]): Record<string, number> {
  const names = [...new Set(costs.map(cost => cost.variant))]
  return Object.fromEntries(
    names.map(name => [
      name,
      mean(costs.filter(cost => cost.variant === name).map(cost => cost.compileSecondsPer1000)),
    ]),
  )
}

/** One row per kind of compile, the mean over all kernels. */
export function buildTable(costs: readonly BuildCost[]): string {
  const seconds = compileSeconds(costs)
  return markdown(
    ['per 1000 guest instructions', 'lift and codegen, ms', 'make, s', 'compilers, s of user time'],
    Object.keys(seconds).map(name => {
      const own = costs.filter(cost => cost.variant === name)
      return [
        name,
        mean(own.map(cost => cost.liftAndCodegenMsPer1000)).toFixed(1),
        seconds[name]!.toFixed(2),
        mean(own.map(cost => cost.compilerUserSecondsPer1000)).toFixed(2),
      ]
    }),
  )
}

export const variantNames = (results: readonly KernelResult[]): string[] => [
  ...new Set(results.flatMap(result => Object.keys(result.ms))),
]

export const markdown = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, column) => (column === 0 ? '---' : '--:')), ...rows]
    .map(cells => `| ${cells.join(' | ')} |`)
    .join('\n')
