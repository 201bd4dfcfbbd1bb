/** The instructions that a run executed, in address order, and what a row of each costs. */
import type { Image } from '../elf/image.ts'
import { lastAtMost } from '../elf/search.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { decoderFor } from '../extensions/registry.ts'
import type { Instr } from '../isa/row.ts'
import { cellsOf, type Machine } from '../machine/machine.ts'
import type { CallRuns } from '../modes/calls/counts.ts'
import { fetchAt, nextPc } from '../program/slots.ts'
import { guestBlockRows } from '../run/guest-block-rows.ts'

/** Whose run it was. */
export interface ProfiledRun {
  readonly image: Image
  readonly abi: GuestAbi
  readonly machine: Machine
  /** Where the run stands, if that is within the block of an autoprecompile that it entered at its start. */
  readonly inside?: number | undefined
}

/** Blocks that are proved in one row of their own. */
export interface ExecutedBlocks {
  /** Of each instruction in one: index of the block's first instruction; -1 of others. */
  readonly start: Int32Array
  /** Of each first instruction: index of the block's chip, and of the block's last instruction; else -1. */
  readonly chip: Int32Array
  readonly last: Int32Array
  /** Of each first instruction: trace cells of the block's row; else 0. */
  readonly cells: Float64Array
}

export interface ExecutedCode {
  readonly pcs: Uint32Array
  /** Undefined: a word that is no instruction. */
  readonly instrs: readonly (Instr | undefined)[]
  /** Trace cells of one row of each, with what it adds to other chips. */
  readonly cells: Float64Array
  /** Undefined where the machine has none. */
  readonly blocks: ExecutedBlocks | undefined
}

const PAGE_SLOTS = 1024

/** Is the instruction right in front of `pc`? */
export const isBehind = (before: Instr | undefined, pc: number): before is Instr =>
  before !== undefined && nextPc(before) === pc

/** Trace cells that rows of an instruction have, and rows of the block that begins with it. */
export const cellsIn = ({ cells, blocks }: ExecutedCode, index: number, rows: number, blockRows: number): number =>
  rows * cells[index]! + (blockRows > 0 ? blockRows * blocks!.cells[index]! : 0)

/** Index of an instruction that was executed. */
export const indexIn = ({ pcs }: Pick<ExecutedCode, 'pcs'>, pc: number): number =>
  lastAtMost(pcs.length, pc, index => pcs[index]!)

export function executedCode({ image, abi, machine }: ProfiledRun, runs: CallRuns): ExecutedCode {
  const pcs = executedPcs(runs)
  const decode = decoderFor(image.xlen, abi)
  const instrs = Array.from(pcs, pc => fetchAt(image, decode, pc)?.instr)
  const cells = Float64Array.from(instrs, instr => (instr === undefined ? 0 : cellsOf(machine, instr)))
  const rows = guestBlockRows(image, abi, machine)
  if (rows === undefined) return { pcs, instrs, cells, blocks: undefined }
  const none = (): Int32Array => new Int32Array(pcs.length).fill(-1)
  const blocks = { start: none(), chip: none(), last: none(), cells: new Float64Array(pcs.length) }
  for (const [index, pc] of pcs.entries()) {
    const block = rows.get(pc)
    if (block === undefined) continue
    if (block.start === pc) {
      blocks.chip[index] = block.chip
      blocks.cells[index] = machine.chips[block.chip]!.width
      blocks.start[index] = index
    } else if (index > 0 && isBehind(instrs[index - 1], pc) && rows.get(pcs[index - 1]!) === block) {
      blocks.start[index] = blocks.start[index - 1]!
    }
    if (blocks.start[index]! >= 0) blocks.last[blocks.start[index]!] = index
  }
  return { pcs, instrs, cells, blocks }
}

function executedPcs({ slotBytes, pc, instructions, times }: CallRuns): Uint32Array {
  const pages = new Map<number, Uint8Array>()
  let count = 0
  let page = -1
  let marks: Uint8Array = new Uint8Array()
  for (let run = 0; run < pc.length; run++) {
    if (times[run] === 0) continue
    const first = pc[run]! / slotBytes
    for (let slot = first; slot < first + instructions[run]!; slot++) {
      if (slot >>> 10 !== page) {
        page = slot >>> 10
        if (!pages.has(page)) pages.set(page, new Uint8Array(PAGE_SLOTS))
        marks = pages.get(page)!
      }
      if (marks[slot & 1023] === 1) continue
      marks[slot & 1023] = 1
      count++
    }
  }
  const pcs = new Uint32Array(count)
  let next = 0
  for (const [number, slots] of [...pages].toSorted(([a], [b]) => a - b))
    for (let slot = 0; slot < PAGE_SLOTS; slot++)
      if (slots[slot] === 1) pcs[next++] = slotBytes * (number * PAGE_SLOTS + slot)
  return pcs
}
