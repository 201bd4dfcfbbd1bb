/** The prover (§12), slow and plain. */
import { PROOF, rowsOf, writeArchive } from './archive.ts'
import { commitLeaves, commitTables, type Committed, type CommittedTables } from './commit.ts'
import { inverse, lift, minus, plus, scaled, times, ZERO, type K } from './extension.ts'
import { reversed, root } from './field.ts'
import { folded } from './fold.ts'
import { wordBytes } from './hash.ts'
import { gapsOf, type Gap } from './identity.ts'
import { publicsByAir, type Key } from './key.ts'
import { NONE } from './key-layout.ts'
import type { Lies } from './lies.ts'
import { atK, cosetPoint, interpolated, interpolatedInK, weighted } from './polynomial.ts'
import { elementBytes, openedColumns } from './proof.ts'
import { quotientOf } from './quotient.ts'
import { shapeOf, type Shape, type Table, type Tree } from './shape.ts'
import { sumsOf } from './sums.ts'
import { columnsOf, type Rows } from './system.ts'
import { Transcript } from './transcript.ts'

/** What a proof is about. */
export interface Witness {
  /** Of each AIR; undefined: absent, or no fixed columns. */
  readonly main: readonly (Rows | undefined)[]
  readonly fixed: readonly (Rows | undefined)[]
  /** Of all AIRs in order. */
  readonly publics: readonly number[]
}

type Columns = readonly (readonly number[])[]

/** @returns the proof archive; it is as good as the witness is, and as honest as `lies` allow */
export function prove(key: Key, witness: Witness, lies: Lies = {}): Uint8Array {
  const { blowup, queries, lookup, zeta: zetaWork, batch, fold, query } = key.parameters
  const heights = witness.main.map(rows => (rows === undefined ? NONE : Math.log2(rows.length)))
  const shape = shapeOf(key, heights)
  const transcript = new Transcript()
  const nonces: bigint[] = []
  const work = (tag: number, bits: number): void => {
    const site = { transcript, tag, bits }
    const honest = transcript.nonce(tag, bits)
    const nonce = lies.nonce?.(honest, site) ?? honest
    transcript.work(tag, bits, nonce)
    nonces.push(nonce)
  }
  const commit = (tree: Tree, columnsOfTable: (table: Table) => Columns): CommittedTables =>
    commitTables(tree, new Map(tree.tables.map(table => [table, columnsOfTable(table)])), blowup)
  const treesOf = (kind: Tree['kind']): Tree[] => shape.trees.filter(tree => tree.kind === kind)
  const traceColumns = (rows: readonly (Rows | undefined)[], { air, width }: Table): number[][] =>
    columnsOf(rows[air]!, width).map(column => interpolated(column))
  const mainColumns = (table: Table): Columns => {
    const honest = traceColumns(witness.main, table)
    return lies.columns?.(honest, table.air) ?? honest
  }

  transcript.absorb(1, key.digest)
  transcript.absorb(2, wordBytes(heights))
  transcript.absorb(3, wordBytes(witness.publics))
  const fixed = treesOf('fixed').map(tree => commit(tree, table => traceColumns(witness.fixed, table)))
  const main = commit(treesOf('main')[0]!, mainColumns)
  transcript.absorb(4, main.root)
  work(5, lookup)
  const [alpha, beta] = transcript.elements(5, 2) as [K, K]

  const sumTables = sumsOf({ key, shape, witness, alpha, beta, lies })
  const sums = treesOf('sum').map(tree => commit(tree, ({ air }) => sumTables.get(air)!.columns))
  for (const tree of sums) transcript.absorb(6, tree.root)
  const busSums = [...sumTables.values()].map(({ sum }) => sum)
  transcript.absorb(7, elementBytes(busSums))
  const [lambda] = transcript.elements(8, 1) as [K]

  const trees = [...fixed, main, ...sums]
  const publics = publicsByAir(key.airs, witness.publics)
  const quotient = commit(treesOf('quotient')[0]!, ({ air, logHeight: k }) => {
    const columnsIn = (kind: Tree['kind']): Columns => columnsOfAir(trees, kind, air)
    const columns = { main: columnsIn('main'), fixed: columnsIn('fixed'), sum: sumTables.get(air) }
    const challenges = { alpha, beta, lambda }
    const honest = quotientOf({ air: key.airs[air]!, k, columns, publics: publics[air]!, challenges })
    const coefficients = lies.quotient?.(honest, air) ?? honest
    return rowsOf(coefficients, 2 ** k).flatMap(part => [0, 1, 2, 3].map(i => part.map(value => value[i]!)))
  })
  transcript.absorb(9, quotient.root)
  work(10, zetaWork)
  const [zeta] = transcript.elements(10, 1) as [K]

  const committed = [...trees, quotient]
  const points = openedPoints(committed, zeta)
  const honestOpenings = points.flatMap(({ columns, z }) => columns.map(column => atK(column, z)))
  const gaps = (): Gap[] => {
    const proof = { heights, publics: witness.publics, sums: busSums }
    const replayed = { alpha, beta, lambda, zeta }
    return gapsOf({ key, shape, proof, replayed, opened: openedColumns(shape, honestOpenings) })
  }
  const openings = lies.openings?.(honestOpenings, gaps) ?? honestOpenings
  transcript.absorb(11, elementBytes(openings))
  work(12, batch)
  const [gamma] = transcript.elements(12, 1) as [K]

  const word = oneWord({ shape, blowup, points, openings, gamma })
  const rounds: Layer[] = []
  let values = word
  for (const [number, { h, a }] of shape.rounds.entries()) {
    values = lies.word?.(values, number) ?? values
    const leaves = rowsOf(values, 2 ** a).map(leaf => padded(elementBytes(leaf)))
    const layer = { ...commitLeaves(leaves), leaves }
    rounds.push(layer)
    transcript.absorb(13, layer.root)
    work(14, fold)
    const [challenge] = transcript.elements(14, 1) as [K]
    values = rowsOf(values, 2 ** a).map((leaf, j) => folded(leaf, { h, a, leaf: j, beta: challenge }))
  }
  const domain = Math.log2(values.length)
  const natural = values.map((_, r) => values[reversed(domain, r)]!)
  const honestFinal = interpolatedInK(natural).slice(0, 2 ** shape.logFinal)
  const final = lies.final?.(honestFinal) ?? honestFinal
  transcript.absorb(15, elementBytes(final))
  work(16, query)
  const indices = transcript.indices(16, shape.n, queries)

  const roots = [main, ...sums, quotient]
  return writeArchive(PROOF, [
    key.digest,
    wordBytes(heights),
    wordBytes(witness.publics),
    joinedBytes(roots.map(tree => tree.root)),
    elementBytes(busSums),
    wordBytes(nonces.flatMap(nonce => [Number(nonce & 0xffffffffn), Number(nonce >> 32n)])),
    elementBytes(openings),
    joinedBytes(rounds.map(layer => layer.root)),
    elementBytes(final),
    ...queried({ shape, committed, rounds, indices }),
  ])
}

