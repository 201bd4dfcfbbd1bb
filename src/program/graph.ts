/** Program → Graph: cuts the slots into basic blocks and links them. */
import type { Block, Graph, Program, Terminator } from './program.ts'
import { builtTarget } from './built-target.ts'
import { startsOfSpans } from './span-starts.ts'
import { findLeaders, LEADER, ROOT } from './leaders.ts'
import type { Instr, Row } from '../isa/row.ts'
import { nextPc, pcOf, slotBehind, slotOf } from './slots.ts'
import { successors } from './successors.ts'

/** A span holds at most this many instructions (docs/metering.md, "Segments": checks lie no further apart). */
export const MAX_BLOCK = 1000

/** What kind of transfer an instruction is; a call that branches is a branch. */
const transferOf = (row: Row): Row['kind'] => (row.kind === 'call' && row.result === 'branch' ? 'branch' : row.kind)

interface EndFields {
  readonly instr?: Instr
  readonly taken?: number | undefined
  readonly next?: number | undefined
  readonly target?: number | undefined
  readonly pc?: number
}

/** Ends of all kinds have the same fields in the same order: what reads them all is faster for it. */
const endOf = (kind: Terminator['kind'], { instr, taken, next, target, pc }: EndFields): Terminator =>
  ({ kind, instr, taken, next, target, pc }) as Terminator

/** By slot, instructions from there to the end of its span, an unknown word at the end included. */
function restsOf(starts: Uint8Array, { instrs, slotBytes }: Program): Uint16Array {
  const rest = new Uint16Array(instrs.length + 1)
  for (let slot = instrs.length - 1; slot >= 0; slot--) {
    const behind = slotBehind(slot, instrs[slot], slotBytes)
    rest[slot] = starts[behind] === 1 ? 1 : rest[behind]! + 1
  }
  return rest
}

/**
 * Builds the graph with spans of at most `longest` instructions. A block that nothing inside the program leads to is a
 * root too: an unresolved jump may enter it.
 */
export function buildGraph(program: Program, longest: number = MAX_BLOCK): Graph {
  const { instrs, slotBytes } = program
  const marks = findLeaders(program)
  const spanStarts = startsOfSpans(marks, longest)
  const rests = restsOf(spanStarts, program)
  const cuts: number[] = []
  for (let slot = 0; slot < instrs.length; slot++) {
    if (instrs[slot] !== undefined && ((marks[slot]! & LEADER) !== 0 || spanStarts[slot] === 1)) cuts.push(slot)
  }
  const blockAt = new Int32Array(instrs.length).fill(-1)
  for (let id = 0; id < cuts.length; id++) blockAt[cuts[id]!] = id
  const at = (pc: number): number | undefined => {
    const slot = slotOf(program, pc)
    const id = slot >= 0 && slot < instrs.length ? blockAt[slot] : undefined
    return id === undefined || id < 0 ? undefined : id
  }
  const blocks = cuts.map((first, id): Block => {
    const limit = Math.min(cuts[id + 1] ?? instrs.length, instrs.length)
    let slot = first
    let count = 0
    let end: Terminator | undefined
    while (slot < limit && end === undefined) {
      const instr = instrs[slot]
      switch (instr === undefined ? undefined : transferOf(instr.row)) {
        case undefined:
        case 'host':
          end = endOf('host', { pc: pcOf(program, slot) })
          continue
        case 'branch':
          end = endOf('branch', { instr: instr!, taken: at(instr!.pc + instr!.imm), next: at(nextPc(instr!)) })
          break
        case 'jal':
          end = endOf('jump', { instr: instr!, target: at(instr!.pc + instr!.imm) })
          break
        case 'jalr': {
          const target = builtTarget(program, first, slot)
          end = endOf('indirect', { instr: instr!, target: target === undefined ? undefined : at(target) })
          break
        }
        default:
      }
      slot = slotBehind(slot, instr, slotBytes)
      count++
    }
    if (end === undefined) {
      const pc = pcOf(program, slot)
      const next = at(pc)
      end = next === undefined ? endOf('host', { pc }) : endOf('fall', { next })
    }
    return { id, pc: pcOf(program, first), first, count, behind: slot, rest: rests[first]!, end }
  })
  const isRoot = new Uint8Array(blocks.length)
  const reached = new Uint8Array(blocks.length)
  for (const block of blocks) {
    if (marks[block.first]! & ROOT) isRoot[block.id] = 1
    for (const next of successors(block)) if (next !== block.id) reached[next] = 1
  }
  for (const block of blocks) if (reached[block.id] === 0) isRoot[block.id] = 1
  return { program, blocks, isRoot, spanStarts }
}
