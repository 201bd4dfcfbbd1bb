/** What the page shows, as plain data that is short as JSON; templates/report/profile/profile.js reads it. */
import { visible } from '../../../page/page.ts'
import type { GuestProfile, ProfileShare } from '../../guest-profile.ts'
import type { FormatOptions } from '../format.ts'
import { column, differences } from './columns.ts'
import { pageLines } from './lines.ts'
import { pageCosts, pageSites } from './nodes.ts'
import { pageOrder } from './order.ts'

/** A segment as the page shows it; `instructions` are those from `instretStart` on. */
export interface PageSegment {
  readonly instretStart: number
  readonly instructions: number
  /** Why it ended; undefined where it has not. */
  readonly reason?: string | undefined
  /** Estimate for proving it. */
  readonly memoryBytes: number
  /** Share of the padded traces that holds rows. */
  readonly utilisation: number
}

export interface PageOptions extends FormatOptions {
  /** Text of source files by their names in the profile. */
  readonly sources?: ReadonlyMap<string, string>
  readonly segments?: readonly PageSegment[]
}

const numbers = <Row>(rows: readonly Row[], of: (row: Row) => number) => column(rows.map(of))

const shares = (all: readonly ProfileShare[]) => all.map(({ name, count, cells }) => [visible(name), count, cells])

function nodesData(profile: GuestProfile) {
  const order = pageOrder(profile)
  const { calls, memory } = profile.nodes
  const { sites, ofNode } = pageSites(profile.nodes, order)
  const costs = pageCosts(profile, order)
  return {
    sites: {
      count: sites.length,
      function: numbers(sites, site => site.function),
      isInlined: numbers(sites, site => site.isInlined),
      file: numbers(sites, site => site.file),
      line: numbers(sites, site => site.line),
    },
    nodes: {
      count: ofNode.length,
      depth: differences(order.depth),
      site: column(ofNode),
      calls: column(Array.from(order.node, node => calls[node]!)),
      memory: memory && column(Array.from(order.node, node => memory[node]!)),
    },
    costs: {
      count: costs.length,
      node: differences(costs.map(({ place }) => place)),
      step: numbers(costs, cost => cost.step),
      instructions: numbers(costs, cost => cost.instructions),
      cells: numbers(costs, cost => cost.cells),
    },
  }
}

function linesData(profile: GuestProfile) {
  const lines = pageLines(profile)
  return {
    count: lines.length,
    file: differences(lines.map(({ file }) => file)),
    line: differences(lines.map(({ line }) => line)),
    function: numbers(lines, line => line.function),
    step: numbers(lines, line => line.step),
    instructions: numbers(lines, line => line.instructions),
    cells: numbers(lines, line => line.cells),
  }
}

export function pageData(profile: GuestProfile, { unit, sources, segments }: PageOptions) {
  const { guest, machine, outcome, totals, memory, hasCalls, warnings, files, functions, steps } = profile
  const texts = files.flatMap((file, index) => {
    const text = sources?.get(file)
    return text === undefined ? [] : [[index, text] as const]
  })
  return {
    unit,
    guest: { ...guest, name: visible(guest.name) },
    machine: { ...machine, name: visible(machine.name) },
    outcome,
    totals,
    memory,
    hasCalls,
    warnings: warnings.map(visible),
    files: files.map(visible),
    functions: {
      name: functions.map(({ name }) => visible(name)),
      symbol: functions.map(({ symbol }) => (symbol === undefined ? 0 : visible(symbol))),
      address: functions.map(({ address }) => address ?? -1),
      file: numbers(functions, ({ file }) => file),
      line: numbers(functions, ({ line }) => line),
    },
    steps: steps.map(({ marker, name }) => ({ marker, name: name && visible(name) })),
    ...nodesData(profile),
    lines: linesData(profile),
    opcodes: shares(profile.opcodes),
    chips: shares(profile.chips),
    sources: texts,
    segments: segments?.map(({ instretStart, instructions, reason, memoryBytes, utilisation }) => [
      instretStart,
      instructions,
      reason === undefined ? 0 : visible(reason),
      memoryBytes,
      utilisation,
    ]),
  }
}
