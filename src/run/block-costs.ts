/** Trace cells of whole basic blocks, found only when a cost limit is near its end. */
import { lifted } from '../program/lifted.ts'
import type { Image } from '../elf/image.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { decoderFor } from '../extensions/registry.ts'
import { bodyOf, fetchAt, slotOf } from '../program/slots.ts'
import { guestBlockRows } from './guest-block-rows.ts'
import { longestSpan } from '../machine/interval.ts'
import { endingIn } from '../machine/block-rows.ts'
import { cellsOf, type Machine } from '../machine/machine.ts'

export interface BlockCosts {
  /**
   * Cost of the basic block at an address. What lies in none (host instructions, words that are no instruction, code
   * that is not compiled) counts as a block of its own. Undefined in the middle of a block.
   */
  at(pc: number): number | undefined
  /** Cost of the dearest instruction that native code executes. */
  readonly greatest: number
}

export function blockCosts(image: Image, abi: GuestAbi, machine: Machine): BlockCosts {
  const decode = decoderFor(image.xlen, abi)
  let costs: { readonly blocks: Map<number, number>; readonly greatest: number; holds(pc: number): boolean } | undefined
  return {
    at(pc) {
      const { blocks, holds } = (costs ??= collect())
      if (holds(pc)) return blocks.get(pc)
      const instr = fetchAt(image, decode, pc)?.instr
      return instr === undefined ? 0 : cellsOf(machine, instr)
    },
    get greatest() {
      return (costs ??= collect()).greatest
    },
  }

  function collect(): NonNullable<typeof costs> {
    let greatest = 1
    const graph = lifted(image, decode, longestSpan(machine))
    const { program } = graph
    const { instrs } = program
    const found = new Map<number, number>()
    const blockRows = guestBlockRows(image, abi, machine)
    // An autoprecompile that costs more than what it stands for is no good, but may be.
    for (const { chip, length } of blockRows?.values() ?? [])
      greatest = Math.max(greatest, Math.ceil(machine.chips[chip]!.width / length))
    for (const instr of instrs) {
      if (instr !== undefined && instr.row.kind !== 'host') greatest = Math.max(greatest, cellsOf(machine, instr))
    }
    for (const block of graph.blocks) {
      if (block.count === 0) continue
      const body = bodyOf(program, block)
      found.set(
        block.pc,
        body.reduce((sum, instr) => sum + cellsOf(machine, instr), 0) +
          endingIn(body, blockRows).reduce((sum, { cells }) => sum + cells, 0),
      )
    }
    const holds = (pc: number): boolean => {
      const instr = instrs[slotOf(program, pc)]
      return instr !== undefined && instr.row.kind !== 'host'
    }
    return { blocks: found, greatest, holds }
  }
}
