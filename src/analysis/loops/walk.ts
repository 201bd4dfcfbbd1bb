/** Walks the blocks of a loop once, in terms of the values that registers have at its header. */
import type { Instr } from '../../isa/row.ts'
import type { Block } from '../../program/program.ts'
import { cutSum, entryValues, meetValues, plus, step, type Affine, type Values } from './affine.ts'
import type { InnermostLoop } from './find.ts'

/** The region that a loop is in; everything by position. */
export interface LoopRegion {
  readonly blocks: readonly Block[]
  readonly bodies: readonly (readonly Instr[])[]
  /** As for `innermostLoops`. */
  readonly next: readonly (readonly number[])[]
  /** May the text contain what lui and auipc yield? */
  readonly namesAddresses: boolean
  /** May a counted loop keep words of the stack in variables? */
  readonly keepsWords: boolean
}

/** A load or store. */
export interface Site {
  readonly block: number
  readonly index: number
  readonly instr: Instr
  readonly address: Affine | undefined
  readonly base: Affine | undefined
  readonly width: number
}

/** A sum of which an instruction keeps 32 bits. */
export interface Cut {
  readonly block: number
  readonly index: number
  readonly sum: Affine
}

export interface Walk {
  readonly sites: readonly Site[]
  readonly cuts: readonly Cut[]
  /** Values at the end of each way round. */
  readonly backEdges: readonly Values[]
  /** Values at the end of each block, by position. */
  readonly atEnd: ReadonlyMap<number, Values>
  /** Instructions of the longest way round. */
  readonly longest: number
}

/** `slots`: offsets of the words of the stack that are followed. */
export function walk(loop: InnermostLoop, region: LoopRegion, slots: readonly number[]): Walk {
  const header = loop.blocks[0]!
  const atStart = new Map<number, Values>([[header, entryValues(slots.length)]])
  const atEnd = new Map<number, Values>()
  const distance = new Map<number, number>([[header, 0]])
  const sites: Site[] = []
  const cuts: Cut[] = []
  const backEdges: Values[] = []
  let longest = 0
  for (const position of loop.blocks) {
    const values = atStart.get(position)!.slice()
    const body = region.bodies[position]!
    for (let index = 0; index < body.length; index++) {
      const instr = body[index]!
      const { kind } = instr.row
      if (kind === 'load' || kind === 'store') {
        const base = values[instr.rs1]
        const address = plus(base, instr.imm)
        sites.push({ block: position, index, instr, address, base, width: instr.row.width })
      }
      const sum = cutSum(values, instr)
      if (sum !== undefined) cuts.push({ block: position, index, sum })
      step(values, instr, slots)
      if (kind === 'upper' && !region.namesAddresses) values[instr.rd] = undefined
    }
    atEnd.set(position, values)
    const travelled = distance.get(position)! + region.blocks[position]!.count
    for (const target of region.next[position]!) {
      if (target === header) {
        backEdges.push(values)
        longest = Math.max(longest, travelled)
      } else if (loop.blocks.includes(target)) {
        const known = atStart.get(target)
        if (known === undefined) atStart.set(target, values.slice())
        else meetValues(known, values)
        distance.set(target, Math.max(distance.get(target) ?? 0, travelled))
      }
    }
  }
  return { sites, cuts, backEdges, atEnd, longest }
}
