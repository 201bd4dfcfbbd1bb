/** Valid profiles of any size, of guests that never were: for tests and measurements of whoever prints profiles. */
import { faultOf } from '../../src/guest-profile/fault.ts'
import type {
  GuestProfile,
  ProfileCosts,
  ProfiledFunction,
  ProfileInstructions,
  ProfileNodes,
  ProfileShare,
} from '../../src/guest-profile/guest-profile.ts'
import { randomSource, type Random } from '../support/random.ts'

export interface SyntheticOptions {
  /** Of the tree, 2 at least. */
  readonly nodes: number
  readonly seed: number
  /** 1 where nothing is said: no markers. */
  readonly steps?: number
  /** Without: no files and no lines at all, as of a stripped guest. */
  readonly lines?: boolean
  /** Without: functions are children of the root, as in mode `profile`. */
  readonly calls?: boolean
  readonly memory?: boolean
}

/** What needs care in formats: separators, markup, other scripts. */
const NAMES = [
  'main',
  'core::fmt::write',
  'Vec<T, A>::push',
  'operator new(unsigned int)',
  'a;b & <c> "d"',
  'größe_函数',
]
const OPERATIONS = ['add', 'addi', 'lw', 'sw', 'beq', 'jal']

/** A profile that fulfils `checkProfile`; the same for the same options. */
export function syntheticProfile(options: SyntheticOptions): GuestProfile {
  const { nodes: count, seed, steps: stepCount = 1, lines = true, calls = true, memory = false } = options
  const below = randomSource(seed)
  const functionCount = 2 + Math.floor(Math.sqrt(count))
  const files = lines
    ? Array.from({ length: 1 + Math.floor(functionCount / 4) }, (_, n) => `/src/part${n}/f${n}.rs`)
    : []
  const nodes = randomNodes({ count, functionCount, files: files.length, calls, memory }, below)
  const costs = randomCosts(nodes, stepCount, files.length, below)
  const { instructions, addresses } = instructionsOf(nodes, costs)
  const functions = Array.from({ length: functionCount }, (_, index): ProfiledFunction => {
    const name = index === 0 ? '[guest]' : (NAMES[index - 1] ?? `crate::module${index % 7}::function_${index}`)
    const symbol = index === 0 || index % 3 > 0 ? undefined : `_symbol${index}`
    const [file, line] = lines && index > 0 ? [index % files.length, 1 + index] : [-1, 0]
    return { name, symbol, address: addresses.get(index), file, line }
  })
  const total = (column: Float64Array): number => column.reduce((sum, value) => sum + value, 0)
  const totals = { instructions: total(costs.instructions), cells: total(costs.cells) }
  return {
    guest: { name: 'synthetic.elf', digest: '5'.repeat(64), xlen: 64 },
    machine: { name: 'synthetic machine', digest: '6'.repeat(64) },
    outcome: 'terminated',
    totals,
    memory: nodes.memory && total(nodes.memory),
    hasCalls: calls,
    warnings: seed % 2 === 0 ? [] : ['a doubt about <this> & "that"'],
    files,
    functions,
    steps: Array.from({ length: stepCount }, (_, marker) => ({
      marker,
      name: marker % 2 === 1 ? `step ${marker}` : undefined,
    })),
    nodes,
    costs,
    instructions,
    opcodes: shares(OPERATIONS, totals),
    chips: shares(['Alu', 'LoadStore', 'Branch'], totals),
  }
}

interface Shape {
  readonly count: number
  readonly functionCount: number
  readonly files: number
  readonly calls: boolean
  readonly memory: boolean
}

function randomNodes({ count, functionCount, files, calls, memory }: Shape, below: Random): ProfileNodes {
  const nodes = {
    parent: new Int32Array(count),
    function: new Uint32Array(count),
    isInlined: new Uint8Array(count),
    calls: new Float64Array(count),
    callFile: new Int32Array(count).fill(-1),
    callLine: new Uint32Array(count),
    memory: memory ? new Float64Array(count) : undefined,
  }
  nodes.parent[0] = -1
  for (let node = 1; node < count; node++) {
    // Long chains, and many children of a few.
    const near = Math.max(0, node - 1 - below(4))
    const parent = below(32) === 0 ? below(Math.min(node, 16)) : near
    const inlined = node > 1 && parent > 0 && below(4) === 0
    nodes.parent[node] = calls || inlined ? parent : 0
    nodes.isInlined[node] = Number(inlined)
    // Recursion, now and then.
    nodes.function[node] = parent > 0 && below(16) === 0 ? nodes.function[parent]! : 1 + below(functionCount - 1)
    if (calls && !inlined) nodes.calls[node] = 1 + below(1000)
    if (files > 0 && parent > 0 && below(8) > 0) {
      nodes.callFile[node] = below(files)
      nodes.callLine[node] = below(500)
    }
    if (nodes.memory !== undefined) nodes.memory[node] = below(3) * 77
  }
  return nodes
}

