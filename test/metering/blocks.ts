/** Machines with autoprecompiles of made-up figures, in blocks that a guest executes. */
import { buildGraph } from '../../src/program/graph.ts'
import { lift } from '../../src/program/lift.ts'
import { decoderFor } from '../../src/extensions/registry.ts'
import type { ExecuteOptions, Guest } from '../../src/index.ts'
import { longestSpan } from '../../src/machine/interval.ts'
import type { Machine } from '../../src/machine/machine.ts'
import { withAutoprecompiles } from '../../src/machine/specialise.ts'
import { someAutoprecompile, type Figures } from '../machine/some-autoprecompiles.ts'
import { randomSource } from '../support/random.ts'

type Piece = Pick<Figures, 'start' | 'count'>

/** Runs of plain instructions that each lie in one basic block, in random places. */
function* pieces({ image, abi, machine }: Guest, random: (below: number) => number): Generator<Piece> {
  const graph = buildGraph(lift(image, decoderFor(image.xlen, abi)), longestSpan(machine))
  for (const { pc, first, count } of graph.blocks) {
    for (let at = random(3) === 0 ? random(3) : 0; at + 2 <= count;) {
      const length = Math.min(count - at, random(3) === 0 ? 2 + random(40) : 2 + random(5))
      const instrs = graph.program.instrs.slice(first + at, first + at + length)
      if (instrs.every(instr => instr!.row.kind !== 'call')) yield { start: pc + 4 * at, count: length }
      at += length + (random(2) === 0 ? 0 : random(4))
    }
  }
}

/**
 * The guest's machine with autoprecompiles for pieces of what it executes most, `most` of them.
 *
 * @param widest cells of a row for each instruction, at most
 */
export async function withBlocks(
  guest: Guest,
  options: ExecuteOptions,
  { seed, most, widest }: { readonly seed: number; readonly most: number; readonly widest: number },
): Promise<Machine> {
  const random = randomSource(seed)
  using run = await guest.interpret('profile').execute({ ...options, maxInstructions: 8000 })
  const { counts } = run.profile!
  const executions = ({ start }: Piece): number => counts.get(start) ?? 0
  const list = [...pieces(guest, random)]
    .toSorted((a, b) => executions(b) - executions(a) || a.start - b.start)
    .slice(0, most)
    .map(piece =>
      someAutoprecompile({
        ...piece,
        width: 1 + random(widest * piece.count),
        interactions: random(widest * piece.count),
      }),
    )
  return withAutoprecompiles(guest.machine, { guest: guest.digest, list })
}
