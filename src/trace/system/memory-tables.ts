/** The tables that tie a segment's memory to its roots: leaves at start and end, and the nodes above them. */
import type { Air } from '../../air/air.ts'
import { fillRow, type Blocks, type RowInputs } from '../../air/fill.ts'
import { RvrError } from '../../errors.ts'
import { BLOCK_CELLS, cellsOf, type MemoryLayout } from '../layout.ts'
import { matrixOf, type Matrix } from '../matrix.ts'
import type { TouchedLeaf } from '../memory.ts'
import type { Hash } from './hash.ts'
import type { MemoryTree, Node } from './tree.ts'

export interface MemoryAirs {
  readonly boundary: Air
  readonly merkle: Air
}

export interface SegmentLeaves {
  readonly layout: MemoryLayout
  readonly touched: readonly TouchedLeaf[]
  /** What a block holds that the segment has not touched. */
  readonly untouched: (space: number, pointer: number) => bigint
}

export interface MemoryTables {
  readonly boundary: Matrix
  readonly merkle: Matrix
  readonly rootBefore: Hash
  readonly rootAfter: Hash
}

interface Leaf {
  readonly space: number
  readonly leaf: number
  readonly index: number
  readonly isWritten: boolean
  readonly before: readonly number[]
  readonly after: readonly number[]
  /** By block. */
  readonly last: readonly number[]
}

/** Rows of these tables access nothing. */
const NO_BLOCKS: Blocks = {
  access: () => {
    throw new RvrError('INTERNAL', 'a row of a system table accesses memory')
  },
  write: () => {},
  register: () => 0n,
}

/** Inputs that are lists: `old` stands for old[0], old[1], … */
function inputsOf(values: Readonly<Record<string, number | ArrayLike<number>>>): RowInputs {
  const inputs: Record<string, number> = {}
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'number') inputs[name] = value
    else for (let at = 0; at < value.length; at++) inputs[`${name}[${at}]`] = value[at]!
  }
  return inputs
}

export const systemRow = (air: Air, values: Readonly<Record<string, number | ArrayLike<number>>>): number[] =>
  fillRow(air, inputsOf(values), NO_BLOCKS)

function leavesOf({ layout, touched, untouched }: SegmentLeaves, tree: MemoryTree): readonly Leaf[] {
  return touched.map(({ space, leaf, blocks }) => {
    const other = (at: number): bigint => untouched(space, (2 * leaf + at) * BLOCK_CELLS)
    return {
      space,
      leaf,
      index: tree.leafIndex(space, leaf),
      isWritten: blocks.some(block => block?.isWritten === true),
      before: blocks.flatMap((block, at) => cellsOf(block?.initial ?? other(at), layout)),
      after: blocks.flatMap((block, at) => cellsOf(block?.content ?? other(at), layout)),
      last: blocks.map(block => block?.last ?? 0),
    }
  })
}

/** Does the machine know leaves that were read alone? They have no row for the end then. */
const tellsWritten = ({ boundary }: MemoryAirs): boolean => boundary.rules.inputs.includes('dirty')

