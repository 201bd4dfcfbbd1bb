/** The frames of a flame graph: nodes of one function with the same frames above them, made when they are asked for. */
import { outermostOf } from './measure.js'

/** @typedef {import('./profile.js').Profile} Profile */
/** @typedef {import('./measure.js').Measure} Measure */

/**
 * @typedef {object} Frame
 * @property {number} function
 * @property {boolean} isInlined
 * @property {Frame | undefined} parent
 * @property {number} row
 * @property {number[]} nodes
 * @property {number[]} weights of an inverted graph: what each of the nodes is the way to
 * @property {number} self
 * @property {number} total
 * @property {Frame[] | undefined} children once they were asked for
 */

/** The graph of all, or of one function: what it calls or, inverted, who calls it. */
export class FrameTree {
  /**
   * @param {Profile} profile
   * @param {Measure} measure
   * @param {{ isInverted: boolean, focus: number | undefined }} view
   */
  constructor(profile, measure, { isInverted, focus }) {
    this.profile = profile
    this.measure = measure
    this.isInverted = isInverted
    this.focus = focus
    this.root = this.#frame(focus ?? profile.nodes.function[0], false, undefined)
    // In the inverted graph of all, what nodes cost themselves is followed.
    const weights = isInverted && focus === undefined ? measure.self : measure.total
    for (const node of this.#first()) this.#addWeight(this.root, node, weights[node])
  }

  /** The nodes that the graph begins with. @returns {Iterable<number>} */
  #first() {
    if (this.focus !== undefined) return outermostOf(this.profile, this.focus)
    return this.isInverted ? this.measure.self.keys() : [0]
  }

  /**
   * The dearest first where it is inverted; else in the order of the profile, whatever the unit.
   * @param {Frame} frame
   */
  childrenOf(frame) {
    return (frame.children ??= this.isInverted ? this.#callers(frame) : this.#callees(frame))
  }

  /** @param {number} of @param {boolean} isInlined @param {Frame | undefined} parent @returns {Frame} */
  #frame(of, isInlined, parent) {
    const row = parent === undefined ? 0 : parent.row + 1
    return { function: of, isInlined, parent, row, nodes: [], weights: [], self: 0, total: 0, children: undefined }
  }

  /** @param {Frame} frame @param {number} node @param {number} weight */
  #addWeight(frame, node, weight) {
    if (weight === 0) return
    frame.nodes.push(node)
    if (this.isInverted) frame.weights.push(weight)
    else frame.self += this.measure.self[node]
    frame.total += weight
  }

  /** @param {Map<number, Frame>} groups @param {Frame} parent @param {number} node */
  #group(groups, parent, node) {
    const { nodes } = this.profile
    const key = 2 * nodes.function[node] + nodes.isInlined[node]
    let group = groups.get(key)
    if (group === undefined) groups.set(key, (group = this.#frame(key >> 1, (key & 1) === 1, parent)))
    return group
  }

  /** @param {Frame} frame */
  #callees(frame) {
    const { end } = this.profile.nodes
    const { total } = this.measure
    /** @type {Map<number, Frame>} */
    const groups = new Map()
    for (const node of frame.nodes)
      for (let child = node + 1; child < end[node]; child = end[child])
        if (total[child] > 0) this.#addWeight(this.#group(groups, frame, child), child, total[child])
    return [...groups.values()]
  }

  /** @param {Frame} frame */
  #callers(frame) {
    const isAll = frame.parent === undefined && this.focus === undefined
    /** @type {Map<number, Frame>} */
    const groups = new Map()
    for (const [index, node] of frame.nodes.entries()) {
      const caller = isAll ? node : this.profile.nodes.parent[node]
      // The root calls everybody: it says nothing at the end of each stack.
      if (caller > 0 || (isAll && caller === 0))
        this.#addWeight(this.#group(groups, frame, caller), caller, frame.weights[index])
    }
    return [...groups.values()].toSorted((a, b) => b.total - a.total)
  }
}

/** From the root on. @param {Frame} frame */
export function pathOf(frame) {
  /** @type {Frame[]} */
  const path = []
  for (let each = /** @type {Frame | undefined} */ (frame); each; each = each.parent) path.push(each)
  return path.reverse()
}

/** Does `frame` lie below `other`, or is it the same? @param {Frame} frame @param {Frame} other */
export function isWithin(frame, other) {
  let each = /** @type {Frame | undefined} */ (frame)
  while (each && each.row > other.row) each = each.parent
  return each === other
}

/**
 * The frame of another tree that has the same path as far as there is one.
 * @param {FrameTree} tree
 * @param {Frame} frame
 */
export function counterpart(tree, frame) {
  let found = tree.root
  for (const { function: of, isInlined } of pathOf(frame).slice(1)) {
    const next = tree.childrenOf(found).find(child => child.function === of && child.isInlined === isInlined)
    if (next === undefined) break
    found = next
  }
  return found
}
