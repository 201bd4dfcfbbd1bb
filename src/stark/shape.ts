/** The shape of a proof: what follows of it from the key and the heights of its tables alone. */
import { layOut } from '../archive/frame.ts'
import { contents } from '../archive/kinds.ts'
import type { KeyAir, KeyFacts } from './key-facts.ts'

export type ShapedKey = Pick<KeyFacts, 'parameters' | 'airs' | 'trees'>

/** Tables of one height in a tree lie side by side: a row of all is a leaf. */
export interface TableGroup {
  /** Of the committed columns: that of the tables and the blow-up. */
  readonly logHeight: number
  /** Columns of field elements. */
  readonly width: number
}

export interface ProofShape {
  /** Logarithm of the highest table. */
  readonly logHeight: number
  /** Fixed trees, main, sum if there is one, quotient. */
  readonly trees: readonly (readonly TableGroup[])[]
  /** Logarithms of how many entries each fold makes one of. */
  readonly arities: readonly number[]
  /** Elements of each section of the proof, by its kind. */
  readonly counts: ReadonlyMap<number, number>
  /** Bytes of the proof. */
  readonly bytes: number
}

/** Heights are logarithms, by AIR; undefined for one that is absent. */
export type LogHeights = readonly (number | undefined)[]

const ROW_BLOCK_WORDS = 16
const LEAF_ENTRIES = 4
const ELEMENT_WORDS = 4

const sum = (numbers: Iterable<number>): number => {
  let all = 0
  for (const each of numbers) all += each
  return all
}

function groupsOf(tables: readonly TableGroup[]): TableGroup[] {
  const widths = new Map<number, number>()
  for (const { logHeight, width } of tables) widths.set(logHeight, (widths.get(logHeight) ?? 0) + width)
  return [...widths].map(([logHeight, width]) => ({ logHeight, width })).toSorted((a, b) => b.logHeight - a.logHeight)
}

/** Values that are opened: all columns at one point, and at the next row's those that are read there. */
const openingsOf = (air: KeyAir): number =>
  air.fixedWidth * (air.readsFixedNext ? 2 : 1) +
  air.mainWidth * (air.readsMainNext ? 2 : 1) +
  (air.chunks > 0 ? ELEMENT_WORDS * (air.chunks + 1) : 0) +
  ELEMENT_WORDS * air.quotients

function aritiesOf(folds: number, logArity: number): number[] {
  const arities: number[] = []
  for (let rest = folds; rest > 0; rest -= arities.at(-1)!) arities.push(Math.min(logArity, rest))
  return arities
}

/** @param heights of an AIR each; one is there at least */
export function shapeOf({ parameters, airs, trees: fixedTrees }: ShapedKey, heights: LogHeights): ProofShape {
  const { logBlowUp, logFinal, logArity, queries } = parameters
  const present = airs.flatMap((air, index) => {
    const logHeight = heights[index]
    return logHeight === undefined ? [] : [{ air, logHeight }]
  })
  const logHeight = present.reduce((most, each) => Math.max(most, each.logHeight), 0)
  const treeOf = (widthOf: (air: KeyAir) => number): TableGroup[] =>
    groupsOf(
      present.flatMap(({ air, logHeight: own }) => {
        const width = widthOf(air)
        return width === 0 ? [] : [{ logHeight: own + logBlowUp, width }]
      }),
    )
  const fixed = Array.from({ length: fixedTrees }, (_, tree) => treeOf(air => (air.tree === tree ? air.fixedWidth : 0)))
  const sums = treeOf(({ chunks }) => ELEMENT_WORDS * chunks)
  const trees = [
    ...fixed,
    treeOf(({ mainWidth }) => mainWidth),
    ...(sums.length > 0 ? [sums] : []),
    treeOf(({ quotients }) => ELEMENT_WORDS * quotients),
  ]
  const logLength = Math.min(logFinal, logHeight)
  const arities = aritiesOf(logHeight - logLength, logArity)
  const levels = trees.map(([highest]) => highest?.logHeight ?? 0)
  let height = logHeight + logBlowUp
  const foldLevels = arities.map(arity => (height -= arity))
  const counts = new Map([
    [0x101, 1],
    [0x102, airs.length],
    [0x103, sum(airs.map(({ publics }) => publics))],
    [0x104, sums.length > 0 ? 3 : 2],
    [0x105, present.filter(({ air }) => air.interactions > 0).length],
    [0x106, 4 + arities.length],
    [0x107, sum(present.map(({ air }) => openingsOf(air)))],
    [0x108, arities.length],
    [0x109, 2 ** logLength],
    [0x10a, queries * sum(trees.flat().map(({ width }) => Math.ceil(width / ROW_BLOCK_WORDS)))],
    [0x10b, queries * sum(levels)],
    [0x10c, queries * sum(arities.map(arity => Math.max(1, 2 ** arity / LEAF_ENTRIES)))],
    [0x10d, queries * sum(foldLevels)],
  ])
  const frame = layOut(
    'proof',
    contents.proof.sections.map(({ kind }) => counts.get(kind)!),
  )
  return { logHeight, trees, arities, counts, bytes: frame.total }
}
