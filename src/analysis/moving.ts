/** Which instructions of a region add the rest to the upper part of an address that may move. */
import { addsConstant, upperValue } from '../isa/results.ts'
import { writes } from '../isa/registers-used.ts'
import type { Instr } from '../isa/row.ts'
import { successors } from '../program/successors.ts'
import { solve } from './flow.ts'
import { afterInstr } from './likely-uppers.ts'
import { isMovingUpper, type MovingRange } from './moving-uppers.ts'
import type { BlockPlan, RegionPlan } from './plan.ts'

export type MovingAddress =
  /** The whole address is known: upper part and immediate. */
  | { readonly kind: 'whole'; readonly address: number }
  /** The register holds its upper part, as far as one can tell: the immediate may move with it. */
  | { readonly kind: 'rest' }

/** By index of the instruction in a block. */
export type MovingAddresses = ReadonlyMap<number, MovingAddress>

/** Upper parts by register; NaN where nothing is known. */
type Uppers = number[]

const UNKNOWN: readonly number[] = Array.from({ length: 32 }, () => NaN)

function pass(uppers: Uppers, instr: Instr, range: MovingRange): void {
  if (writes(instr) !== 0) uppers[instr.rd] = isMovingUpper(instr, range) ? upperValue(instr) : NaN
}

/** What both know. */
function meet(known: Uppers, other: Uppers): Uppers {
  let met: Uppers | undefined
  for (let r = 1; r < 32; r++) {
    if (Number.isNaN(known[r]!) || known[r] === other[r]) continue
    met ??= known.slice()
    met[r] = NaN
  }
  return met ?? known
}

const NONE: MovingAddresses = new Map()

const addsRest = (instr: Instr): boolean => ['load', 'store', 'jalr'].includes(instr.row.kind) || addsConstant(instr)

/** `likely`: by number of a block, registers that likely hold upper parts where it begins (likely-uppers.ts). */
export function movingAddresses(
  plan: RegionPlan,
  range: MovingRange,
  likely: readonly number[],
): (block: Pick<BlockPlan, 'block' | 'instrs'>) => MovingAddresses {
  const entering = enteringUppers(plan, range)
  return ({ block, instrs }) => {
    const uppers = entering[plan.position.get(block.id)!]?.slice() ?? UNKNOWN.slice()
    let mask = likely[block.id]!
    let found: Map<number, MovingAddress> | undefined
    for (let index = 0; index < instrs.length; index++) {
      const instr = instrs[index]!
      const upper = uppers[instr.rs1]!
      if (addsRest(instr)) {
        if (!Number.isNaN(upper)) (found ??= new Map()).set(index, { kind: 'whole', address: upper + instr.imm })
        else if ((mask >>> instr.rs1) & 1) (found ??= new Map()).set(index, { kind: 'rest' })
      }
      pass(uppers, instr, range)
      mask = afterInstr(mask, instr, range)
    }
    return found ?? NONE
  }
}

/** What is known at the start of each block, by its position. Empty where nothing is. */
function enteringUppers({ blocks, position }: RegionPlan, range: MovingRange): readonly (Uppers | undefined)[] {
  if (!blocks.some(({ instrs }) => instrs.some(instr => isMovingUpper(instr, range)))) return []
  return solve<Uppers>({
    direction: 'forward',
    next: blocks.map(({ block }) =>
      successors(block)
        .map(id => position.get(id))
        .filter(target => target !== undefined),
    ),
    start: index => (index === 0 ? UNKNOWN.slice() : undefined),
    pass: (index, before) => {
      const uppers = before.slice()
      for (const instr of blocks[index]!.instrs) pass(uppers, instr, range)
      return uppers
    },
    meet,
  })
}
