/** What follows from a key and heights alone: trees, groups, rounds, the counts of all sections (§5, §6). */
import { P } from './field.ts'
import { NONE } from './key-layout.ts'
import type { Air, Key } from './key.ts'
import { demand } from './rejected.ts'

export interface Table {
  readonly air: number
  /** k: 2^k rows. */
  readonly logHeight: number
  readonly width: number
  /** Columns from here on are opened at ζ·ω_k, too; undefined: none. */
  readonly nextFrom: number | undefined
}

export interface Group {
  /** h = k + blow-up. */
  readonly h: number
  readonly tables: readonly Table[]
  readonly width: number
}

export interface Tree {
  readonly kind: 'fixed' | 'main' | 'sum' | 'quotient'
  /** In AIR order. */
  readonly tables: readonly Table[]
  /** By falling h. */
  readonly groups: readonly Group[]
  readonly h: number
}

export interface Round {
  /** The domain's and the arity's logarithm. */
  readonly h: number
  readonly a: number
}

export interface Shape {
  /** Indices of the AIRs that are present. */
  readonly present: readonly number[]
  readonly trees: readonly Tree[]
  /** Logarithm of the domain of the one word. */
  readonly n: number
  readonly rounds: readonly Round[]
  readonly logFinal: number
  /** Of each section of the proof. */
  readonly counts: readonly number[]
}

/** @throws {Rejected} of step 2 */
export function demandHeights(key: Key, heights: readonly number[]): void {
  demand(heights.length === key.airs.length, 2, 'one height per AIR')
  demand(
    heights.some(height => height !== NONE),
    2,
    'no table',
  )
  for (const [index, air] of key.airs.entries()) {
    const height = heights[index]!
    if (height === NONE) demand(!air.isRequired, 2, `AIR ${index} is required`)
    else {
      demand(height <= air.maxLogHeight && height <= key.parameters.maxLogHeight, 2, `height of AIR ${index}`)
      demand(air.fixedWidth === 0 || height === air.fixedLogHeight, 2, `height of the fixed columns of AIR ${index}`)
    }
  }
  const perBus = new Map<number, bigint>()
  let all = 0n
  for (const [index, { interactions }] of key.airs.entries()) {
    if (heights[index] === NONE) continue
    const rows = 2n ** BigInt(heights[index]!)
    all += rows * BigInt(interactions.length)
    for (const { bus, weight } of interactions) perBus.set(bus, (perBus.get(bus) ?? 0n) + rows * BigInt(weight))
  }
  demand(
    [all, ...perBus.values()].every(total => total < BigInt(P)),
    2,
    'too many interactions',
  )
}

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0)

export function treeOf(kind: Tree['kind'], tables: readonly Table[], blowup: number): Tree {
  const present = [...new Set(tables.map(({ logHeight }) => logHeight))].toSorted((a, b) => b - a)
  const groups = present.map(logHeight => {
    const members = tables.filter(table => table.logHeight === logHeight)
    return { h: logHeight + blowup, tables: members, width: sum(members.map(({ width }) => width)) }
  })
  return { kind, tables, groups, h: groups[0]!.h }
}

export const rowBlocks = ({ width }: Group): number => Math.ceil(width / 16)
export const foldBlocks = ({ a }: Round): number => Math.max(1, 2 ** a / 4)

/** Heights as `demandHeights` wants them. */
export function shapeOf(key: Key, heights: readonly number[]): Shape {
  const present = key.airs.map((_, index) => index).filter(index => heights[index] !== NONE)
  const table = (air: number, width: number, nextFrom: number | undefined): Table => ({
    air,
    logHeight: heights[air]!,
    width,
    nextFrom,
  })
  const tablesOf = (make: (air: Air, index: number) => Table | undefined): Table[] =>
    present.map(index => make(key.airs[index]!, index)).filter(each => each !== undefined)
  const trees = key.roots.map((_, tree) => {
    const tables = tablesOf((air, index) =>
      air.tree === tree ? table(index, air.fixedWidth, air.readsFixedNext ? 0 : undefined) : undefined,
    )
    return treeOf('fixed', tables, key.parameters.blowup)
  })
  const main = tablesOf((air, index) => table(index, air.mainWidth, air.readsMainNext ? 0 : undefined))
  trees.push(treeOf('main', main, key.parameters.blowup))
  const sums = tablesOf(({ chunks }, index) => (chunks > 0 ? table(index, 4 * chunks, 4 * chunks - 4) : undefined))
  if (sums.length > 0) trees.push(treeOf('sum', sums, key.parameters.blowup))
  const quotients = tablesOf(({ parts }, index) => table(index, 4 * parts, undefined))
  trees.push(treeOf('quotient', quotients, key.parameters.blowup))

  const k = Math.max(...present.map(index => heights[index]!))
  const logFinal = Math.min(key.parameters.logFinal, k)
  const rounds: Round[] = []
  for (let rest = k - logFinal; rest > 0;) {
    const a = Math.min(key.parameters.logArity, rest)
    rounds.push({ h: logFinal + rest + key.parameters.blowup, a })
    rest -= a
  }
  const opened = trees.flatMap(({ tables }) =>
    tables.map(({ width, nextFrom }) => width + (nextFrom === undefined ? 0 : width - nextFrom)),
  )
  const groups = trees.flatMap(tree => tree.groups)
  const counts = [
    1,
    key.airs.length,
    sum(key.airs.map(({ publics }) => publics)),
    sums.length > 0 ? 3 : 2,
    sums.length,
    4 + rounds.length,
    sum(opened),
    rounds.length,
    2 ** logFinal,
    key.parameters.queries * sum(groups.map(rowBlocks)),
    key.parameters.queries * sum(trees.map(({ h }) => h)),
    key.parameters.queries * sum(rounds.map(foldBlocks)),
    key.parameters.queries * sum(rounds.map(({ h, a }) => h - a)),
  ]
  return { present, trees, n: k + key.parameters.blowup, rounds, logFinal, counts }
}
