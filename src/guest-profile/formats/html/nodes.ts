/** The nodes of a profile in the order of the page, and what was spent in them by step. */
import type { GuestProfile, ProfileNodes } from '../../guest-profile.ts'
import type { PageOrder } from './order.ts'

/** What is called and from where: nodes have many of these in common, so they stand once, the most frequent first. */
export interface PageSite {
  readonly function: number
  readonly isInlined: number
  readonly file: number
  readonly line: number
  nodes: number
}

/** The sites, and for each node of the page the index of its own. */
export function pageSites(nodes: ProfileNodes, order: PageOrder): { sites: PageSite[]; ofNode: Uint32Array } {
  const known = new Map<string, PageSite>()
  const met = Array.from(order.node, node => {
    const [of, isInlined] = [nodes.function[node]!, nodes.isInlined[node]!]
    const [file, line] = [nodes.callFile[node]!, nodes.callLine[node]!]
    const key = `${of},${isInlined},${file},${line}`
    const site = known.get(key) ?? { function: of, isInlined, file, line, nodes: 0 }
    known.set(key, site)
    site.nodes++
    return site
  })
  const sites = [...known.values()].toSorted((a, b) => b.nodes - a.nodes)
  const index = new Map(sites.map((site, at) => [site, at]))
  return { sites, ofNode: Uint32Array.from(met, site => index.get(site)!) }
}

export interface PageCost {
  /** Place of the node in the page's order. */
  readonly place: number
  readonly step: number
  instructions: number
  cells: number
}

/** Rows by node and step, lines added up. */
export function pageCosts({ nodes, costs }: GuestProfile, order: PageOrder): PageCost[] {
  const place = new Uint32Array(nodes.parent.length)
  for (const [at, node] of order.node.entries()) place[node] = at
  const sums: PageCost[] = []
  let byStep = new Map<number, PageCost>()
  for (const [row, node] of costs.node.entries()) {
    if (row === 0 || node !== costs.node[row - 1]) byStep = new Map()
    const step = costs.step[row]!
    let sum = byStep.get(step)
    if (sum === undefined) {
      sum = { place: place[node]!, step, instructions: 0, cells: 0 }
      byStep.set(step, sum)
      sums.push(sum)
    }
    sum.instructions += costs.instructions[row]!
    sum.cells += costs.cells[row]!
  }
  return sums.toSorted((a, b) => a.place - b.place || a.step - b.step)
}
