/** Results over time: one line of JSON for each run of the benchmark, and what changed since an earlier one. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus, release } from 'node:os'
import { dirname } from 'node:path'
import type { BuildCost } from './build-costs.ts'
import { isHeldOut } from './kernels.ts'
import { compileSeconds, fastestTwin, markdown, meanRatios, ratio, variantNames, type KernelResult } from './table.ts'

/** What has to be equal for times to be comparable; ratios are comparable between hosts of one kind. */
export interface Host {
  readonly cpu: string
  readonly processors: number
  readonly kernel: string
  readonly node: string
  readonly compilers: readonly string[]
}

export interface HistoryEntry {
  readonly date: string
  /** Commit of the working tree, with `+` behind it where files differed from it. */
  readonly commit: string
  readonly host: Host
  readonly rounds: number
  /** By kernel: scale, compiler of the guest, and ratio of each variant to the fastest native build. */
  readonly kernels: Readonly<
    Record<
      string,
      { readonly scale: number; readonly guestCompiler: string; readonly ratios: Readonly<Record<string, number>> }
    >
  >
  readonly meanRatios: Readonly<Record<string, number>>
  /** Of the kernels that were held out. */
  readonly meanHeldOutRatios?: Readonly<Record<string, number>> | undefined
  /** To the fastest native build by the guest's compiler. */
  readonly meanTwinRatios: Readonly<Record<string, number>>
  /** Of the C compiler, per 1000 guest instructions, means over the kernels. */
  readonly compileSeconds: Readonly<Record<string, number>>
}

export const hostOf = (compilers: readonly string[]): Host => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  processors: availableParallelism(),
  kernel: release(),
  node: process.version,
  compilers,
})

function commitOf(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  try {
    return (
      git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+')
    )
  } catch {
    return 'unknown'
  }
}

const rounded = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]) => [name, Math.round(value * 1000) / 1000]),
  )

export function historyEntry(
  results: readonly KernelResult[],
  costs: readonly BuildCost[],
  rounds: number,
  host: Host,
): HistoryEntry {
  const heldOut = results.filter(({ kernel }) => isHeldOut(kernel))
  return {
    date: new Date().toISOString(),
    commit: commitOf(),
    host,
    rounds,
    kernels: Object.fromEntries(
      results.map(result => [
        result.kernel,
        {
          scale: result.scale,
          guestCompiler: result.guestCompiler,
          ratios: rounded(Object.fromEntries(variantNames([result]).map(name => [name, ratio(result, name)]))),
        },
      ]),
    ),
    meanRatios: rounded(meanRatios(results)),
    meanHeldOutRatios: heldOut.length === 0 ? undefined : rounded(meanRatios(heldOut)),
    meanTwinRatios: rounded(meanRatios(results, fastestTwin)),
    compileSeconds: rounded(compileSeconds(costs)),
  }
}

export function appendHistory(file: string, entry: HistoryEntry): void {
  mkdirSync(dirname(file), { recursive: true })
  appendFileSync(file, `${JSON.stringify(entry)}\n`)
}

/** The last entry of a history, or the entry in a file that --out wrote. */
export function readEntry(file: string): HistoryEntry {
  const text = readFileSync(file, 'utf8').trim()
  const parsed = JSON.parse(text.startsWith('{\n') ? text : text.split('\n').at(-1)!) as
    | HistoryEntry
    | { history: HistoryEntry }
  const entry = 'history' in parsed ? parsed.history : parsed
  if (entry.kernels === undefined) throw new Error(`${file} holds no results of this benchmark`)
  return entry
}

/** Percent by which ratios of rvr changed, what both have; below the table what makes the two hard to compare. */
export function comparison(before: HistoryEntry, now: HistoryEntry): string {
  const kernels = Object.keys(now.kernels).filter(name => before.kernels[name] !== undefined)
  const variants = Object.keys(now.meanRatios).filter(
    name => name.startsWith('rvr ') && before.meanRatios[name] !== undefined,
  )
  const change = (from: number | undefined, to: number | undefined): string => {
    if (from === undefined || to === undefined) return ''
    const percent = (to / from - 1) * 100
    return `${percent >= 0 ? '+' : ''}${percent.toFixed(0)} %`
  }
  const logarithms = (entry: HistoryEntry, variant: string): number =>
    kernels.reduce((sum, name) => sum + Math.log(entry.kernels[name]!.ratios[variant] ?? NaN), 0) / kernels.length
  const rows = variants.map(variant => {
    const [from, to] = [Math.exp(logarithms(before, variant)), Math.exp(logarithms(now, variant))]
    const [then, today] = [before.compileSeconds[variant], now.compileSeconds[variant]]
    return [
      variant,
      ...kernels.map(name => change(before.kernels[name]!.ratios[variant], now.kernels[name]!.ratios[variant])),
      `${from.toFixed(2)} → ${to.toFixed(2)} (${change(from, to)})`,
      change(then, today),
    ]
  })
  const otherGuests = kernels.filter(name => before.kernels[name]!.guestCompiler !== now.kernels[name]!.guestCompiler)
  const otherScales = kernels.filter(name => before.kernels[name]!.scale !== now.kernels[name]!.scale)
  const notes = [
    `From ${before.commit} (${before.date}) to ${now.commit}.`,
    ...(JSON.stringify(before.host) === JSON.stringify(now.host)
      ? []
      : [`The host differs: ${JSON.stringify(before.host)} then.`]),
    ...(otherGuests.length === 0 ? [] : [`Guests by another compiler: ${otherGuests.join(', ')}.`]),
    ...(otherScales.length === 0 ? [] : [`Other scales: ${otherScales.join(', ')}.`]),
  ]
  return `${markdown(['change of the ratio to native', ...kernels, 'geometric mean of these', 'time of the C compiler'], rows)}\n\n${notes.join(' ')}`
}
