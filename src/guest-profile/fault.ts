/** Does a profile say what it must: sums, order, indexes? Whoever reads one from a file asks, and tests do. */
import type { GuestProfile, ProfileCosts, ProfileInstructions, ProfileNodes } from './guest-profile.ts'

type Column = Int32Array | Uint32Array | Float64Array | Uint8Array
type Fault = string | undefined

/** The first thing that is wrong with a profile, in words that name the place; undefined where nothing is. */
export function faultOf(profile: GuestProfile): Fault {
  const { nodes, costs, instructions } = profile
  return (
    lengthFault('nodes', nodes) ??
    lengthFault('costs', costs) ??
    lengthFault('instructions', instructions) ??
    nameFault(profile) ??
    nodeFault(profile) ??
    costFault(profile) ??
    instructionFault(profile) ??
    sumFault(profile)
  )
}

function lengthFault(place: string, table: ProfileNodes | ProfileCosts | ProfileInstructions): Fault {
  const columns = Object.entries(table).filter((entry): entry is [string, Column] => entry[1] !== undefined)
  const [[first, { length }]] = columns as [[string, Column]]
  const other = columns.find(([, column]) => column.length !== length)
  return other && `${place}.${other[0]} has ${other[1].length} rows, ${place}.${first} ${length}`
}

function nameFault({ functions, files, steps }: GuestProfile): Fault {
  const twice = repeated(functions.map(({ name }) => name)) ?? repeated(files)
  if (twice !== undefined) return `${JSON.stringify(twice)} stands twice`
  for (const [index, { file, line }] of functions.entries())
    if (!isPlace(file, line, files)) return `functions.${index} begins in no place of the profile's files`
  const step = steps.findIndex(({ marker }, index) => index > 0 && marker <= steps[index - 1]!.marker)
  return step < 0 ? undefined : `steps.${step} is not in order`
}

function repeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find(name => seen.size === seen.add(name).size)
}

const isPlace = (file: number, line: number, files: readonly string[]): boolean =>
  file === -1 ? line === 0 : file >= 0 && file < files.length

function nodeFault({ nodes, functions, files, memory }: GuestProfile): Fault {
  const { parent, function: of, isInlined, calls, callFile, callLine } = nodes
  if (parent[0] !== -1) return 'nodes.0 is no root'
  for (let node = 0; node < parent.length; node++) {
    if (node > 0 && (parent[node]! < 0 || parent[node]! >= node)) return `nodes.${node} comes before its parent`
    if (of[node]! >= functions.length) return `nodes.${node} is of a function that is not there`
    if (isInlined[node]! > 1 || (node === 0 && isInlined[0] !== 0)) return `nodes.${node} is inlined into nothing`
    if (!isCount(calls[node]!) || (isInlined[node] === 1 && calls[node] !== 0))
      return `nodes.${node} has a wrong number of calls`
    if (!isPlace(callFile[node]!, callLine[node]!, files)) return `nodes.${node} is called in no place of the files`
  }
  if ((memory === undefined) !== (nodes.memory === undefined)) return 'nodes.memory and memory do not go together'
  if (nodes.memory === undefined) return undefined
  return countFault('nodes.memory', nodes.memory) ?? totalFault('nodes.memory', sum(nodes.memory), memory!)
}

function costFault({ nodes, costs, steps, files }: GuestProfile): Fault {
  const { node, step, file, line, instructions, cells } = costs
  for (let row = 0; row < node.length; row++) {
    if (node[row]! >= nodes.parent.length || step[row]! >= steps.length)
      return `costs.${row} is of a node or step that is not there`
    if (!isPlace(file[row]!, line[row]!, files)) return `costs.${row} is of no place of the files`
    if (row === 0) continue
    const order =
      node[row]! - node[row - 1]! ||
      step[row]! - step[row - 1]! ||
      file[row]! - file[row - 1]! ||
      line[row]! - line[row - 1]!
    if (order <= 0) return `costs.${row} is not in order`
  }
  return countFault('costs.instructions', instructions) ?? countFault('costs.cells', cells)
}

function instructionFault({ instructions, functions, steps, files }: GuestProfile): Fault {
  const { pc, step, innermost, function: of, file, line, times, cells } = instructions
  for (let row = 0; row < pc.length; row++) {
    if (innermost[row]! >= functions.length || of[row]! >= functions.length || step[row]! >= steps.length)
      return `instructions.${row} is of a function or step that is not there`
    if (!isPlace(file[row]!, line[row]!, files)) return `instructions.${row} is of no place of the files`
    if (row > 0 && (pc[row]! - pc[row - 1]! || step[row]! - step[row - 1]!) <= 0)
      return `instructions.${row} is not in order`
  }
  return countFault('instructions.times', times) ?? countFault('instructions.cells', cells)
}

function sumFault(profile: GuestProfile): Fault {
  const { totals, costs, instructions, opcodes, chips } = profile
  const [count, cells] = [totals.instructions, totals.cells]
  const shares = [opcodes, chips].flatMap(list => list.flatMap(share => [share.count, share.cells]))
  if (!shares.every(isCount)) return 'opcodes or chips have a number that is no count'
  const total =
    totalFault('costs.instructions', sum(costs.instructions), count) ??
    totalFault('costs.cells', sum(costs.cells), cells) ??
    totalFault('instructions.times', sum(instructions.times), count) ??
    totalFault('instructions.cells', sum(instructions.cells), cells) ??
    totalFault('counts of opcodes', sum(opcodes.map(share => share.count)), count) ??
    totalFault('cells of opcodes', sum(opcodes.map(share => share.cells)), cells) ??
    totalFault('cells of chips', sum(chips.map(share => share.cells)), cells)
  if (total !== undefined) return total
  return (
    differenceFault('instructions', profile, costs.instructions, instructions.times) ??
    differenceFault('cells', profile, costs.cells, instructions.cells)
  )
}

/** Costs and instructions say the same of every function and step. */
function differenceFault(unit: string, profile: GuestProfile, spent: Float64Array, executed: Float64Array): Fault {
  const { nodes, costs, instructions, functions, steps } = profile
  const left = new Map<number, number>()
  const add = (function_: number, step: number, value: number): void => {
    const key = function_ * steps.length + step
    left.set(key, (left.get(key) ?? 0) + value)
  }
  for (let row = 0; row < spent.length; row++) add(nodes.function[costs.node[row]!]!, costs.step[row]!, spent[row]!)
  for (let row = 0; row < executed.length; row++)
    add(instructions.innermost[row]!, instructions.step[row]!, -executed[row]!)
  for (const [key, rest] of left) {
    if (rest === 0) continue
    const { name } = functions[Math.floor(key / steps.length)]!
    const { marker } = steps[key % steps.length]!
    return `costs and instructions differ in ${unit} of function ${name}, step ${marker}`
  }
  return undefined
}

const isCount = (value: number): boolean => value >= 0 && Number.isSafeInteger(value)

function countFault(place: string, column: Float64Array): Fault {
  const row = column.findIndex(value => !isCount(value))
  return row < 0 ? undefined : `${place} has ${column[row]} in row ${row}`
}

const sum = (values: Float64Array | readonly number[]): number => {
  let total = 0
  for (const value of values) total += value
  return total
}

const totalFault = (place: string, found: number, wanted: number): Fault =>
  found === wanted ? undefined : `${place} add up to ${found}, not to ${wanted}`
