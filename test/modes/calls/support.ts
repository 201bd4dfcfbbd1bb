/** What tests of mode `calls` share: the plain model of a run, and what sums have to come out. */
import { expect } from 'vitest'
import type { ExecuteOptions, Guest, Run } from '../../../src/index.ts'
import type { CallCounts, CallsResult } from '../../../src/modes/calls/counts.ts'
import { decoderFor } from '../../../src/extensions/registry.ts'
import { cellsOf } from '../../../src/machine/machine.ts'
import { fetchAt } from '../../../src/program/slots.ts'
import { plainFunctions, PlainTree, type PlainCalls } from './plain.ts'

export const callsOf = (run: Run): CallCounts => (run.collected as CallsResult).calls

/** The tree that the plain model makes of the first instructions of a guest. */
export async function plainCalls(
  guest: Guest,
  options: ExecuteOptions,
  most: number,
  leafBytes?: number,
): Promise<PlainCalls> {
  using start = await guest.interpret('pure').execute({ ...options, maxInstructions: 0 })
  const { run, steps } = await start.trace({ maxInstructions: most })
  const tree = new PlainTree(plainFunctions(guest.image), start.pc, start.registers[2]!, leafBytes)
  for (const step of steps) tree.execute(step)
  tree.reach(run.pc)
  run.dispose()
  return tree
}

/** Sums over the tree are the run's. */
export function expectExact(guest: Guest, run: Run): void {
  const { runs, extraRows } = callsOf(run)
  const decode = decoderFor(guest.image.xlen, guest.abi)
  let instructions = 0
  let cells = 0
  const add = (pc: number, times: number, rows: number): void => {
    const instr = fetchAt(guest.image, decode, pc)!.instr
    instructions += times
    if (instr !== undefined) cells += cellsOf(guest.machine, instr, rows)
  }
  for (let row = 0; row < runs.pc.length; row++) {
    for (let index = 0; index < runs.instructions[row]!; index++)
      add(runs.pc[row]! + index * 4, runs.times[row]!, runs.times[row]!)
  }
  for (let row = 0; row < extraRows.pc.length; row++) add(extraRows.pc[row]!, 0, extraRows.rows[row]!)
  expect(BigInt(instructions)).toBe(run.instret)
  expect(BigInt(cells)).toBe(run.cost)
}
