/** A verifying key: what an `airs.json`, a set of parameters and the trees of fixed columns come to, as an archive. */
import type { Content } from '../archive/write.ts'
import { airsInvalid } from './fault.ts'
import { quotientsOf, type FlatAir } from './flat-air.ts'
import type { FlatSystem } from './flat-system.ts'
import { ops } from './nodes.ts'
import type { Parameters } from './parameters.ts'

const PROTOCOL = 1
const ABSENT = 0xffffffff
const DIGEST_WORDS = 8
/** Bits of the flags of an AIR. */
const REQUIRED = 1
const READS_MAIN_NEXT = 2
const READS_FIXED_NEXT = 4

export interface KeyInputs {
  readonly system: FlatSystem
  readonly parameters: Parameters
  /** Heights of the fixed tables as logarithms, by AIR. */
  readonly fixedLogHeights: ReadonlyMap<number, number>
  /** Of the trees of fixed columns: digests, 8 words each. */
  readonly roots: readonly Uint32Array[]
}

function parameterWords({ system, parameters }: KeyInputs): number[] {
  const { logBlowUp, logFinal, logArity, queries, work } = parameters
  const { lookup, zeta, batch, fold, query } = work
  const { maxLogHeight, buses, airs, trees } = system
  const ofProtocol = [PROTOCOL, logBlowUp, logFinal, logArity, queries, lookup, zeta, batch, fold, query]
  return [...ofProtocol, maxLogHeight, buses, airs.length, trees, 0, 0]
}

/** What came before an AIR, in the sections that all AIRs share. */
interface Places {
  nodes: number
  constraints: number
  interactions: number
}

function flagsOf({ isRequired, nodes }: FlatAir): number {
  const reads = (op: 'main' | 'fixed'): boolean => nodes.some(node => node.op === op && node.b === 1)
  const bit = (flag: number, isSet: boolean): number => (isSet ? flag : 0)
  return bit(REQUIRED, isRequired) | bit(READS_MAIN_NEXT, reads('main')) | bit(READS_FIXED_NEXT, reads('fixed'))
}

function airWords(air: FlatAir, places: Places, fixedLogHeight: number): number[] {
  const { mainWidth, fixedWidth, publics, tree = ABSENT, maxLogHeight, chunks, degree } = air
  const { nodes, constraints, interactions } = places
  const ofTable = [mainWidth, fixedWidth, publics.count, tree, fixedLogHeight, maxLogHeight, quotientsOf(air)]
  const ofNodes = [nodes, air.nodes.length, constraints, air.constraints.length]
  return [flagsOf(air), ...ofTable, ...ofNodes, interactions, air.interactions.length, chunks, degree]
}

/** @throws RvrError `MACHINE_INVALID`: a fixed table is higher than tables of its AIR may be. */
function fixedLogHeightOf(air: FlatAir, index: number, heights: KeyInputs['fixedLogHeights']): number {
  if (air.tree === undefined) return ABSENT
  const height = heights.get(index) ?? NaN
  if (height >= 0 && height <= air.maxLogHeight) return height
  throw airsInvalid(`the fixed table of airs[${index}]`, height, `2^${air.maxLogHeight} rows at most (logarithm)`)
}

/** What a writer writes. @throws RvrError `MACHINE_INVALID` */
export function keyContent(inputs: KeyInputs): Content {
  const { system, fixedLogHeights, roots } = inputs
  const places: Places = { nodes: 0, constraints: 0, interactions: 0 }
  const words = { airs: [], nodes: [], constraints: [], interactions: [], fields: [] } as Record<
    'airs' | 'nodes' | 'constraints' | 'interactions' | 'fields',
    number[]
  >
  for (const [index, air] of system.airs.entries()) {
    put(words.airs, airWords(air, places, fixedLogHeightOf(air, index, fixedLogHeights)))
    for (const { op, a, b } of air.nodes) put(words.nodes, [ops[op], a, b, 0])
    put(words.constraints, air.constraints)
    for (const { bus, direction, count, weight, fields, chunk } of air.interactions) {
      const start = words.fields.length
      put(words.interactions, [bus, Number(direction === 'receive'), count, weight, start, fields.length, chunk, 0])
      put(words.fields, fields)
    }
    places.nodes += air.nodes.length
    places.constraints += air.constraints.length
    places.interactions += air.interactions.length
  }
  const section = (of: readonly number[]): readonly ArrayBufferView[] => [Uint32Array.from(of)]
  return {
    content: 'vkey',
    sections: new Map([
      [0x201, section(parameterWords(inputs))],
      [0x202, section(words.airs)],
      [0x203, section(words.nodes)],
      [0x204, section(words.constraints)],
      [0x205, section(words.interactions)],
      [0x206, section(words.fields)],
      [0x207, roots.map(root => root.subarray(0, DIGEST_WORDS))],
      [0x208, section(system.roles.flatMap(({ role, air, first, count }) => [role, air, first, count]))],
      [0x209, section(system.starts.flatMap(({ role, index, value }) => [role, index, value, 0]))],
    ]),
  }
}

function put(list: number[], words: readonly number[]): void {
  for (const word of words) list.push(word)
}
