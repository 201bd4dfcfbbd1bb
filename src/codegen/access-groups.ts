/** What a mode that looks at memory is told about a block: its groups of accesses, with their bases as C. */
import { groupAccesses, type Group, type GroupBase, type Grouping } from '../analysis/access-groups.ts'
import { registerNames, STACK_POINTER } from '../isa/registers.ts'
import type { Instr } from '../isa/row.ts'
import type { AccessGroup } from '../modes/mode.ts'
import type { Moving } from './moving.ts'
import { operand } from './operands.ts'

/** By the index of the instruction that the groups stand before. */
export function groupTexts(
  instrs: readonly Instr[],
  grouping: Grouping & { readonly moving: ReadonlyMap<number, Moving> },
): ReadonlyMap<number, readonly AccessGroup[]> {
  const withText = ({ base, accesses }: Group): AccessGroup => ({
    base: baseText(base, grouping.moving),
    isStackPointer: base.kind === 'register' && base.register === STACK_POINTER,
    accesses,
  })
  return new Map([...groupAccesses(instrs, grouping)].map(([index, groups]) => [index, groups.map(withText)]))
}

function baseText(base: GroupBase, moving: ReadonlyMap<number, Moving>): string {
  if (base.kind === 'register') return operand(base.register)
  const { text } = moving.get(base.index)!
  return base.kind === 'whole' ? `(${text})` : `(${registerNames[base.register]!} + ${text})`
}
