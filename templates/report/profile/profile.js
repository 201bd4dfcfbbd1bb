/** What the page was given, as columns of numbers. */

/** @typedef {number | number[]} Column one number stands for as many of it as there are rows */

/** @param {Column} packed @param {number} count */
const columnOf = (packed, count) =>
  typeof packed === 'number' ? new Float64Array(count).fill(packed) : Float64Array.from(packed)

/** Of differences. @param {Column} packed @param {number} count */
function summedColumn(packed, count) {
  const values = columnOf(packed, count)
  for (let row = 1; row < count; row++) values[row] += values[row - 1]
  return values
}

/**
 * Where each node's parent stands, and where the nodes below it end.
 * @param {Float64Array} depth of nodes in the order in which a node is followed by all that is below it
 */
function placesOf(depth) {
  const parent = new Int32Array(depth.length).fill(-1)
  const end = Int32Array.from(depth, (_, node) => node + 1)
  /** @type {number[]} */
  const open = []
  for (let node = 0; node < depth.length; node++) {
    open[depth[node]] = node
    if (node > 0) parent[node] = open[depth[node] - 1]
  }
  for (let node = depth.length - 1; node > 0; node--) end[parent[node]] = Math.max(end[parent[node]], end[node])
  return { parent, end }
}

/** @typedef {[name: string, count: number, cells: number]} Share */
/** @typedef {[from: number, instructions: number, reason: string | 0, memory: number, used: number]} Segment */

/**
 * @typedef {object} Given as src/guest-profile/formats/html/data.ts writes it
 * @property {'cells' | 'instructions'} unit what is shown first
 * @property {{ name: string, digest: string, xlen: number }} guest
 * @property {{ name: string, digest: string }} machine
 * @property {{ instructions: number, cells: number }} totals
 * @property {number} [memory]
 * @property {string} outcome
 * @property {boolean} hasCalls
 * @property {string[]} warnings
 * @property {string[]} files
 * @property {{ name: string[], symbol: (string | 0)[], address: number[], file: Column, line: Column }} functions
 * @property {{ marker: number, name?: string }[]} steps
 * @property {{ count: number, function: Column, isInlined: Column, file: Column, line: Column }} sites
 * @property {{ count: number, depth: Column, site: Column, calls: Column, memory?: Column }} nodes
 * @property {{ count: number, node: Column, step: Column, instructions: Column, cells: Column }} costs
 * @property {{ count: number, file: Column, line: Column, function: Column, step: Column, instructions: Column,
 *   cells: Column }} lines
 * @property {Share[]} opcodes
 * @property {Share[]} chips
 * @property {[file: number, text: string][]} sources
 * @property {Segment[]} [segments]
 */

/** @param {Given} given */
function nodesOf({ nodes, sites }) {
  const { count } = nodes
  const site = columnOf(nodes.site, count)
  /** @param {Column} packed */
  const bySite = packed => {
    const values = columnOf(packed, sites.count)
    return Int32Array.from(site, index => values[index])
  }
  return {
    count,
    ...placesOf(summedColumn(nodes.depth, count)),
    function: bySite(sites.function),
    isInlined: bySite(sites.isInlined),
    callFile: bySite(sites.file),
    callLine: bySite(sites.line),
    calls: columnOf(nodes.calls, count),
    memory: nodes.memory === undefined ? undefined : columnOf(nodes.memory, count),
  }
}

/** @param {Given} given */
export function profileOf(given) {
  const { costs, lines, functions } = given
  return {
    ...given,
    functions: {
      ...functions,
      file: columnOf(functions.file, functions.name.length),
      line: columnOf(functions.line, functions.name.length),
    },
    nodes: nodesOf(given),
    costs: {
      count: costs.count,
      node: summedColumn(costs.node, costs.count),
      step: columnOf(costs.step, costs.count),
      instructions: columnOf(costs.instructions, costs.count),
      cells: columnOf(costs.cells, costs.count),
    },
    lines: {
      count: lines.count,
      file: summedColumn(lines.file, lines.count),
      line: summedColumn(lines.line, lines.count),
      function: columnOf(lines.function, lines.count),
      step: columnOf(lines.step, lines.count),
      instructions: columnOf(lines.instructions, lines.count),
      cells: columnOf(lines.cells, lines.count),
    },
  }
}

/** @typedef {ReturnType<typeof profileOf>} Profile */
