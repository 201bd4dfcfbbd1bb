/** Groups the loads and stores of a basic block by what their addresses are made of. */
import type { Instr } from '../isa/row.ts'
import { EntryOffsets } from './entry-offsets.ts'
import type { MovingAddresses } from './moving.ts'

/** What the addresses of a group are the constants `accesses` apart from. */
export type GroupBase =
  /** A register, as it is where the group stands. */
  | { readonly kind: 'register'; readonly register: number }
  /** An address that may move: that of the access at `index`. */
  | { readonly kind: 'whole'; readonly address: number; readonly index: number }
  /** A register and the rest of an address: those of the access at `index`. */
  | { readonly kind: 'rest'; readonly register: number; readonly index: number }

export interface Group {
  readonly base: GroupBase
  readonly accesses: readonly { readonly offset: number; readonly width: number }[]
}

interface OpenGroup extends Group {
  readonly accesses: { offset: number; width: number }[]
}

/** Addresses that move together lie in one object, as far as one can tell. */
const ONE_OBJECT = 256

export interface Grouping {
  /** Instructions that may leave the block: groups that stand before such a one hold no access behind it. */
  readonly cuts: Pick<ReadonlySet<number>, 'has'>
  readonly moving: MovingAddresses
  /** Accesses that are in no group. */
  readonly without?: Pick<ReadonlySet<number>, 'has'> | undefined
}

/**
 * The groups of a block by the index of the instruction that they stand before. Where a base is not the value of a
 * register at the start of the stretch plus a constant, the access is a group of its own in place.
 */
export function groupAccesses(
  instrs: readonly Instr[],
  { cuts, moving, without }: Grouping,
): ReadonlyMap<number, readonly Group[]> {
  const places = new Map<number, OpenGroup[]>()
  const offsets = new EntryOffsets()
  let start = 0
  let open: OpenGroup[] = []
  const add = (index: number, base: GroupBase): OpenGroup => {
    const group: OpenGroup = { base, accesses: [] }
    const at = places.get(index)
    if (at === undefined) places.set(index, [group])
    else at.push(group)
    return group
  }
  /** A group that later accesses of the stretch may join. */
  const begin = (base: GroupBase): OpenGroup => {
    const group = add(start, base)
    open.push(group)
    return group
  }
  const groupOf = (index: number, { rs1, imm }: Instr): { group: OpenGroup; offset: number } => {
    const moved = moving.get(index)
    if (moved?.kind === 'whole') {
      const { address } = moved
      const near = open.find(({ base }) => base.kind === 'whole' && Math.abs(base.address - address) < ONE_OBJECT)
      const group = near ?? begin({ kind: 'whole', address, index })
      return { group, offset: near?.base.kind === 'whole' ? address - near.base.address : 0 }
    }
    if (moved?.kind === 'rest') return { group: add(index, { kind: 'rest', register: rs1, index }), offset: 0 }
    const register = offsets.originOf(rs1)
    if (register < 0) return { group: add(index, { kind: 'register', register: rs1 }), offset: imm }
    const known = open.find(({ base }) => base.kind === 'register' && base.register === register)
    return { group: known ?? begin({ kind: 'register', register }), offset: offsets.offsetOf(rs1) + imm }
  }
  for (let index = 0; index < instrs.length; index++) {
    const instr = instrs[index]!
    const { row } = instr
    if (index > 0 && cuts.has(index)) {
      start = index
      open = []
      offsets.begin()
    }
    if ((row.kind === 'load' || row.kind === 'store') && without?.has(index) !== true) {
      const { group, offset } = groupOf(index, instr)
      group.accesses.push({ offset, width: row.width })
    }
    offsets.pass(instr)
  }
  return places
}
