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
  const rootBefore = tree.root
  const states = passedThrough(tree, leaves, tellsWritten(airs))
  return {
    boundary: matrixOf(
      airs.boundary,
      leaves.flatMap(leaf => boundaryRows(airs, leaf, states)),
    ),
    merkle: matrixOf(
      airs.merkle,
      [...states.nodes].flatMap(node => merkleRows(airs.merkle, tree, node, states)),
    ),
    rootBefore,
    rootAfter: tree.root,
  }
}

/** The tree's nodes at the segment's start and end. */
interface States {
  /** Those above touched leaves, with falling heights. */
  readonly nodes: readonly Node[]
  /** Is it one of them, or a touched leaf? */
  isReached(node: Node): boolean
  /** Has it a row of the segment's end? */
  hasEnd(node: Node): boolean
  start(node: Node): Hash
  end(node: Node): Hash
}

const leafNode = ({ index }: Leaf): Node => ({ height: 0, index })
const childrenOf = ({ height, index }: Node): readonly Node[] =>
  [2 * index, 2 * index + 1].map(each => ({ height: height - 1, index: each }))

/** Puts what the leaves hold at the end into the tree. `onlyWritten`: leaves that were read alone have no end. */
function passedThrough(tree: MemoryTree, leaves: readonly Leaf[], onlyWritten: boolean): States {
  const ended = leaves.filter(({ isWritten }) => isWritten || !onlyWritten)
  const touched = ancestors(tree, leaves)
  // Where no leaf is touched, the way to the first one stands in.
  const nodes = touched.size > 0 ? touched : path(tree, 0)
  const reached = new Set([...leaves.map(leaf => keyOf(leafNode(leaf))), ...nodes.keys()])
  const root = { height: tree.height, index: 0 }
  const ending = new Set([...ended.map(leaf => keyOf(leafNode(leaf))), ...ancestors(tree, ended).keys(), keyOf(root)])
  if (!onlyWritten) for (const key of nodes.keys()) ending.add(key)
  const before = new Map<string, Hash>([[keyOf(root), tree.root]])
  for (const node of nodes.values()) for (const child of childrenOf(node)) before.set(keyOf(child), tree.hash(child))
  tree.update(ended.map(({ index, after }) => [index, after] as const))
  const start = (node: Node): Hash => before.get(keyOf(node))!
  const hasEnd = (node: Node): boolean => ending.has(keyOf(node))
  return {
    nodes: [...nodes.values()],
    isReached: node => reached.has(keyOf(node)),
    hasEnd,
    start,
    end: node => (hasEnd(node) ? tree.hash(node) : start(node)),
  }
}

/** The row of the start, and that of the end where there is one. */
function merkleRows(air: Air, tree: MemoryTree, node: Node, states: States): number[][] {
  const children = childrenOf(node)
  const place = placeOf(tree, node)
  const hasEnd = states.hasEnd(node)
  const kept = children.map(child => Number(!states.hasEnd(child)))
  // A child's hash at the start is taken for the row of the start, and lent to that of the end where it stays.
  const taken = children.map((child, side) => Number(states.isReached(child)) + (hasEnd ? kept[side]! : 0))
  const row = (dir: number, of: (node: Node) => Hash, modes: readonly number[], keeps: readonly number[]): number[] => {
    const [left, right] = children.map(of)
    const [[left_mode, right_mode], [left_kept, right_kept]] = [modes, keeps]
    const values = { ...place, dir, hash: of(node), left: left!, right: right! }
    return systemRow(air, {
      ...values,
      left_mode: left_mode!,
      right_mode: right_mode!,
      left_kept: left_kept!,
      right_kept: right_kept!,
    })
  }
  const first = row(1, states.start, taken, [0, 0])
  return hasEnd ? [first, row(-1, states.end, kept, kept)] : [first]
}

/** One row that has both contents, or one for each, as the AIR has it. */
function boundaryRows(airs: MemoryAirs, leaf: Leaf, states: States): number[][] {
  const [hashBefore, hashAfter] = [states.start(leafNode(leaf)), states.end(leafNode(leaf))]
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
