/** What was measured of a cold start as Markdown tables, and the targets of issue 16. */
import { geometricMean, median } from '../statistics.ts'
import { markdown } from '../table.ts'
import type { Rate } from './rates.ts'
import { commands, firstTextMs, waitOf, type Wait } from './waits.ts'

/** An engine's rates, and its ratios to qemu, over programs of one kind. */
interface Summary {
  readonly rate: number
  readonly toQemu: number
  readonly worst: number
}

const rateOf = (rates: readonly Rate[], program: string, engine: string): number | undefined =>
  rates.find(rate => rate.program === program && rate.engine === engine)?.median

function summaryOf(rates: readonly Rate[], engine: string, programs: readonly string[]): Summary | undefined {
  const own = programs.flatMap(program => rateOf(rates, program, engine) ?? [])
  if (own.length < programs.length || own.length === 0) return undefined
  const qemu = programs.map(program => rateOf(rates, program, 'qemu') ?? NaN)
  return {
    rate: geometricMean(own),
    toQemu: geometricMean(own.map((rate, index) => rate / qemu[index]!)),
    worst: Math.min(...own),
  }
}

const shown = (rate: number): string => rate.toFixed(rate < 10 ? 1 : 0)
const ratio = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : '')

/** One row per engine and mode: the kernels together, then each of the large guests. */
export function ratesTable(rates: readonly Rate[], kernels: readonly string[]): string {
  const engines = [...new Set(rates.map(({ engine }) => engine))]
  const large = [...new Set(rates.map(({ program }) => program))].filter(name => !kernels.includes(name))
  const rows = engines.map(engine => {
    const all = summaryOf(rates, engine, kernels)
    const others = large.map(name => {
      const own = summaryOf(rates, engine, [name])
      return own === undefined ? '' : `${shown(own.rate)} (${ratio(own.toQemu)})`
    })
    return [
      engine,
      ...(all === undefined ? ['', '', ''] : [shown(all.rate), ratio(all.toQemu), shown(all.worst)]),
      ...others,
    ]
  })
  const head = ['million instructions/s', 'kernels, geometric mean', 'to qemu', 'slowest kernel']
  return markdown([...head, ...large.map(name => `${name} (to qemu)`)], rows)
}

/** One row per number of instructions. */
export function waitsTable(waits: readonly Wait[]): string {
  const sizes = [...new Set(waits.map(({ instructions }) => instructions))]
  const columns = [true, false].flatMap(isPrepared => commands.map(command => ({ command, isPrepared })))
  const rows = sizes.map(instructions => [
    `10^${Math.round(Math.log10(instructions))}`,
    ...columns.map(column => {
      const wait = waitOf(waits, { instructions, ...column })
      return wait === undefined ? '' : (median(wait.resultMs) / 1000).toFixed(2)
    }),
  ])
  const names = columns.map(
    ({ command, isPrepared }) => `\`rvr ${command}\`, native interpreter ${isPrepared ? 'ready' : 'not there'}`,
  )
  return markdown(['instructions; seconds to the report', ...names], rows)
}

interface Target {
  readonly what: string
  readonly measured: number
  readonly bound: number
  readonly isLeast: boolean
}

function targetsOf(rates: readonly Rate[], waits: readonly Wait[], kernels: readonly string[]): Target[] {
  const targets: Target[] = []
  const least = (what: string, measured: number | undefined, bound: number): void => {
    if (measured !== undefined) targets.push({ what, measured, bound, isLeast: true })
  }
  for (const [mode, bound] of [
    ['pure', 300],
    ['metered', 150],
  ] as const) {
    const summary = summaryOf(rates, `native-interp ${mode}`, kernels)
    least(`native interpreter, ${mode}, million instructions/s`, summary?.rate, bound)
    if (Number.isFinite(summary?.toQemu)) least(`native interpreter, ${mode}, to qemu-user`, summary!.toQemu, 1)
  }
  for (const [instructions, seconds] of [
    [1e7, 0.8],
    [1e8, 1.5],
  ] as const) {
    const wait = waitOf(waits, { command: 'cost', instructions, isPrepared: true })
    if (wait === undefined) continue
    const measured = median(wait.resultMs) / 1000
    targets.push({ what: `\`rvr cost\`, ${instructions} instructions, s`, measured, bound: seconds, isLeast: false })
  }
  const first = firstTextMs(waits) / 1000
  if (Number.isFinite(first))
    targets.push({ what: 'first instruction of a guest of 1 MB, s', measured: first, bound: 0.15, isLeast: false })
  return targets
}

export function targetsTable(rates: readonly Rate[], waits: readonly Wait[], kernels: readonly string[]): string {
  const rows = targetsOf(rates, waits, kernels).map(({ what, measured, bound, isLeast }) => [
    what,
    measured < 10 ? measured.toFixed(2) : measured.toFixed(0),
    `${isLeast ? '≥' : '≤'} ${bound}`,
    (isLeast ? measured >= bound : measured <= bound) ? 'yes' : 'no',
  ])
  return markdown(['target', 'measured', 'bound', 'kept'], rows)
}
