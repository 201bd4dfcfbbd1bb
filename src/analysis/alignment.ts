/** Which loads and stores of a block are aligned, and what has to be tested where that is not known. */
import type { Instr } from '../isa/row.ts'

/** Of an access. `register`: aligned where its base register is; `address`: its address itself has to be looked at. */
export type Alignment = 'known' | 'register' | 'address'

/** No access is wider. */
const MOST = 8
const REGISTERS = 32

interface AlignmentOptions {
  /** Accesses (by index) that are known to be aligned. */
  readonly proven: Pick<ReadonlySet<number>, 'has'> | undefined
  /** Instructions (by index) whose immediates may be others when the guest is edited. */
  readonly moving: Pick<ReadonlyMap<number, unknown>, 'has'>
  /** What was tested once is known behind that, because control goes elsewhere otherwise. */
  readonly learns: boolean
}

/** The greatest power of two up to MOST that divides it. */
const powerIn = (value: number): number => (value === 0 ? MOST : Math.min(MOST, value & -value))

/** By index, for each load and store. */
export function alignments(instrs: readonly Instr[], options: AlignmentOptions): ReadonlyMap<number, Alignment> {
  const { proven, moving, learns } = options
  const found = new Map<number, Alignment>()
  /** Powers of two that divide what registers hold. */
  const known = Array.from({ length: REGISTERS }, (_, register): number => (register === 0 ? MOST : 1))
  for (const [index, instr] of instrs.entries()) {
    const { row, rs1, rd, imm } = instr
    const isMoving = moving.has(index)
    if (row.kind === 'load' || row.kind === 'store') {
      const { width } = row
      const isEven = !isMoving && imm % width === 0
      if (width === 1 || proven?.has(index) === true || (isEven && known[rs1]! >= width)) found.set(index, 'known')
      else {
        found.set(index, isEven ? 'register' : 'address')
        if (learns && isEven) known[rs1] = width
      }
    }
    if (rd !== 0) known[rd] = isMoving ? 1 : resultOf(instr, known)
  }
  return found
}

/** What divides the result, whatever of its upper bits is cut off. */
function resultOf({ row, rs1, rs2, imm }: Instr, known: readonly number[]): number {
  switch (row.name) {
    case 'addi':
    case 'addiw':
      return Math.min(known[rs1]!, powerIn(imm))
    case 'add':
    case 'addw':
    case 'sub':
    case 'subw':
      return Math.min(known[rs1]!, known[rs2]!)
    case 'andi':
      return Math.max(known[rs1]!, powerIn(imm))
    case 'slli':
    case 'slliw':
      return imm >= 3 ? MOST : Math.min(MOST, known[rs1]! << imm)
    case 'lui':
      return MOST
    default:
      return 1
  }
}
