/** Addresses that are a base and an offset, with no column for the high limb: what checks of an access say of them. */
import { P, inverse, subtract } from '../../air/field.ts'
import { tableFacts } from '../table.ts'
import { isWithin } from './arcs.ts'
import { valuesInCases } from './cases.ts'
import type { Draft } from './draft.ts'
import { signed, type Polynomial } from './polynomials.ts'
import { knownFields, type Ranges } from './ranges.ts'

/**
 * A pointer low + M·high = base + offset of which these hold as integers: 0 ≤ low < M and 0 ≤ high < p/2M. And
 * low − shift is a multiple of the block's size, which the shift is less than.
 */
export interface OffsetPointer {
  /** In nothing but what is listed here. */
  readonly low: number
  /** Low limb of the base. */
  readonly lowBase: Polynomial
  readonly base: Polynomial
  readonly offset: number
  readonly shift: Polynomial
  readonly block: number
  /** That the carry from the low limb is 0 or 1. */
  readonly constraint: number
  /** Checks of both limbs. */
  readonly messages: readonly number[]
  /** If it goes on in the next block: checks of that one's address. */
  readonly next: NextBlock | undefined
}

export interface NextBlock {
  /** Does the address of the next block have another high limb? In nothing but what is listed here. */
  readonly carry: number
  readonly constraint: number
  readonly messages: readonly number[]
}

/** M */
export const LIMB = 65536
/** Blocks are no larger. */
const MOST_BLOCK = 16

/** A lookup that bounds one polynomial and says nothing else. */
interface Check {
  readonly index: number
  readonly count: Polynomial
  readonly of: Polynomial
  readonly below: number
}

function checkAt(draft: Draft, index: number): Check | undefined {
  const { bus, count, fields } = draft.messages[index]!
  if (draft.buses[bus]!.role.kind !== 'table') return undefined
  const open = fields.flatMap((field, at) => (field.atoms.length > 0 ? [at] : []))
  const { bounds, equations, complete } = tableFacts(draft.buses[bus]!, knownFields(fields))
  const below = bounds.get(open[0] ?? -1)
  if (open.length !== 1 || below === undefined || !complete || equations.length > 0) return undefined
  return { index, count, of: fields[open[0]!]!, below }
}

export function offsetPointers(draft: Draft, ranges: Ranges): readonly OffsetPointer[] {
  const found: OffsetPointer[] = []
  for (const [index, constraint] of draft.constraints.entries()) {
    const factors = constraint === undefined ? [] : draft.polynomials.factorsOf(constraint)
    const [a, b] = factors
    if (factors.length !== 2 || a!.degree !== 1 || draft.polynomials.core(a!).core !== draft.polynomials.core(b!).core)
      continue
    for (const low of a!.columns) {
      const sum = sumWithoutCarry(draft, factors, low)
      const pointer = sum && pointerWith(draft, { low, sum, constraint: index }, ranges)
      if (pointer === undefined) continue
      found.push(pointer)
      break
    }
  }
  return found
}

/** The sum that is the column, or M more. */
function sumWithoutCarry({ polynomials }: Draft, factors: readonly Polynomial[], low: number): Polynomial | undefined {
  const [a, b] = factors.map(each => polynomials.solved(each, low)!) as [Polynomial, Polynomial]
  const gap = signed(subtract(a.constant, b.constant))
  if (Math.abs(gap) !== LIMB) return undefined
  return gap > 0 ? a : b
}

interface Candidate {
  readonly low: number
  /** Low limb of the base, and of the offset. */
  readonly sum: Polynomial
  readonly constraint: number
}

function pointerWith(draft: Draft, { low, sum, constraint }: Candidate, ranges: Ranges): OffsetPointer | undefined {
  const { polynomials } = draft
  if (draft.constraintsOf(low).size !== 1) return undefined
  const checks = [...draft.messagesOf(low)].flatMap(each => checkAt(draft, each) ?? [])
  if (checks.length !== draft.messagesOf(low).size) return undefined
  const carried = polynomials.scaled(polynomials.minus(sum, polynomials.column(low)), inverse(LIMB))
  const [always, sometimes] = [checks.filter(isAlways(draft)), checks.filter(each => !isAlways(draft)(each))]
  const high = always.find(({ of }) => !polynomials.minus(of, carried).columns.includes(low))
  const least = always.find(each => each !== high)
  if (always.length !== 2 || high === undefined || least === undefined || high.below * LIMB >= P / 2) return undefined
  const [lowBase, lowOffset] = partsOf(draft, sum)
  const [highBase, highOffset] = partsOf(draft, polynomials.minus(high.of, carried))
  if (lowOffset < 0 || lowOffset >= LIMB || !isLimb(lowBase, ranges) || !isLimb(highBase, ranges)) return undefined
  const block = blockOf(draft, least, low)
  const values = block && valuesInCases(draft, block.shift, ranges)
  if (block === undefined || values === undefined || values.some(value => value >= block.size)) return undefined
  const next = sometimes.length === 0 ? undefined : nextBlock(draft, { least, high, sometimes })
  if (sometimes.length > 0 && next === undefined) return undefined
  const base = polynomials.plus(lowBase, polynomials.scaled(highBase, LIMB))
  const offset = lowOffset + LIMB * highOffset
  const messages = [least.index, high.index]
  return { low, lowBase, base, offset, shift: block.shift, block: block.size, constraint, messages, next }
}

const isAlways =
  ({ polynomials }: Draft) =>
  ({ count }: Check): boolean =>
    count === polynomials.one

/** Without its constant, and that. */
const partsOf = ({ polynomials }: Draft, of: Polynomial): readonly [Polynomial, number] => [
  polynomials.plusConstant(of, -of.constant),
  signed(of.constant),
]

function isLimb(of: Polynomial, ranges: Ranges): boolean {
  const arc = ranges.of(of)
  return arc !== undefined && isWithin(arc, { from: 0, width: LIMB - 1 })
}

/** (low − shift)/size is bounded, so that low is a limb. */
function blockOf({ polynomials }: Draft, { of, below }: Check, low: number) {
  const coefficient = polynomials.coefficient(of, low)
  const size = coefficient === undefined ? 0 : inverse(coefficient)
  if (size < 2 || size > MOST_BLOCK || below * size !== LIMB) return undefined
  return { size, shift: polynomials.minus(polynomials.column(low), polynomials.scaled(of, size)) }
}

interface Checks {
  readonly least: Check
  readonly high: Check
  readonly sometimes: readonly Check[]
}

/** Both limbs of the next block's address, where there is one and where it has another high limb. */
function nextBlock(draft: Draft, { least, high, sometimes }: Checks): NextBlock | undefined {
  const { polynomials } = draft
  const upper = sometimes.find(({ of, count }) => of === polynomials.plus(high.of, count))
  const [carry] = upper?.count.columns ?? []
  if (upper === undefined || carry === undefined || upper.count !== polynomials.column(carry)) return undefined
  const wanted = polynomials.sum([
    [least.of, 1],
    [polynomials.one, 1],
    [upper.count, P - least.below],
  ])
  const lower = sometimes.find(each => each !== upper)
  const isWhole = sometimes.length === 2 && lower?.of === wanted && lower.below === least.below
  const [constraint, ...others] = draft.constraintsOf(carry)
  const isBit = polynomials.times(upper.count, polynomials.plusConstant(upper.count, -1))
  if (!isWhole || upper.below !== high.below || others.length > 0 || draft.messagesOf(carry).size !== 2)
    return undefined
  if (constraint === undefined || draft.constraints[constraint] !== isBit) return undefined
  return { carry, constraint, messages: [lower.index, upper.index] }
}
