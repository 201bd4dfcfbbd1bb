/** Profiles that say what they must, and the words for those that do not. */
import { expect, test } from 'vitest'
import { faultOf } from '../../src/guest-profile/fault.ts'
import type { GuestProfile } from '../../src/guest-profile/guest-profile.ts'
import { checkProfile, syntheticProfile } from './synthetic.ts'

test.for([
  { nodes: 2, seed: 1 },
  { nodes: 10, seed: 2 },
  { nodes: 300, seed: 3, lines: false },
  { nodes: 300, seed: 4, calls: false },
  { nodes: 5000, seed: 5, steps: 4, memory: true },
])('synthetic profiles are valid: %o', options => {
  const profile = syntheticProfile(options)
  checkProfile(profile)
  expect(profile.nodes.parent.length).toBe(options.nodes)
  expect(profile.totals.instructions).toBeGreaterThan(0)
})

test('of a large one there is recursion, inlining and depth', () => {
  const { nodes } = syntheticProfile({ nodes: 2000, seed: 7 })
  const depth = new Uint32Array(2000)
  let recursive = 0
  for (const [node, parent] of nodes.parent.entries()) {
    if (parent < 0) continue
    depth[node] = depth[parent]! + 1
    if (nodes.function[node] === nodes.function[parent]) recursive++
  }
  expect(Math.max(...depth)).toBeGreaterThan(50)
  expect(recursive).toBeGreaterThan(10)
  expect(nodes.isInlined.filter(flag => flag === 1).length).toBeGreaterThan(100)
})

const profile = syntheticProfile({ nodes: 100, seed: 9, steps: 3, memory: true })
/** A copy of a column with one value changed. */
function changed<T extends Int32Array | Uint32Array | Uint8Array | Float64Array>(
  column: T,
  row: number,
  to: number,
): T {
  const copy = column.slice() as T
  copy[row] = to
  return copy
}
const { nodes, costs, instructions } = profile

const wrong: readonly (readonly [string, Partial<GuestProfile>])[] = [
  ['nodes.calls has 99 rows', { nodes: { ...nodes, calls: nodes.calls.slice(1) } }],
  ['nodes.0 is no root', { nodes: { ...nodes, parent: changed(nodes.parent, 0, 0) } }],
  ['nodes.5 comes before', { nodes: { ...nodes, parent: changed(nodes.parent, 5, 5) } }],
  ['nodes.6 is of a function', { nodes: { ...nodes, function: changed(nodes.function, 6, 99) } }],
  ['nodes.0 is inlined', { nodes: { ...nodes, isInlined: changed(nodes.isInlined, 0, 1) } }],
  ['nodes.3 has a wrong number', { nodes: { ...nodes, calls: changed(nodes.calls, 3, 0.5) } }],
  ['nodes.3 is called', { nodes: { ...nodes, callFile: changed(nodes.callFile, 3, 99) } }],
  ['nodes.memory add up', { nodes: { ...nodes, memory: changed(nodes.memory!, 3, 1) } }],
  ['nodes.memory and memory', { memory: undefined }],
  ['costs.2 is of a node', { costs: { ...costs, node: changed(costs.node, 2, 100) } }],
  ['costs.2 is not in order', { costs: { ...costs, node: changed(costs.node, 2, 0) } }],
  ['costs.0 is of no place', { costs: { ...costs, file: changed(costs.file, 0, -2) } }],
  ['costs.instructions has -1', { costs: { ...costs, instructions: changed(costs.instructions, 1, -1) } }],
  ['costs.instructions add', { costs: { ...costs, instructions: changed(costs.instructions, 1, 1e9) } }],
  ['instructions.1 is not in order', { instructions: { ...instructions, pc: changed(instructions.pc, 1, 0) } }],
  ['instructions.0 is of a function', { instructions: { ...instructions, step: changed(instructions.step, 0, 3) } }],
  ['instructions.times add', { instructions: { ...instructions, times: changed(instructions.times, 0, 1e9) } }],
  ['costs and instructions differ in instructions', { nodes: { ...nodes, function: changed(nodes.function, 1, 0) } }],
  ['cells of chips add', { chips: [] }],
  ['counts of opcodes add', { opcodes: [] }],
  ['"[guest]" stands twice', { functions: [profile.functions[0]!, ...profile.functions.slice(0, -1)] }],
  ['steps.1 is not in order', { steps: profile.steps.toReversed() }],
  ['functions.0 begins in no place', { functions: profile.functions.map(each => ({ ...each, file: 99 })) }],
]

test.for(wrong)('%s', ([text, change]) => {
  expect(faultOf({ ...profile, ...change })).toContain(text)
})