/** Makes the tables, and takes the tree from the segment's start to its end. */
export function memoryTables(airs: MemoryAirs, tree: MemoryTree, segment: SegmentLeaves): MemoryTables {
  const leaves = leavesOf(segment, tree)
  const hasEnd = (leaf: Leaf): boolean => leaf.isWritten || !tellsWritten(airs)
  const touched = ancestors(tree, leaves)
  // Where no leaf is touched, the way to the first one stands in.
  const nodes = touched.size > 0 ? touched : path(tree, 0)
  const ending = keysOf(leaves.filter(hasEnd).map(({ index }) => ({ height: 0, index })))
  for (const node of ancestors(tree, leaves.filter(hasEnd)).values()) ending.add(keyOf(node))
  if (!tellsWritten(airs)) for (const key of nodes.keys()) ending.add(key)
  ending.add(keyOf({ height: tree.height, index: 0 }))
  const reached = keysOf(leaves.map(({ index }) => ({ height: 0, index })))
  for (const key of nodes.keys()) reached.add(key)

  const before = new Map<string, Hash>()
  const keep = (node: Node): void => void before.set(keyOf(node), tree.hash(node))
  for (const { height, index } of nodes.values())
    for (const each of [index * 2, index * 2 + 1]) keep({ height: height - 1, index: each })
  for (const { index } of leaves) keep({ height: 0, index })
  keep({ height: tree.height, index: 0 })
  const rootBefore = tree.root
  tree.update(leaves.filter(hasEnd).map(({ index, after }) => [index, after] as const))

  const start = (node: Node): Hash => before.get(keyOf(node))!
  const end = (node: Node): Hash => (ending.has(keyOf(node)) ? tree.hash(node) : start(node))
  const merkle: number[][] = []
  for (const node of nodes.values()) {
    const children = [0, 1].map(side => ({ height: node.height - 1, index: 2 * node.index + side }))
    const hasRowOfEnd = ending.has(keyOf(node))
    const place = placeOf(tree, node)
    for (const dir of hasRowOfEnd ? [1, -1] : [1]) {
      const kept = children.map(child => !ending.has(keyOf(child)))
      const lent = children.map((child, at) => Number(reached.has(keyOf(child))) + Number(hasRowOfEnd && kept[at]))
      const modes = dir === 1 ? lent : kept.map(Number)
      const [hashes, own] = dir === 1 ? [children.map(start), start(node)] : [children.map(end), end(node)]
      merkle.push(
        systemRow(airs.merkle, {
          ...place,
          dir,
          hash: own,
          left: hashes[0]!,
          right: hashes[1]!,
          left_mode: modes[0]!,
          right_mode: modes[1]!,
          left_kept: dir === 1 ? 0 : Number(kept[0]),
          right_kept: dir === 1 ? 0 : Number(kept[1]),
        }),
      )
    }
  }
  const boundary = leaves.flatMap(leaf =>
    boundaryRows(airs, leaf, start({ height: 0, index: leaf.index }), end({ height: 0, index: leaf.index })),
  )
  return {
    boundary: matrixOf(airs.boundary, boundary),
    merkle: matrixOf(airs.merkle, merkle),
    rootBefore,
    rootAfter: tree.root,
  }
}

/** One row that has both contents, or one for each, as the AIR has it. */
function boundaryRows(airs: MemoryAirs, leaf: Leaf, hashBefore: Hash, hashAfter: Hash): number[][] {
  const { space, before, after, last, isWritten } = leaf
  const place = { space, leaf: leaf.leaf }
  if (tellsWritten(airs)) {
    const contents = { old: before, new: after, old_hash: hashBefore, new_hash: hashAfter }
    return [systemRow(airs.boundary, { ...place, ...contents, dirty: Number(isWritten), last_ts: last })]
  }
  return [
    systemRow(airs.boundary, { ...place, dir: 1, v: before, h: hashBefore, t: [0, 0] }),
    systemRow(airs.boundary, { ...place, dir: -1, v: after, h: hashAfter, t: last }),
  ]
}

const keyOf = ({ height, index }: Node): string => `${height}:${index}`
const keysOf = (nodes: readonly Node[]): Set<string> => new Set(nodes.map(keyOf))

/** Nodes above a leaf, the root first. */
function path(tree: MemoryTree, leaf: number): Map<string, Node> {
  const nodes = new Map<string, Node>()
  for (let height = tree.height; height > 0; height--) {
    const node = { height, index: Math.floor(leaf / 2 ** height) }
    nodes.set(keyOf(node), node)
  }
  return nodes
}

/** Nodes above leaves, with falling heights. */
function ancestors(tree: MemoryTree, leaves: readonly Leaf[]): Map<string, Node> {
  const all = new Map<string, Node>()
  for (const { index } of leaves) for (const [key, node] of path(tree, index)) all.set(key, node)
  return new Map([...all].toSorted(([, a], [, b]) => b.height - a.height || a.index - b.index))
}

/** A node as its rows name it. */
function placeOf(tree: MemoryTree, { height, index }: Node): Readonly<Record<string, number>> {
  const lowest = tree.leafIndex(2, 0)
  const perSpace = Math.max(1, lowest / 2 ** height)
  return {
    upper: Number(2 ** height > lowest),
    height,
    root: Number(height === tree.height),
    space_label: Math.floor(index / perSpace),
    leaf_label: index % perSpace,
  }
}
