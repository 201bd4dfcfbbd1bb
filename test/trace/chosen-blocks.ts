/** Blocks of a guest that are worth a row of their own, chosen in a plain way: for tests of what is done with them. */
import { buildCandidate } from '../../src/apc/candidates/build.ts'
import { blocksOf, executionsOf } from '../../src/apc/candidates/blocks.ts'
import { systemBuses } from '../../src/air/system-buses.ts'
import { DEFAULT_DEGREES } from '../../src/apc/optimise/optimise.ts'
import { decoderFor } from '../../src/extensions/registry.ts'
import { createInterpreter } from '../../src/interp/interpreter.ts'
import { chipNameOf } from '../../src/machine/autoprecompiles.ts'
import { withChips } from '../../src/machine/chips.ts'
import { defaultMachine, type Machine } from '../../src/machine/machine.ts'
import { withAutoprecompiles } from '../../src/machine/specialise.ts'
import { MAX_BLOCK } from '../../src/program/graph.ts'
import { lifted } from '../../src/program/lifted.ts'
import { airsOfMachine } from '../../src/trace/airs.ts'
import { coderOf } from '../../src/trace/coding.ts'
import type { Standing } from '../../src/trace/steps.ts'

/** How often each address is executed. The guest stands elsewhere then. */
function executions({ image, abi, hart, host }: Standing, most: number): ReadonlyMap<number, number> {
  const interpreter = createInterpreter(image, abi)
  const counts = new Map<number, number>()
  for (let left = most; left > 0; left--) {
    counts.set(hart.pc, (counts.get(hart.pc) ?? 0) + 1)
    if (interpreter.run(hart, host, { maxInstructions: 1, print: () => {} }).reason.type !== 'limit') break
  }
  return counts
}

/** It takes no time to optimise what is not longer. */
const LONGEST = 60

/** The shipped machine with a chip for each of the blocks that most instructions of a run are in, but the longest. */
export function machineWithBlocks(standing: Standing, count: number, longest = LONGEST): Machine {
  const { image, abi } = standing
  const machine = withChips(defaultMachine(image.xlen), abi.extensions)
  const set = airsOfMachine(machine, abi.extensions)
  const counts = executions(standing, 200_000)
  const graph = lifted(image, decoderFor(image.xlen, abi), MAX_BLOCK)
  const weighed = blocksOf(graph, coderOf(set))
    .map(block => ({ ...block, weight: executionsOf(block, counts) * block.instructions.length }))
    .filter(({ weight, instructions }) => weight > 0 && instructions.length > 1 && instructions.length <= longest)
  const buildingFor = { airs: set.airs, buses: systemBuses(set.buses, image.xlen) }
  const list = weighed
    .toSorted((a, b) => b.weight - a.weight || a.start - b.start)
    .slice(0, count)
    .map(({ start, instructions }) => {
      const block = { start, instructions }
      const { system } = buildCandidate(buildingFor, [block], DEFAULT_DEGREES)
      return { ...block, chip: chipNameOf(start), system }
    })
  return withAutoprecompiles(machine, { guest: image.digest, list })
}
