/** Loads and stores of a block whose address is that of one before. */
import type { Instr } from '../isa/row.ts'

/** By index. `told`: accesses that count, as those before and as those found. */
export function repeatedAccesses(instrs: readonly Instr[], told: (index: number) => boolean): ReadonlySet<number> {
  const found = new Set<number>()
  /** Offsets accessed so far from what each register holds now. */
  const offsets = new Map<number, Set<number>>()
  for (const [index, { row, rs1, rd, imm }] of instrs.entries()) {
    if ((row.kind === 'load' || row.kind === 'store') && told(index)) {
      const own = offsets.get(rs1) ?? new Set()
      offsets.set(rs1, own)
      if (own.has(imm)) found.add(index)
      own.add(imm)
    }
    if (row.kind !== 'store' && row.kind !== 'branch') offsets.delete(rd)
  }
  return found
}
