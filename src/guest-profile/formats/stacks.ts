/** Stacks for formats that write each one in full, cut where all together would be too long to write. */
import type { GuestProfile } from '../guest-profile.ts'

/** Frames of all stacks together: some 250 MB of text. */
const MOST_FRAMES = 2 ** 24
/** Stands for the frames that were left out, so no function of a guest has this name. */
export const DEEPER = '[deeper]'

export interface Stack {
  /** Nodes, the root first, the innermost last. */
  readonly nodes: readonly number[]
  /** Were frames left out in front of the last one? */
  readonly isCut: boolean
}

/** The greatest depth for which stacks that are cut there have no more than `most` frames together. */
function depthWithin(depths: Uint32Array, times: Uint32Array, most: number): number {
  const deepest = depths.reduce((a, b) => Math.max(a, b), 0)
  const stacks = new Float64Array(deepest + 1)
  for (const [node, depth] of depths.entries()) stacks[depth]! += times[node]!
  let longer = times.reduce((sum, each) => sum + each, 0)
  let frames = 0
  for (let depth = 0; depth <= deepest; depth++) {
    frames += longer
    if (frames > most) return Math.max(depth - 1, 0)
    longer -= stacks[depth]!
  }
  return deepest
}

export class Stacks {
  readonly #profile: GuestProfile
  readonly #depths: Uint32Array
  readonly #limit: number
  /** By node: its ancestor at the depth where stacks are cut, or itself where it does not lie deeper. */
  readonly last: Uint32Array
  /** The node whose stack is written: another one of the same function where both are cut at the same place. */
  readonly written: Uint32Array

  /** @param times how often the stack of each node is written */
  constructor(profile: GuestProfile, times: Uint32Array, mostFrames = MOST_FRAMES) {
    const { parent, function: functions } = profile.nodes
    this.#profile = profile
    const depths = (this.#depths = new Uint32Array(parent.length))
    for (let node = 1; node < parent.length; node++) depths[node] = depths[parent[node]!]! + 1
    const limit = (this.#limit = depthWithin(depths, times, mostFrames))
    const last = (this.last = new Uint32Array(parent.length))
    this.written = Uint32Array.from(parent.keys())
    const met = new Map<number, number>()
    for (let node = 0; node < parent.length; node++) {
      last[node] = depths[node]! <= limit ? node : last[parent[node]!]!
      if (!this.isCut(node)) continue
      const key = last[node]! * profile.functions.length + functions[node]!
      const same = met.get(key)
      if (same === undefined) met.set(key, node)
      else this.written[node] = same
    }
  }

  /** Are frames left out between `last` and the node itself? */
  isCut(node: number): boolean {
    return this.#depths[node]! > this.#limit + 1
  }

  of(node: number): Stack {
    const { parent } = this.#profile.nodes
    const last = this.last[node]!
    const nodes: number[] = last === node ? [] : [node]
    for (let at = last; at >= 0; at = parent[at]!) nodes.push(at)
    return { nodes: nodes.toReversed(), isCut: this.isCut(node) }
  }
}
