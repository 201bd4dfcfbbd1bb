/** Where a function goes over into others: calls, jumps, and its end. */
import { upperValue } from '../isa/results.ts'
import { functionAt, isLink, type Functions } from '../modes/calls/functions.ts'
import { nextPc } from '../program/slots.ts'
import { isBehind, type ExecutedCode } from './executed-code.ts'

/** Executed instructions of one function, by index. */
export interface Exits {
  /** By the function gone to: calls and jumps alone, of which each execution is one. */
  readonly certain: ReadonlyMap<number, readonly number[]>
  /** The same of branches, and of a function's last instruction. */
  readonly possible: ReadonlyMap<number, readonly number[]>
  /** Whose target is computed, but no returns. */
  readonly computed: readonly number[]
}

/** Of the function whose executed instructions are those from `from` up to `to`. */
export function exitsOf(code: ExecutedCode, functions: Functions, from: number, to: number): Exits {
  const certain = new Map<number, number[]>()
  const possible = new Map<number, number[]>()
  const computed: number[] = []
  const own = functionAt(functions, code.pcs[from]!)
  for (let index = from; index < to; index++) {
    const instr = code.instrs[index]
    if (instr === undefined) continue
    const { pc, row, rd, rs1, imm } = instr
    const add = (to: Map<number, number[]>, target: number, isCall: boolean): void => {
      const other = functionAt(functions, target)
      if (other < 0 || (other === own && !isCall)) return
      const list = to.get(other)
      if (list === undefined) to.set(other, [index])
      else list.push(index)
    }
    if (row.kind === 'jal') add(certain, pc + imm, isLink(rd))
    if (row.kind === 'branch' || (row.kind === 'call' && row.result === 'branch')) add(possible, pc + imm, false)
    if (row.kind === 'jalr') {
      const before = code.instrs[index - 1]
      const isBuilt = isBehind(before, pc) && before.row.kind === 'upper' && before.rd === rs1 && rs1 !== 0
      if (isBuilt) add(certain, (upperValue(before) + imm) & ~1, isLink(rd))
      else if (isLink(rd) || !isLink(rs1)) computed.push(index)
    }
    const isJump = row.kind === 'jal' || row.kind === 'jalr'
    if (!isJump || isLink(rd)) add(possible, nextPc(instr), false)
  }
  return { certain, possible, computed }
}