function randomCosts(nodes: ProfileNodes, steps: number, files: number, below: Random): ProfileCosts {
  const rows: { [Key in keyof ProfileCosts]: number[] } = {
    node: [],
    step: [],
    file: [],
    line: [],
    instructions: [],
    cells: [],
  }
  for (let node = 1; node < nodes.parent.length; node++) {
    // Some spend nothing themselves.
    if (below(10) === 0 && node > 1) continue
    for (let step = below(steps); step < steps; step += 1 + below(steps)) {
      const lines = files === 0 ? 1 : 1 + below(3)
      const of = nodes.function[node]!
      const file = files === 0 || below(10) === 0 ? -1 : of % files
      for (let line = 0; line < (file < 0 ? 1 : lines); line++) {
        const instructions = 1 + below(node < 4 ? 100_000 : 1000)
        rows.node.push(node)
        rows.step.push(step)
        rows.file.push(file)
        rows.line.push(file < 0 ? 0 : 10 * of + line)
        rows.instructions.push(instructions)
        rows.cells.push(instructions * (20 + below(60)))
      }
    }
  }
  return {
    node: Uint32Array.from(rows.node),
    step: Uint32Array.from(rows.step),
    file: Int32Array.from(rows.file),
    line: Uint32Array.from(rows.line),
    instructions: Float64Array.from(rows.instructions),
    cells: Float64Array.from(rows.cells),
  }
}

/** One instruction for each function, function that it was inlined into, and line. */
function instructionsOf(nodes: ProfileNodes, costs: ProfileCosts) {
  const host = new Uint32Array(nodes.parent.length)
  for (let node = 0; node < host.length; node++)
    host[node] = nodes.isInlined[node] === 1 ? host[nodes.parent[node]!]! : nodes.function[node]!
  type Row = { of: number; innermost: number; file: number; line: number; step: number; times: number; cells: number }
  const byKey = new Map<number, Row>()
  // Less than so many functions, files, lines and steps.
  const bounds = [2 ** 11, 2 ** 10, 2 ** 15, 2 ** 6]
  for (const [row, node] of costs.node.entries()) {
    const place = { of: host[node]!, innermost: nodes.function[node]!, file: costs.file[row]!, line: costs.line[row]! }
    const parts = [place.innermost, place.file + 1, place.line, costs.step[row]!]
    const key = parts.reduce((sum, part, index) => sum * bounds[index]! + part, place.of)
    let found = byKey.get(key)
    if (found === undefined) byKey.set(key, (found = { ...place, step: costs.step[row]!, times: 0, cells: 0 }))
    found.times += costs.instructions[row]!
    found.cells += costs.cells[row]!
  }
  const rows = [...byKey.values()].toSorted(
    (a, b) => a.of - b.of || a.innermost - b.innermost || a.file - b.file || a.line - b.line || a.step - b.step,
  )
  const pcs: number[] = []
  const addresses = new Map<number, number>()
  for (const [index, row] of rows.entries()) {
    const before = rows[index - 1]
    const isSame = (['of', 'innermost', 'file', 'line'] as const).every(key => before?.[key] === row[key])
    const pc = before === undefined ? 0x20_0800 : pcs[index - 1]! + (isSame ? 0 : 4)
    pcs.push(pc)
    if (!addresses.has(row.of)) addresses.set(row.of, pc)
  }
  const instructions: ProfileInstructions = {
    pc: Uint32Array.from(pcs),
    step: Uint32Array.from(rows, row => row.step),
    innermost: Uint32Array.from(rows, row => row.innermost),
    function: Uint32Array.from(rows, row => row.of),
    file: Int32Array.from(rows, row => row.file),
    line: Uint32Array.from(rows, row => row.line),
    times: Float64Array.from(rows, row => row.times),
    cells: Float64Array.from(rows, row => row.cells),
  }
  return { instructions, addresses }
}

/** Each has half of what the earlier ones leave, and the last one the rest. */
function shares(names: readonly string[], totals: GuestProfile['totals']): ProfileShare[] {
  let { instructions, cells } = totals
  return names.map((name, index) => {
    const part = (value: number): number => (index === names.length - 1 ? value : Math.ceil(value / 2))
    const share = { name, count: part(instructions), cells: part(cells) }
    instructions -= share.count
    cells -= share.cells
    return share
  })
}

/** @throws Error what does not hold of a profile. */
export function checkProfile(profile: GuestProfile): void {
  const fault = faultOf(profile)
  if (fault !== undefined) throw new Error(fault)
}
