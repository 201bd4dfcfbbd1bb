/** Chooses the guest registers that travel between regions in host registers. */
import { loopWeights } from './loop-depth.ts'
import type { Frequencies } from './frequency.ts'
import { successors } from '../program/successors.ts'
import type { Graph, Region } from '../program/program.ts'
import { bodyOf } from '../program/slots.ts'
import { traffic, writtenBy } from './traffic.ts'
import { eachRegister } from '../isa/registers-used.ts'

/**
 * Always worth it (docs/codegen.md, "Regions"): calls and small functions live on them. Choosing by score alone made
 * one guest three times slower.
 */
const BASE = [2, 10, 1, 8, 11, 9, 12]

/**
 * All registers, those that should travel in host registers first. Behind the base set by use, each use weighted with
 * how deep backward branches nest around it.
 */
export function hotOrder(graph: Graph): number[] {
  const { instrs } = graph.program
  const weights = loopWeights(graph)
  const score = new Float64Array(32)
  for (let slot = 0; slot < instrs.length; slot++) {
    const instr = instrs[slot]
    if (instr === undefined) continue
    const weight = weights[slot]!
    score[instr.rs1]! += weight
    if (instr.row.format === 'R' || instr.row.format === 'B' || instr.row.format === 'S') score[instr.rs2]! += weight
    if (instr.row.kind !== 'store' && instr.row.kind !== 'branch') score[instr.rd]! += weight
  }
  const rest = Array.from({ length: 31 }, (_, index) => index + 1)
    .filter(r => !BASE.includes(r))
    .toSorted((a, b) => score[b]! - score[a]! || a - b)
  return [...BASE, ...rest]
}

/**
 * Loads and stores that another hot register has to save, as a share of all instructions: the usual choice also serves
 * what the profile has not seen.
 */
const WORTH = 1 / 200

/**
 * The hot registers by a profile, instead of the `usual` ones. What a cold register costs is its load where a region is
 * entered and its store where one is left; how often it is used in between does not matter, because there it is a C
 * local either way. So the usual choice gives way where that saves enough.
 */
export function chooseHotByTraffic(
  graph: Graph,
  regions: readonly Region[],
  frequencies: Frequencies,
  usual: readonly number[],
): number[] {
  const { program, blocks } = graph
  const score = new Float64Array(32)
  const add = (mask: number, times: number): void =>
    eachRegister(mask, register => {
      score[register]! += times
    })
  for (const { blocks: ids, headers } of regions) {
    const entry = ids[0]!
    const position = new Map(ids.map((id, index) => [id, index]))
    const isInside = (id: number): boolean => position.has(id) && (id !== entry || headers.has(entry))
    const again = headers.has(entry) ? ids.reduce((sum, id) => sum + frequencies.edge(id, entry), 0) : 0
    const entered = frequencies.blocks[entry]! - again
    if (entered <= 0) continue
    const bodies = ids.map(id => bodyOf(program, blocks[id]!))
    const { mayDirty, loaded } = traffic(
      bodies,
      ids.map(id =>
        successors(blocks[id]!)
          .filter(isInside)
          .map(id => position.get(id)!),
      ),
      ~1,
    )
    // Blocks of a region that is entered often may be shared with others: no block ends more often than its own region
    // is entered.
    add(loaded, entered)
    for (const [index, id] of ids.entries()) {
      const targets = successors(blocks[id]!)
      const leaves =
        targets.length === 0
          ? frequencies.blocks[id]!
          : targets.filter(target => !isInside(target)).reduce((sum, target) => sum + frequencies.edge(id, target), 0)
      if (leaves > 0) add(mayDirty[index]! | writtenBy(bodies[index]!), Math.min(leaves, entered))
    }
  }
  const least = blocks.reduce((sum, block) => sum + frequencies.blocks[block.id]! * block.count, 0) * WORTH
  const hot = [...usual]
  const by = (a: number, b: number): number => score[b]! - score[a]! || a - b
  const outside = Array.from({ length: 31 }, (_, index) => index + 1)
    .filter(register => !hot.includes(register))
    .toSorted(by)
  for (const [index, idle] of hot.toSorted(by).toReversed().entries()) {
    const better = outside[index]
    if (better !== undefined && score[better]! - score[idle]! > least) hot[hot.indexOf(idle)] = better
  }
  return hot
}
