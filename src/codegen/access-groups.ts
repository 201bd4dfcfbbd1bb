/** Groups the loads and stores of a basic block by base register, for modes that look at memory. */
import { addsConstant } from '../isa/results.ts'
import { registerNames, STACK_POINTER } from '../isa/registers.ts'
import type { Instr } from '../isa/row.ts'
import type { AccessGroup } from '../modes/mode.ts'
import type { Moving } from './moving.ts'
import { writes } from '../isa/registers-used.ts'

interface OpenGroup {
  /** A register, or C text. */
  readonly base: number | string
  /** Of accesses to addresses that may move: the first of them, which is the base. */
  readonly address?: number
  readonly accesses: { offset: number; width: number }[]
}

/** Addresses that move together lie in one object, as far as one can tell. */
const ONE_OBJECT = 256

/**
 * The groups of a block by the index of the instruction that they stand before. An instruction in `cuts` may leave the
 * block, so groups that stand before it hold no access behind it; where a base is not the value of a register at the
 * start of the stretch plus a constant, the access is a group of its own in place. Accesses in `without` are in none.
 */
export function groupAccesses(
  instrs: readonly Instr[],
  cuts: ReadonlySet<number>,
  moving: ReadonlyMap<number, Moving> = new Map(),
  without: ReadonlySet<number> = new Set(),
): Map<number, AccessGroup[]> {
  const places = new Map<number, OpenGroup[]>()
  const origin = new Int8Array(32)
  const delta = new Int32Array(32)
  let start = 0
  let open: OpenGroup[] = []
  const begin = (index: number): void => {
    start = index
    open = []
    for (let r = 0; r < 32; r++) {
      origin[r] = r
      delta[r] = 0
    }
  }
  const add = (index: number, group: OpenGroup): void => {
    const at = places.get(index)
    if (at === undefined) places.set(index, [group])
    else at.push(group)
  }
  begin(0)
  for (let index = 0; index < instrs.length; index++) {
    const instr = instrs[index]!
    const { row, rd, rs1, imm } = instr
    if (index > 0 && cuts.has(index)) begin(index)
    const moved = moving.get(index)
    const isAccess = (row.kind === 'load' || row.kind === 'store') && !without.has(index)
    if (isAccess && moved?.kind === 'whole') {
      const { address, text } = moved
      let group = open.find(
        candidate => candidate.address !== undefined && Math.abs(candidate.address - address) < ONE_OBJECT,
      )
      if (group === undefined) {
        group = { base: `(${text})`, address, accesses: [] }
        add(start, group)
        open.push(group)
      }
      group.accesses.push({ offset: address - group.address!, width: row.width })
    } else if (isAccess && moved?.kind === 'rest') {
      add(index, { base: `(${registerNames[rs1]!} + ${moved.text})`, accesses: [{ offset: 0, width: row.width }] })
    } else if (isAccess) {
      const from = origin[rs1]!
      const offset = (from < 0 ? 0 : delta[rs1]!) + imm
      let group = from < 0 ? undefined : open.find(({ base }) => base === from)
      if (group === undefined) {
        group = { base: from < 0 ? rs1 : from, accesses: [] }
        add(from < 0 ? index : start, group)
        if (from >= 0) open.push(group)
      }
      group.accesses.push({ offset, width: row.width })
    }
    if (writes(instr) === 0) continue
    const known = addsConstant(instr) && origin[rs1]! >= 0
    delta[rd] = known ? delta[rs1]! + imm : 0
    origin[rd] = known ? origin[rs1]! : -1
  }
  return new Map(
    [...places].map(([index, groups]) => [
      index,
      groups.map(({ base, accesses }) => ({
        base: typeof base === 'string' ? base : base === 0 ? '(reg)0' : registerNames[base]!,
        isStackPointer: base === STACK_POINTER,
        accesses,
      })),
    ]),
  )
}
