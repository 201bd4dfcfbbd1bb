/** Which frames a search finds, and which share of the whole they are. */

/** @typedef {import('./profile.js').Profile} Profile */
/** @typedef {import('./measure.js').Measure} Measure */
/** @typedef {import('./frames.js').Frame} Frame */

/**
 * A part of a name, in capitals or not; between slashes a regular expression.
 * @param {string} wanted
 * @returns {((text: string) => boolean) | undefined} undefined where it is no regular expression
 */
export function finder(wanted) {
  const [, pattern] = /^\/(.+)\/$/.exec(wanted) ?? []
  if (pattern === undefined) {
    const lower = wanted.toLowerCase()
    return text => text.toLowerCase().includes(lower)
  }
  try {
    const expression = new RegExp(pattern, 'i')
    return text => expression.test(text)
  } catch {
    return undefined
  }
}

/** @param {Profile} profile @param {Measure} measure @param {(text: string) => boolean} finds */
export function searchFrames({ nodes, functions }, { total }, finds) {
  const isFound = functions.name.map(name => finds(name))
  /** How many nodes were found before each, and is one of those above it found? */
  const before = new Uint32Array(nodes.count + 1)
  const above = new Uint8Array(nodes.count)
  let share = 0
  for (let node = 0; node < nodes.count; node++) {
    const parent = nodes.parent[node]
    if (node > 0 && (above[parent] === 1 || isFound[nodes.function[parent]])) above[node] = 1
    const found = isFound[nodes.function[node]]
    before[node + 1] = before[node] + Number(found)
    if (found && above[node] === 0) share += total[node]
  }
  return {
    functions: isFound.filter(Boolean).length,
    /** What was spent in frames that were found, callees included. */
    share,
    /** @param {Frame} frame */
    isIn: frame => isFound[frame.function],
    /** Is one to be found among what lies beyond this frame? @param {Frame} frame @param {boolean} isInverted */
    isBeyond: ({ nodes: of }, isInverted) =>
      of.some(node => (isInverted ? above[node] === 1 : before[nodes.end[node]] > before[node + 1])),
  }
}

/** @typedef {ReturnType<typeof searchFrames>} Found */