function columnsOfAir(trees: readonly CommittedTables[], kind: Tree['kind'], air: number): Columns {
  for (const { tree, columns } of trees) {
    const table = tree.kind === kind ? tree.tables.find(each => each.air === air) : undefined
    if (table !== undefined) return columns.get(table)!
  }
  return []
}

interface OpenedPoint {
  readonly table: Table
  readonly committed: CommittedTables
  readonly z: K
  /** The first column that is opened at z. */
  readonly from: number
  readonly columns: Columns
}

/** In the order of the openings. */
function openedPoints(trees: readonly CommittedTables[], zeta: K): OpenedPoint[] {
  return trees.flatMap(committed =>
    committed.tree.tables.flatMap(table => {
      const columns = committed.columns.get(table)!
      const here = { table, committed, z: zeta, from: 0, columns }
      if (table.nextFrom === undefined) return [here]
      const z = scaled(zeta, root(table.logHeight))
      return [here, { table, committed, z, from: table.nextFrom, columns: columns.slice(table.nextFrom) }]
    }),
  )
}

interface Opened {
  readonly shape: Shape
  readonly blowup: number
  readonly points: readonly OpenedPoint[]
  readonly openings: readonly K[]
  readonly gamma: K
}

/** F on H_N, in bit-reversed order. */
function oneWord({ shape, blowup, points, openings, gamma }: Opened): K[] {
  const weights: K[] = openings.length > 0 ? [lift(1)] : []
  while (weights.length < openings.length) weights.push(times(weights.at(-1)!, gamma))
  const word: K[] = Array.from({ length: 2 ** shape.n }, () => ZERO)
  let place = 0
  for (const { table, committed, z, from, columns } of points) {
    const h = table.logHeight + blowup
    const own = weights.slice(place, place + columns.length)
    const claim = own.reduce((sum, weight, e) => plus(sum, times(weight, openings[place + e]!)), ZERO)
    place += columns.length
    const entries = committed.rows.get(table)!.map((row, j) => {
      const distance = minus(lift(cosetPoint(h, reversed(h, j))), z)
      return times(minus(weighted(row.slice(from), own), claim), inverse(distance))
    })
    for (const i of word.keys()) word[i] = plus(word[i]!, entries[i >>> (shape.n - h)]!)
  }
  return word
}

interface Layer extends Committed {
  readonly leaves: readonly Uint8Array[]
}

interface Queried {
  readonly shape: Shape
  readonly committed: readonly CommittedTables[]
  readonly rounds: readonly Layer[]
  readonly indices: readonly number[]
}

/** Rows, paths, fold leaves, fold paths. */
function queried({ shape, committed, rounds, indices }: Queried): Uint8Array[] {
  const rows: Uint8Array[] = []
  const paths: Uint8Array[] = []
  const leaves: Uint8Array[] = []
  const leafPaths: Uint8Array[] = []
  for (const index of indices) {
    for (const { tree, block, path } of committed) {
      for (const group of tree.groups) rows.push(block(group, index >>> (shape.n - group.h)))
      paths.push(...path(index >>> (shape.n - tree.h)))
    }
    let j = index
    for (const [number, { a }] of shape.rounds.entries()) {
      j >>>= a
      leaves.push(rounds[number]!.leaves[j]!)
      leafPaths.push(...rounds[number]!.path(j))
    }
  }
  return [rows, paths, leaves, leafPaths].map(joinedBytes)
}

function padded(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(64 * Math.ceil(bytes.length / 64))
  result.set(bytes)
  return result
}

const joinedBytes = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))
