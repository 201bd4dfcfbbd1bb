/** How often a loop that is one chain of blocks goes round, in terms of the registers in front of it. */
import type { Condition } from '../../isa/row.ts'
import type { Block } from '../../program/program.ts'
import type { Instr } from '../../isa/row.ts'
import type { Affine, Sum, Values } from './affine.ts'
import type { InnermostLoop } from './find.ts'
import { isStill, strideOf, type Assumptions, type Stride } from './strides.ts'

/** One side of the branch: its value in the first iteration, and how it moves. */
interface Side {
  readonly value: Sum
  readonly stride: Stride
}

/**
 * Iterations from `low` up to `high` in steps of the stride's absolute value, of sums as they are at the header. Where
 * `low` is beyond `high`, and where a stride in a register is 0 or too large, there are none.
 */
export interface Count {
  readonly low: Sum
  readonly high: Sum
  readonly stride: Stride
  /**
   * Where they end: where the distance is `met` exactly (none where steps do not lead there), where it is `reached` or
   * where it is `passed`.
   */
  readonly end: 'met' | 'reached' | 'passed'
  /** Are `low` and `high` compared as signed numbers? */
  readonly signed: boolean
}

function sideOf(
  value: Affine | undefined,
  strides: readonly (Stride | undefined)[],
  assumptions: Assumptions,
): Side | undefined {
  const stride = value && strideOf(value, strides, assumptions)
  return stride && { value: value!, stride }
}

/** The branch at which a chain of blocks is left. */
export interface OnlyExit {
  readonly instr: Instr
  /** Index of its block in the loop. */
  readonly index: number
  /** Does the loop go on where the branch is taken? */
  readonly taken: boolean
}

/** Where a loop ends that is one chain of blocks and is left at one branch; undefined for all others. */
export function onlyExit(loop: InnermostLoop, blocks: readonly Block[]): OnlyExit | undefined {
  const ids = loop.blocks.map(position => blocks[position]!.id)
  let exit: OnlyExit | undefined
  for (const [index, position] of loop.blocks.entries()) {
    const { end } = blocks[position]!
    const following = ids[(index + 1) % ids.length]!
    if (
      (end.kind === 'fall' && end.next === following) ||
      (end.kind === 'jump' && end.instr.rd === 0 && end.target === following)
    )
      continue
    if (exit !== undefined || end.kind !== 'branch' || end.instr.row.kind !== 'branch') return undefined
    const taken = end.taken === following
    const other = taken ? end.next : end.taken
    if ((!taken && end.next !== following) || (other !== undefined && ids.includes(other))) return undefined
    exit = { instr: end.instr, index, taken }
  }
  return exit
}

/** The condition on which a branch is not taken. */
const opposite: Readonly<Record<Condition, Condition>> = {
  eq: 'ne',
  ne: 'eq',
  lt: 'ge',
  ge: 'lt',
  ltu: 'geu',
  geu: 'ltu',
}

/**
 * How often in a row the loop goes on at least. Undefined where its branch does not count. `values` are those at the
 * branch, in terms of the registers at the header. What has to hold for that is added to `assumptions`.
 */
export function tripsOf(
  { instr: { row, rs1, rs2 }, taken }: OnlyExit,
  values: Values,
  strides: readonly (Stride | undefined)[],
  assumptions: Assumptions,
): Count | undefined {
  const a = sideOf(values[rs1], strides, assumptions)
  const b = sideOf(values[rs2], strides, assumptions)
  if (a === undefined || b === undefined || isStill(a.stride) === isStill(b.stride)) return undefined
  const [moving, fixed] = isStill(a.stride) ? [b, a] : [a, b]
  const { stride } = moving
  const isUp = stride.constant >= 0
  const [low, high] = isUp ? [moving.value, fixed.value] : [fixed.value, moving.value]
  if (row.kind !== 'branch') return undefined
  const condition = taken ? row.condition : opposite[row.condition]
  if (condition === 'eq') return undefined
  if (condition === 'ne') return { low, high, stride, end: 'met', signed: false }
  // It goes on while a < b or while a >= b, and does so for a while if the moving side comes closer to the end of that.
  const isLess = condition === 'lt' || condition === 'ltu'
  const closesIn = (moving === a) === (isLess === isUp)
  if (!closesIn) return undefined
  const signed = condition === 'lt' || condition === 'ge'
  return { low, high, stride, end: isLess ? 'reached' : 'passed', signed }
}
