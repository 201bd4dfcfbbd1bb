/** Which memory accesses of a block need a check, and where the checks stand. */
import type { Instr } from '../isa/row.ts'
import { EntryOffsets } from './entry-offsets.ts'
import { covers, learn, overwrite, REACH, transfer, widened, type Check, type Facts } from './facts.ts'

export interface BlockChecks {
  /** Checks before the first instruction of the block, on values the registers have there. */
  readonly head: readonly Check[]
  /** Checks in front of single instructions, by index in the block. */
  readonly inner: ReadonlyMap<number, Check>
}

/** Indices of accesses that need no check. */
export type Covered = Pick<ReadonlySet<number>, 'has'>

const NO_CHECKS: readonly Check[] = []
const NO_INNER: ReadonlyMap<number, Check> = new Map()

/** The registers that blocks check at their heads stand for values this near. */
export const checkOffsets = (): EntryOffsets => new EntryOffsets(REACH)

/**
 * Plans the checks of one block, at whose entry `facts` hold; `behind` hold at its end. `offsets`: one of
 * `checkOffsets`, for any number of blocks one after the other.
 *
 * Accesses whose base is an entry value plus a constant are checked at the head, once for all offsets of that base; the
 * others in place. Those that are `covered` need no check.
 */
export function planChecks(
  instrs: readonly Instr[],
  facts: Facts,
  offsets: EntryOffsets,
  covered?: Covered,
): { readonly checks: BlockChecks; readonly behind: Facts } {
  if (instrs.length === 0) return { checks: { head: NO_CHECKS, inner: NO_INNER }, behind: facts }
  const { wanted, unchecked } = wantedAtHead(instrs, facts, offsets, covered)
  // Without a check the facts are what they are behind the last instruction.
  if (unchecked !== undefined) return { checks: { head: NO_CHECKS, inner: NO_INNER }, behind: unchecked }
  const head = wanted.map(({ register, low, high }) => widened(register, low, high))
  const behind = facts.slice()
  for (const check of head) learn(behind, check)
  const inner = planInner(instrs, behind, covered)
  return { checks: { head: head.length === 0 ? NO_CHECKS : head, inner: inner ?? NO_INNER }, behind }
}

const isAccess = ({ row }: Instr): boolean => row.kind === 'load' || row.kind === 'store'

/** Of an access. */
const widthOf = ({ row }: Instr): number => (row.kind === 'load' || row.kind === 'store' ? row.width : 0)

/** The ranges that accesses need and facts do not cover, by the register at the block's entry. */
function wantedAtHead(
  instrs: readonly Instr[],
  before: Facts,
  offsets: EntryOffsets,
  covered: Covered | undefined,
): { readonly wanted: readonly Check[]; readonly unchecked: Facts | undefined } {
  const facts = before.slice()
  const wanted: { register: number; low: number; high: number }[] = []
  let isProven = true
  offsets.begin()
  for (let index = 0; index < instrs.length; index++) {
    const instr = instrs[index]!
    const { rs1, imm } = instr
    if (isAccess(instr) && covered?.has(index) !== true && !covers(facts, rs1, imm, imm + widthOf(instr))) {
      isProven = false
      const register = offsets.originOf(rs1)
      const low = offsets.offsetOf(rs1) + imm
      const high = low + widthOf(instr)
      const range = wanted.find(other => other.register === register)
      if (range !== undefined) {
        range.low = Math.min(range.low, low)
        range.high = Math.max(range.high, high)
      } else if (register > 0) wanted.push({ register, low, high })
    }
    transfer(facts, instr)
    offsets.pass(instr)
  }
  return { wanted, unchecked: isProven ? facts : undefined }
}

/** Checks in place of what is not covered, and brings `facts` to the end of the block. */
function planInner(
  instrs: readonly Instr[],
  facts: Facts,
  covered: Covered | undefined,
): Map<number, Check> | undefined {
  let inner: Map<number, Check> | undefined
  for (let index = 0; index < instrs.length; index++) {
    const instr = instrs[index]!
    const { rs1, imm } = instr
    if (isAccess(instr) && covered?.has(index) !== true && !covers(facts, rs1, imm, imm + widthOf(instr))) {
      const check = widened(rs1, imm, imm + widthOf(instr))
      inner ??= new Map()
      inner.set(index, check)
      overwrite(facts, check)
    }
    transfer(facts, instr)
  }
  return inner
}
