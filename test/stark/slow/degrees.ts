/** What §4 and §5 compute of an AIR's nodes: degrees, chunks, what they read. */

export const OP = {
  constant: 0,
  main: 1,
  fixed: 2,
  public: 3,
  first: 4,
  last: 5,
  trans: 6,
  add: 8,
  sub: 9,
  mul: 10,
  neg: 11,
}

export interface Node {
  readonly op: number
  readonly a: number
  readonly b: number
}

export interface Interaction {
  readonly bus: number
  readonly receives: boolean
  /** Nodes, as the fields. */
  readonly count: number
  readonly weight: number
  readonly fields: readonly number[]
}

export interface Degree {
  readonly degree: number
  /** How many factors `trans`. */
  readonly trans: number
}

export function degreesOf(nodes: readonly Node[]): Degree[] {
  const degrees: Degree[] = []
  for (const { op, a, b } of nodes) {
    const [left, right] = [degrees[a]!, degrees[b]!]
    const { constant, public: value, trans, add, sub, mul, neg } = OP
    if (op === constant || op === value) degrees.push({ degree: 0, trans: 0 })
    else if (op === trans) degrees.push({ degree: 0, trans: 1 })
    else if (op === add || op === sub)
      degrees.push({ degree: Math.max(left.degree, right.degree), trans: Math.max(left.trans, right.trans) })
    else if (op === mul) degrees.push({ degree: left.degree + right.degree, trans: left.trans + right.trans })
    else if (op === neg) degrees.push(left)
    else degrees.push({ degree: 1, trans: 0 })
  }
  return degrees
}

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0)

/** Of φ·ΠD − Σ m_j·Π_{i≠j} d_i, by the degrees of the members' denominators and counts. */
function chunkDegree(members: readonly { readonly message: number; readonly count: number }[]): number {
  const all = sum(members.map(({ message }) => message))
  return Math.max(1 + all, ...members.map(({ message, count }) => count + all - message))
}

export interface Chunks {
  /** Of each interaction. */
  readonly places: readonly number[]
  /** Of each chunk; more than 3 where an interaction fits nowhere. */
  readonly degrees: readonly number[]
}

/** In order, first fit. */
export function chunksOf(interactions: readonly Interaction[], degrees: readonly Degree[]): Chunks {
  const chunks: { message: number; count: number }[][] = []
  const places = interactions.map(({ count, fields }) => {
    const member = {
      message: Math.max(...fields.map(field => degrees[field]!.degree)),
      count: degrees[count]!.degree,
    }
    const found = chunks.findIndex(chunk => chunkDegree([...chunk, member]) <= 3)
    if (found >= 0) chunks[found]!.push(member)
    else chunks.push([member])
    return found >= 0 ? found : chunks.length - 1
  })
  return { places, degrees: chunks.map(chunkDegree) }
}

/** Flags 2 and 4: whether a node reads the next row of a main, of a fixed column. */
export const readsNext = (nodes: readonly Node[], op: number): boolean =>
  nodes.some(node => node.op === op && node.b === 1)
