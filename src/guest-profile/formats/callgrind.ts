/** Profiles for KCachegrind and callgrind_annotate: functions with their lines, and calls with what they cost. */
import { version } from '../../version.ts'
import type { GuestProfile } from '../guest-profile.ts'
import { inChunks } from './chunks.ts'
import { costTable, nodeCosts, type CostTable } from './cost-table.ts'
import { depthFirst } from './depth-first.ts'
import type { FormatOptions, ProfileFormat } from './format.ts'
import { lineText } from './line-text.ts'

/** Of each figure. */
type Amount = number[]

interface Call {
  readonly callee: number
  readonly file: number
  readonly line: number
  readonly amount: Amount
  calls: number
}

/** What a function spends itself, by file and line, and its calls, by place and callee. */
interface FunctionRecord {
  readonly lines: Map<number, Map<number, Amount>>
  readonly calls: Map<string, Call>
}

/** The entry of a map, made where it is missing. */
function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}

/**
 * A call's costs are those of the callee with all below it; calls of a function that is open already have none, so what
 * leads to a function adds up to its total, however often it calls itself.
 */
function addCalls({ nodes }: GuestProfile, costs: CostTable, records: readonly FunctionRecord[]): void {
  const totals = costs.figures.map(figure => nodeCosts(nodes.parent, costs, figure).total)
  /** The nodes that the walk is below, and how many of them are each function's. */
  const path: number[] = []
  const open = new Uint32Array(records.length)
  for (const node of depthFirst(nodes.parent)) {
    while (path.length > 0 && path.at(-1) !== nodes.parent[node]) open[nodes.function[path.pop()!]!]!--
    const callee = nodes.function[node]!
    const isOuter = open[callee]!++ === 0
    path.push(node)
    if (node === 0) continue
    const caller = nodes.function[nodes.parent[node]!]!
    const [file, line] = [nodes.callFile[node]!, nodes.callLine[node]!]
    const make = (): Call => ({ callee, file, line, amount: totals.map(() => 0), calls: 0 })
    const call = entry(records[caller]!.calls, `${file} ${line} ${callee}`, make)
    // Readers take a call that never happened for costs of the caller itself; inlined ones are not counted.
    call.calls += Math.max(nodes.calls[node]!, 1)
    if (isOuter) for (const [index, total] of totals.entries()) call.amount[index]! += total[node]!
  }
}

function recordsOf(profile: GuestProfile, costs: CostTable): FunctionRecord[] {
  const { nodes, functions } = profile
  const records = functions.map((): FunctionRecord => ({ lines: new Map(), calls: new Map() }))
  for (let row = 0; row < costs.node.length; row++) {
    const index = nodes.function[costs.node[row]!]!
    // What has no line belongs to the function's own file, so that it counts for it.
    const file = costs.file[row]! < 0 ? functions[index]!.file : costs.file[row]!
    const ofFile = entry(records[index]!.lines, file, () => new Map<number, Amount>())
    const amount = entry(ofFile, costs.line[row]!, () => costs.figures.map(() => 0))
    for (const [each, figure] of costs.figures.entries()) amount[each]! += figure.costs[row]!
  }
  addCalls(profile, costs, records)
  return records
}

/** Names stand once, with a number that says them again. */
class Names {
  readonly #names: readonly string[]
  readonly #written = new Set<number>()

  constructor(names: readonly string[]) {
    this.#names = names
  }

  /** @param index -1 for what has no name */
  of(index: number): string {
    if (this.#written.has(index)) return `(${index + 2})`
    this.#written.add(index)
    return `(${index + 2}) ${this.#names[index] ?? '???'}`
  }
}

function* lines(profile: GuestProfile, { unit }: FormatOptions): Generator<string> {
  const costs = costTable(profile, unit)
  const { figures } = costs
  const sums = figures.map(figure => figure.costs.reduce((sum, cost) => sum + cost, 0))
  yield `# callgrind format\nversion: 1\ncreator: rvr ${version}\ncmd: ${lineText(profile.guest.name)}\n`
  yield `positions: line\nevents: ${figures.map(({ name }) => name).join(' ')}\nsummary: ${sums.join(' ')}\n`
  const files = new Names(profile.files.map(lineText))
  const names = new Names(profile.functions.map(({ name }) => lineText(name)))
  for (const [index, record] of recordsOf(profile, costs).entries()) {
    if (record.lines.size === 0 && record.calls.size === 0) continue
    const own = profile.functions[index]!
    yield `\nfl=${files.of(own.file)}\nfn=${names.of(index)}\n`
    let inFile = own.file
    const enter = (file: number): string => {
      if (file === inFile) return ''
      inFile = file
      return `${file === own.file ? 'fe' : 'fi'}=${files.of(file)}\n`
    }
    // Its own file first.
    const byFile = [...record.lines].toSorted(([a], [b]) => Number(b === own.file) - Number(a === own.file))
    for (const [file, amounts] of byFile) {
      yield enter(file)
      for (const [line, amount] of amounts) yield `${line} ${amount.join(' ')}\n`
    }
    yield enter(own.file)
    for (const call of record.calls.values()) {
      const callee = profile.functions[call.callee]!
      // Calls stay in the file of the function, so that none of them counts for another one.
      const line = call.file === own.file ? call.line : 0
      yield `cfi=${files.of(callee.file)}\ncfn=${names.of(call.callee)}\n`
      yield `calls=${call.calls} ${callee.line}\n${line} ${call.amount.join(' ')}\n`
    }
  }
}

export const callgrind: ProfileFormat = {
  name: 'callgrind',
  extension: '.callgrind',
  summary: 'for KCachegrind, QCachegrind and callgrind_annotate, both units as events',
  isBinary: false,
  write: (profile, options) => inChunks(lines(profile, options)),
}
