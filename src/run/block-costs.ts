/** Trace cells of whole basic blocks, found only when a cost limit is near its end. */
import { buildGraph } from '../cfg/graph.ts'
import { lift } from '../cfg/lift.ts'
import type { Image } from '../elf/image.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { decoderFor } from '../extensions/registry.ts'
import type { Instr } from '../isa/row.ts'
import { longestBlock } from '../machine/interval.ts'
import { cellsOf, type Machine } from '../machine/machine.ts'

export interface BlockCosts {
  /** Cost of the basic block at an address. A host instruction counts as a block of its own; undefined where neither starts. */
  at(pc: number): number | undefined
  /** Cost of the dearest instruction that native code executes. */
  readonly greatest: number
}

export function blockCosts(image: Image, abi: GuestAbi, machine: Machine): BlockCosts {
  let costs: { readonly blocks: Map<number, number>; readonly greatest: number } | undefined
  return { at: pc => (costs ??= collect()).blocks.get(pc), get greatest() { return (costs ??= collect()).greatest } }

  function collect(): NonNullable<typeof costs> {
    let greatest = 1
    const graph = buildGraph(lift(image, decoderFor(image.xlen, abi)), longestBlock(machine))
    const { instrs, base } = graph.program
    const found = new Map<number, number>()
    for (const [slot, instr] of instrs.entries()) {
      if (instr === undefined) found.set(base + slot * 4, 0)
      else if (instr.row.kind === 'host') found.set(instr.pc, cellsOf(machine, instr))
      else greatest = Math.max(greatest, cellsOf(machine, instr))
    }
    for (const block of graph.blocks) {
      if (block.count === 0) continue
      const body = instrs.slice(block.first, block.first + block.count) as Instr[]
      found.set(block.pc, body.reduce((sum, instr) => sum + cellsOf(machine, instr), 0))
    }
    return { blocks: found, greatest }
  }
}
