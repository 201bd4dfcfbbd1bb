/** Which instructions of a block add the rest to the upper part of an address that may move, and what the text says there. */
import { successors } from '../program/successors.ts'
import type { Instr } from '../isa/row.ts'
import { isMovingUpper } from '../analysis/moving-uppers.ts'
import { addsConstant, upperValue } from '../isa/results.ts'
import type { Addresses } from './addresses.ts'
import type { BlockPlan, RegionPlan } from './region-plan.ts'
import type { StableText } from './stable.ts'
import { afterInstr } from './likely-uppers.ts'
import { writes } from '../isa/registers-used.ts'

/** What stands in the text for rs1 and the immediate, or for the immediate alone. */
export type Moving =
  /** The whole address is known. */
  | { readonly kind: 'whole'; readonly address: number; readonly text: string }
  /** The register holds its upper part, as far as one can tell: the immediate may move with it. */
  | { readonly kind: 'rest'; readonly text: string }

/** Upper parts by register; NaN where nothing is known. */
type Uppers = Float64Array

function pass(uppers: Uppers, instr: Instr, stable: StableText): void {
  if (writes(instr) !== 0) uppers[instr.rd] = isMovingUpper(instr, stable.range) ? upperValue(instr) : NaN
}

/** Keeps in `into` what both know; returns whether it changed. */
function meet(into: Uppers, other: Uppers): boolean {
  let changed = false
  for (let r = 1; r < 32; r++) {
    if (Number.isNaN(into[r]!) || into[r] === other[r]) continue
    into[r] = NaN
    changed = true
  }
  return changed
}

const nothing = (): Uppers => new Float64Array(32).fill(NaN)
const NOTHING = nothing()
/**
 * Those at hand and those at the start of blocks, kept from region to region: making them takes longer than using them.
 */
const current = nothing()
const uppersAt: Uppers[] = []

function keep(position: number, uppers: Uppers): Uppers {
  const kept = (uppersAt[position] ??= nothing())
  kept.set(uppers)
  return kept
}

const NONE: ReadonlyMap<number, Moving> = new Map()

/**
 * What is known at the start of each block of a region, by its position; good until the next call. Empty where nothing
 * is.
 */
function enteringUppers({ blocks, position }: RegionPlan, stable: StableText): readonly (Uppers | undefined)[] {
  const entering: (Uppers | undefined)[] = []
  if (!blocks.some(({ instrs }) => instrs.some(instr => isMovingUpper(instr, stable.range)))) return entering
  entering[0] = keep(0, NOTHING)
  for (let changed = true; changed;) {
    changed = false
    for (let index = 0; index < blocks.length; index++) {
      const { block, instrs } = blocks[index]!
      const known = entering[index]
      if (known === undefined) continue
      const uppers = current
      uppers.set(known)
      for (const instr of instrs) pass(uppers, instr, stable)
      for (const next of successors(block)) {
        const target = position.get(next)
        if (target === undefined) continue
        const before = entering[target]
        if (before === undefined) entering[target] = keep(target, uppers)
        else if (!meet(before, uppers)) continue
        if (target <= index) changed = true
      }
    }
  }
  return entering
}

const addsRest = (instr: Instr): boolean => ['load', 'store', 'jalr'].includes(instr.row.kind) || addsConstant(instr)

/** Answers for the blocks of one region, until the next is made. */
export class MovingAddresses {
  readonly #addresses: Addresses
  readonly #stable: StableText | undefined
  readonly #position: RegionPlan['position']
  readonly #entering: readonly (Uppers | undefined)[]

  constructor(plan: RegionPlan, addresses: Addresses, stable: StableText | undefined) {
    this.#addresses = addresses
    this.#stable = stable
    this.#position = plan.position
    this.#entering = stable === undefined ? [] : enteringUppers(plan, stable)
  }

  /** By index of the instruction in the block. */
  inBlock({ block, instrs }: Pick<BlockPlan, 'block' | 'instrs'>): ReadonlyMap<number, Moving> {
    const stable = this.#stable
    if (stable === undefined) return NONE
    const uppers = current
    uppers.set(this.#entering[this.#position.get(block.id)!] ?? NOTHING)
    let found: Map<number, Moving> | undefined
    let likely = stable.likely[block.id]!
    for (let position = 0; position < instrs.length; position++) {
      const instr = instrs[position]!
      const upper = uppers[instr.rs1]!
      if (addsRest(instr)) {
        if (!Number.isNaN(upper))
          (found ??= new Map()).set(position, {
            kind: 'whole',
            address: upper + instr.imm,
            text: this.#addresses.whole(upper + instr.imm),
          })
        else if ((likely >>> instr.rs1) & 1)
          (found ??= new Map()).set(position, { kind: 'rest', text: this.#addresses.rest(instr.imm) })
      }
      pass(uppers, instr, stable)
      likely = afterInstr(likely, instr, stable.range)
    }
    return found ?? NONE
  }
}
