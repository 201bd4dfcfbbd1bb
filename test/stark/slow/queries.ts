/** Steps 7 to 10: the openings against the trees, and the one word of all tables against its folding. */
import { wordsOf } from './archive.ts'
import { equal, evaluated, inverse, lift, minus, plus, raised, scaled, times, ZERO, type K } from './extension.ts'
import { GENERATOR, mul, power, reversed, root } from './field.ts'
import { folded } from './fold.ts'
import { join, leaf, node, sameBytes } from './hash.ts'
import { elementsOf, type Facts } from './proof.ts'
import { demand } from './rejected.ts'
import { foldBlocks, rowBlocks, type Table, type Tree } from './shape.ts'

export function demandQueries({ key, shape, proof, replayed, opened }: Facts): void {
  const { zeta, gamma, betas } = replayed
  const [rows, paths, foldLeaves, foldPaths] = [
    new Cursor(proof.sections[9]!),
    new Cursor(proof.sections[10]!),
    new Cursor(proof.sections[11]!),
    new Cursor(proof.sections[12]!),
  ]
  const powers = proof.openings.map((_, e) => raised(gamma, e))
  const claim = (values: readonly K[], place: number): K =>
    values.map((value, e) => times(powers[place + e]!, value)).reduce(plus, ZERO)

  const roots = [...key.roots, ...proof.roots]
  for (const [query, index] of replayed.indices.entries()) {
    let value = ZERO
    for (const [number, tree] of shape.trees.entries()) {
      const local = index >>> (shape.n - tree.h)
      const bytes = tree.groups.map(group => rows.take(64 * rowBlocks(group)))
      const path = Array.from({ length: tree.h }, () => paths.take(32))
      demandTree({ tree, bytes, path, local, root: roots[number]!, place: `query ${query}, tree ${number}` })

      const rowOf = rowReader(tree, bytes)
      for (const { table, here, next, place } of opened[number]!) {
        const h = table.logHeight + key.parameters.blowup
        const x = lift(mul(GENERATOR, power(root(h), reversed(h, index >>> (shape.n - h)))))
        const row = rowOf(table).map(lift)
        const atZeta = minus(claim(row, place), claim(here, place))
        value = plus(value, times(atZeta, inverse(minus(x, zeta))))
        if (table.nextFrom !== undefined) {
          const zetaNext = scaled(zeta, root(table.logHeight))
          const after = place + table.width
          const atNext = minus(claim(row.slice(table.nextFrom), after), claim(next, after))
          value = plus(value, times(atNext, inverse(minus(x, zetaNext))))
        }
      }
    }

    let j = index
    for (const [number, round] of shape.rounds.entries()) {
      const { h, a } = round
      const place = `query ${query}, round ${number}`
      const bytes = foldLeaves.take(64 * foldBlocks(round))
      demand(
        bytes.subarray(16 * 2 ** a).every(byte => byte === 0),
        10,
        `padding, ${place}`,
      )
      const values = elementsOf(bytes.subarray(0, 16 * 2 ** a))
      demand(equal(values[j % 2 ** a]!, value), 10, `value, ${place}`)
      j >>>= a
      let digest = leaf(bytes)
      for (let level = 0; level < h - a; level++) digest = above(digest, foldPaths.take(32), j >>> level)
      demand(sameBytes(digest, proof.foldRoots[number]!), 10, `root, ${place}`)
      value = folded(values, { h, a, leaf: j, beta: betas[number]! })
    }
    const domain = shape.logFinal + key.parameters.blowup
    const y = power(root(domain), reversed(domain, j))
    demand(equal(evaluated(proof.final, lift(y)), value), 10, `final polynomial, query ${query}`)
  }
}

class Cursor {
  private at = 0
  private readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  take(length: number): Uint8Array {
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }
}

const above = (digest: Uint8Array, sibling: Uint8Array, index: number): Uint8Array =>
  index % 2 === 0 ? node(digest, sibling) : node(sibling, digest)

interface TreeOpening {
  readonly tree: Tree
  /** Of each group. */
  readonly bytes: readonly Uint8Array[]
  readonly path: readonly Uint8Array[]
  readonly local: number
  readonly root: Uint8Array
  readonly place: string
}

/** Step 8. */
function demandTree({ tree, bytes, path, local, root: expected, place }: TreeOpening): void {
  for (const [number, { width }] of tree.groups.entries()) {
    const isEmpty = bytes[number]!.subarray(4 * width).every(byte => byte === 0)
    demand(isEmpty, 8, `padding, ${place}, group ${number}`)
  }
  const leafOf = (h: number): Uint8Array | undefined => {
    const number = tree.groups.findIndex(group => group.h === h)
    return number < 0 ? undefined : leaf(bytes[number]!)
  }
  let digest = leafOf(tree.h)!
  for (const [level, sibling] of path.entries()) {
    digest = above(digest, sibling, local >>> level)
    const group = leafOf(tree.h - level - 1)
    if (group !== undefined) digest = join(digest, group)
  }
  demand(sameBytes(digest, expected), 8, `root, ${place}`)
}

/** The row of each table of a tree, out of the groups' bytes. */
function rowReader(tree: Tree, bytes: readonly Uint8Array[]): (table: Table) => number[] {
  const rows = new Map<Table, number[]>()
  for (const [number, { tables }] of tree.groups.entries()) {
    const words = wordsOf(bytes[number]!)
    for (const table of tables) rows.set(table, words.splice(0, table.width))
  }
  return table => rows.get(table)!
}
