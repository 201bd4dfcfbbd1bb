/** The mixed tree over tables (§2), and plain trees over leaves. */
import { join, leaf, node, wordBytes } from './hash.ts'
import { reversed } from './field.ts'
import { at, cosetPoint } from './polynomial.ts'
import type { Group, Table, Tree } from './shape.ts'

export interface Committed {
  readonly root: Uint8Array
  /** Digests from the leaf with this index to below the root. */
  readonly path: (index: number) => Uint8Array[]
}

export interface CommittedTables extends Committed {
  readonly tree: Tree
  /** Coefficients of the columns of each table. */
  readonly columns: ReadonlyMap<Table, readonly (readonly number[])[]>
  /** Rows of each table in bit-reversed order. */
  readonly rows: ReadonlyMap<Table, readonly (readonly number[])[]>
  /** The padded bytes of a group's row. */
  readonly block: (group: Group, row: number) => Uint8Array
}

/** `leaves` are those of the widest level, `joined(level, index)` what comes in at a level above. */
function treeOver(
  leaves: readonly Uint8Array[],
  joined: (level: number, index: number) => Uint8Array | undefined,
): Committed {
  const levels = [leaves]
  while (levels[0]!.length > 1) {
    const [below] = levels as [readonly Uint8Array[]]
    const level = Math.log2(below.length) - 1
    const above = Array.from({ length: below.length / 2 }, (_, index) => {
      const digest = node(below[2 * index]!, below[2 * index + 1]!)
      const group = joined(level, index)
      return group === undefined ? digest : join(digest, group)
    })
    levels.unshift(above)
  }
  const path = (index: number): Uint8Array[] => {
    const siblings: Uint8Array[] = []
    for (let level = levels.length - 1, at = index; level > 0; level--, at >>>= 1)
      siblings.push(levels[level]![at ^ 1]!)
    return siblings
  }
  return { root: levels[0]![0]!, path }
}

export const commitLeaves = (leaves: readonly Uint8Array[]): Committed => treeOver(leaves.map(leaf), () => undefined)

/** @param columns coefficients of each table's columns */
export function commitTables(
  tree: Tree,
  columns: ReadonlyMap<Table, readonly (readonly number[])[]>,
  blowup: number,
): CommittedTables {
  const rows = new Map<Table, number[][]>()
  for (const table of tree.tables) {
    const h = table.logHeight + blowup
    const rowAt = (j: number): number[] => columns.get(table)!.map(column => at(column, cosetPoint(h, reversed(h, j))))
    rows.set(
      table,
      Array.from({ length: 2 ** h }, (_, j) => rowAt(j)),
    )
  }
  const block = ({ tables, width }: Group, row: number): Uint8Array => {
    const bytes = new Uint8Array(64 * Math.ceil(width / 16))
    bytes.set(wordBytes(tables.flatMap(table => rows.get(table)![row]!)))
    return bytes
  }
  const [widest] = tree.groups
  const leaves = Array.from({ length: 2 ** tree.h }, (_, row) => leaf(block(widest!, row)))
  const committed = treeOver(leaves, (level, index) => {
    const group = tree.groups.find(({ h }) => h === level)
    return group && leaf(block(group, index))
  })
  return { ...committed, tree, columns, rows, block }
}
