/** What nodes and functions cost, in one unit and in one step or all of them. */

/** @typedef {import('./profile.js').Profile} Profile */
/** @typedef {'cells' | 'instructions'} Unit */
/** @typedef {{ self: Float64Array, total: Float64Array }} Measure of nodes */

/** As a step: all of them together. */
export const ALL_STEPS = -1

/** Adds what is below a node to it. @param {Profile['nodes']} nodes @param {Float64Array} self */
export function withBelow({ parent }, self) {
  const total = self.slice()
  for (let node = total.length - 1; node > 0; node--) total[parent[node]] += total[node]
  return total
}

/** @param {Profile} profile @param {Unit} unit @param {number} step @returns {Measure} */
export function measureOf({ nodes, costs }, unit, step) {
  const self = new Float64Array(nodes.count)
  const spent = costs[unit]
  for (let row = 0; row < costs.count; row++)
    if (step === ALL_STEPS || costs.step[row] === step) self[costs.node[row]] += spent[row]
  return { self, total: withBelow(nodes, self) }
}

/**
 * The nodes of a function that have none of the same function above them.
 * @param {Profile} profile
 * @param {number} of
 */
export function outermostOf({ nodes }, of) {
  /** @type {number[]} */
  const found = []
  for (let node = 0; node < nodes.count;) {
    if (nodes.function[node] === of) found.push(node)
    node = nodes.function[node] === of ? nodes.end[node] : node + 1
  }
  return found
}

/**
 * @typedef {object} FunctionRow
 * @property {number} function
 * @property {number} self
 * @property {number} total of a function that calls itself no cost counts twice
 * @property {number} calls
 * @property {number} memory cells of the memory tables, of its own
 * @property {number} nodes
 * @property {number} inlined as many of the nodes
 */

/** Those that have nodes. @param {Profile} profile @param {Measure} measure */
export function functionRows({ nodes, functions }, { self, total }) {
  const rows = functions.name.map((_, of) => ({
    function: of,
    self: 0,
    total: 0,
    calls: 0,
    memory: 0,
    nodes: 0,
    inlined: 0,
  }))
  /** Where the nodes end that are below the one that was met last and had none of its function above it. */
  const end = new Int32Array(rows.length)
  for (let node = 0; node < nodes.count; node++) {
    const row = rows[nodes.function[node]]
    row.self += self[node]
    row.calls += nodes.calls[node]
    row.memory += nodes.memory?.[node] ?? 0
    row.nodes++
    row.inlined += nodes.isInlined[node]
    if (node < end[row.function]) continue
    row.total += total[node]
    end[row.function] = nodes.end[node]
  }
  return rows.filter(row => row.nodes > 0)
}
