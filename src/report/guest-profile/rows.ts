/** The tables of a profile's report, as rows of cells. */
import type { GuestProfile, ProfileNodes } from '../../guest-profile/guest-profile.ts'
import { add, noSum, type Amount, type Unit } from '../../guest-profile/views/amount.ts'
import { dearestCalls } from '../../guest-profile/views/calls.ts'
import { functionCosts, type FunctionCost } from '../../guest-profile/views/functions.ts'
import { instructionCosts } from '../../guest-profile/views/instructions.ts'
import { lineCosts, type LineCost } from '../../guest-profile/views/lines.ts'
import { stepCosts, stepName } from '../../guest-profile/views/steps.ts'
import { hexText } from '../../hex.ts'
import { count, grouped, percentText } from '../form/units.ts'
import { functionName, placeName } from './names.ts'
import type { Breakdown, CellStyle, ProfileView } from './view.ts'

export interface ReportTable {
  /** The head first. */
  readonly rows: readonly (readonly string[])[]
  /** A letter per column, as for `table`. */
  readonly align: string
}

/** The dearest first. */
export const byCost = <Row>(rows: readonly Row[], cost: (row: Row) => number): Row[] =>
  rows.toSorted((a, b) => cost(b) - cost(a))

/** What is 100%: the run, or the step that is shown. */
export const wholeOf = (profile: GuestProfile, step: number | undefined): Amount =>
  step === undefined ? profile.totals : stepCosts(profile)[step]!.self

const share = (part: number, whole: number): string => (whole > 0 ? percentText(part / whole) : '')

/** Head of the column of shares. */
const shareOf = { cells: 'of cost', instructions: 'of all' } as const satisfies Record<Unit, string>

/** Instructions, cells and the share of what was spent by a row itself. */
const amounts = (self: Amount, whole: Amount, unit: Unit): string[] => [
  grouped(self.instructions),
  grouped(self.cells),
  share(self[unit], whole[unit]),
]

/** Rows that are not shown, in one; none where all are. */
function others(rest: readonly { readonly self: Amount }[], make: (name: string, sum: Amount) => string[]): string[][] {
  if (rest.length === 0) return []
  const sum = noSum()
  for (const { self } of rest) add(sum, self)
  return [make(count(rest.length, 'other', 'others'), sum)]
}

export function functionTable(profile: GuestProfile, view: ProfileView, style: CellStyle): ReportTable {
  const { unit, top, step } = view
  const whole = wholeOf(profile, step)
  // Calls are not counted by step.
  const hasCalls = profile.hasCalls && step === undefined
  const row = ({ function: index, calls, self, total }: FunctionCost): string[] => [
    style.text(functionName(profile, index)),
    ...(hasCalls ? [calls > 0 ? grouped(calls) : ''] : []),
    ...amounts(self, whole, unit),
    grouped(total[unit]),
    share(total[unit], whole[unit]),
  ]
  const sorted = byCost(
    functionCosts(profile, step).filter(({ function: index }) => index !== profile.nodes.function[0]),
    ({ self }) => self[unit],
  )
  const calls = hasCalls ? ['calls'] : []
  return {
    rows: [
      ['function', ...calls, 'instructions', 'cells', shareOf[unit], 'with calls', shareOf[unit]],
      ...sorted.slice(0, top).map(row),
      ...others(sorted.slice(top), (name, sum) => [name, ...calls.map(() => ''), ...amounts(sum, whole, unit)]),
    ],
    align: hasCalls ? 'lrrrrrr' : 'lrrrrr',
  }
}

export function lineTable(profile: GuestProfile, { unit, top, step }: ProfileView, style: CellStyle): ReportTable {
  const whole = wholeOf(profile, step)
  const row = (cost: LineCost): string[] => [
    style.text(placeName(profile, cost)),
    // Without lines that is one row, of all functions.
    cost.file < 0 ? '' : style.text(functionName(profile, cost.function)),
    grouped(cost.times),
    ...amounts(cost.self, whole, unit),
  ]
  const sorted = byCost(lineCosts(profile, step), ({ self }) => self[unit])
  return {
    rows: [
      ['line', 'function', 'times', 'instructions', 'cells', shareOf[unit]],
      ...sorted.slice(0, top).map(row),
      ...others(sorted.slice(top), (name, sum) => [name, '', '', ...amounts(sum, whole, unit)]),
    ],
    align: 'llrrrr',
  }
}

export function instructionTable(profile: GuestProfile, view: ProfileView, style: CellStyle): ReportTable {
  const { unit, top, step, instructionAt } = view
  const whole = wholeOf(profile, step)
  const all = instructionCosts(profile, step).map(cost => ({ ...cost, self: cost }))
  const sorted = byCost(all, cost => cost[unit])
  const shares = (self: Amount): string[] => amounts(self, whole, unit)
  return {
    rows: [
      ['address', 'instruction', 'function', 'line', 'times', 'cells', shareOf[unit]],
      ...sorted
        .slice(0, top)
        .map(cost => [
          hexText(cost.pc),
          style.text(instructionAt(cost.pc)),
          style.text(functionName(profile, cost.function)),
          cost.file < 0 ? '' : style.text(placeName(profile, cost)),
          ...shares(cost),
        ]),
      ...others(sorted.slice(top), (name, sum) => [name, '', '', '', ...shares(sum)]),
    ],
    align: 'llllrrr',
  }
}

/** Steps in the order of their markers: that of the guest's work, as a rule. */
export function stepTable(profile: GuestProfile, { unit }: Pick<ProfileView, 'unit'>, style: CellStyle): ReportTable {
  return {
    rows: [
      ['step', 'marker', 'instructions', 'cells', shareOf[unit]],
      ...stepCosts(profile).map(({ step, self }) => {
        const { marker } = profile.steps[step]!
        return [
          style.text(stepName(profile.steps[step]!)),
          marker === 0 ? '' : String(marker),
          ...amounts(self, profile.totals, unit),
        ]
      }),
    ],
    align: 'lrrrr',
  }
}

function callsCell({ isInlined, calls }: ProfileNodes, node: number): string {
  if (isInlined[node] === 1) return 'inlined'
  return calls[node] === 0 ? '' : grouped(calls[node]!)
}

export function callTable(profile: GuestProfile, view: ProfileView, style: CellStyle): ReportTable {
  const { unit, top, step } = view
  const { nodes } = profile
  const whole = wholeOf(profile, step)
  const hasCalls = profile.hasCalls && step === undefined
  const { calls, others: more } = dearestCalls(profile, { unit, top, step })
  const rows = calls.map(({ node, depth, self, total }) => {
    const name = style.text(functionName(profile, nodes.function[node]!))
    return [
      `${style.indent(depth)}${name}`,
      ...(hasCalls ? [callsCell(nodes, node)] : []),
      grouped(total[unit]),
      share(total[unit], whole[unit]),
      grouped(self[unit]),
      share(self[unit], whole[unit]),
    ]
  })
  const head = ['call', ...(hasCalls ? ['calls'] : []), `${unit} with calls`, shareOf[unit], unit, shareOf[unit]]
  const rest = more === 0 ? [] : [[count(more, 'other', 'others')]]
  return { rows: [head, ...rows, ...rest], align: hasCalls ? 'lrrrrr' : 'lrrrr' }
}

type MakeTable = (profile: GuestProfile, view: ProfileView, style: CellStyle) => ReportTable

export const tableOf: Readonly<Record<Breakdown, MakeTable>> = {
  function: functionTable,
  line: lineTable,
  instruction: instructionTable,
  step: stepTable,
  call: callTable,
}
