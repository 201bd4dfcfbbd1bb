/** The tree of a profile: a node for each calling context and for each inlined call in it, with what it spent. */
import type { CallCounts } from '../modes/calls/counts.ts'
import type { CallPlaces } from './call-places.ts'
import type { ContextRows } from './context-rows.ts'
import { cellsIn, type ExecutedCode } from './executed-code.ts'
import type { CodeSources } from './frames.ts'
import { groupedBy, type Grouped } from './grouped.ts'
import type { ProfileCosts, ProfileNodes } from './guest-profile.ts'
import { Spots } from './spots.ts'
import { CostColumns, NodeColumns } from './tree-columns.ts'

export interface TreeParts {
  readonly counts: CallCounts
  readonly code: ExecutedCode
  readonly sources: CodeSources
  readonly contextRows: ContextRows
  readonly places: CallPlaces
  /** Index of each context's step. */
  readonly stepOf: Uint32Array
  readonly lines: boolean
}

export interface Tree {
  readonly nodes: Omit<ProfileNodes, 'memory'>
  readonly costs: ProfileCosts
  /** By path: the node of the function itself. */
  readonly nodeOf: Uint32Array
}

const ROOT = 0

export const treeOf = (parts: TreeParts): Tree => new TreeBuilder(parts).build()

class TreeBuilder {
  readonly #parts: TreeParts
  readonly #nodes = new NodeColumns()
  readonly #costs = new CostColumns()
  readonly #spots: Spots
  readonly #contextsOf: Grouped
  readonly #childrenOf: Grouped
  readonly #nodeOf: Uint32Array
  /** By path. */
  readonly #calls: Float64Array
  /** By path: the node that its call hangs at, and where that stands. */
  readonly #hung: Uint32Array
  readonly #callFile: Int32Array
  readonly #callLine: Uint32Array
  /** By frame: the node of the path at hand. */
  readonly #frameNode: Int32Array
  readonly #made: number[] = []

  constructor(parts: TreeParts) {
    const { paths, contexts } = parts.counts
    const count = paths.parent.length
    this.#parts = parts
    this.#spots = new Spots(parts.sources, parts.lines)
    this.#contextsOf = groupedBy(contexts.path, count)
    this.#childrenOf = groupedBy(paths.parent, count)
    this.#nodeOf = new Uint32Array(count)
    this.#calls = new Float64Array(count)
    for (const [context, path] of contexts.path.entries()) this.#calls[path]! += contexts.calls[context]!
    this.#hung = new Uint32Array(count).fill(ROOT)
    this.#callFile = new Int32Array(count).fill(-1)
    this.#callLine = new Uint32Array(count)
    this.#frameNode = new Int32Array(parts.sources.frames.parent.length).fill(-1)
  }

  build(): Tree {
    const { parent } = this.#parts.counts.paths
    this.#nodes.add({ parent: -1, function: 0, isInlined: false, calls: 0, file: -1, line: 0 })
    for (let path = 0; path < parent.length; path++) this.#addPath(path)
    return { nodes: this.#nodes.take(), costs: this.#costs.take(), nodeOf: this.#nodeOf }
  }

  #addPath(path: number): void {
    const { counts, sources } = this.#parts
    const counted = counts.paths.function[path]!
    const frame = counted >= 0 ? sources.frameOf[counted]! : -1
    const node = this.#nodes.add({
      parent: this.#hung[path]!,
      function: frame < 0 ? sources.outside.get(counted)! : sources.frames.function[frame]!,
      isInlined: false,
      calls: this.#calls[path]!,
      file: this.#callFile[path]!,
      line: this.#callLine[path]!,
    })
    this.#nodeOf[path] = node
    const { first, rows } = this.#childrenOf
    const children = rows.subarray(first[path], first[path + 1])
    if (frame < 0) {
      for (const child of children) this.#hung[child] = node
      return
    }
    this.#frameNode[frame] = node
    this.#made.push(frame)
    this.#addCosts(path, children.length > 0)
    for (const child of children) this.#hang(child, path)
    for (const each of this.#made) this.#frameNode[each] = -1
    this.#made.length = 0
  }

  #addCosts(path: number, hasChildren: boolean): void {
    const { code, contextRows, places, stepOf } = this.#parts
    const { first, rows } = this.#contextsOf
    for (let at = first[path]!; at < first[path + 1]!; at++) {
      const context = rows[at]!
      contextRows.visit(context, (index, times, ownRows, blockRows) => {
        this.#spots.add(index, times, cellsIn(code, index, ownRows, blockRows))
        if (hasChildren) places.executed(path, index, times)
      })
      this.#spots.end(stepOf[context]!)
    }
    this.#spots.drain(frame => this.#nodeIn(frame), this.#costs)
  }

  #hang(child: number, path: number): void {
    const { counts, places } = this.#parts
    const { function: of } = counts.paths
    const call = places.of(path, of[path]!, { function: of[child]!, calls: this.#calls[child]! })
    this.#hung[child] = call.frame < 0 ? this.#nodeOf[path]! : this.#nodeIn(call.frame)
    this.#callFile[child] = call.file
    this.#callLine[child] = call.line
  }

  /** The node of a frame of the path at hand, made with its parents where it is not there yet. */
  #nodeIn(frame: number): number {
    const { frames } = this.#parts.sources
    const missing: number[] = []
    let outer = frame
    for (; this.#frameNode[outer]! < 0; outer = frames.parent[outer]!) missing.push(outer)
    let node = this.#frameNode[outer]!
    for (const each of missing.toReversed()) {
      node = this.#nodes.add({
        parent: node,
        function: frames.function[each]!,
        isInlined: true,
        calls: 0,
        file: frames.callFile[each]!,
        line: frames.callLine[each]!,
      })
      this.#frameNode[each] = node
      this.#made.push(each)
    }
    return node
  }
}
