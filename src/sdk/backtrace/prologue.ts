/** What the first instructions of a function say about its stack frame: its size, and where ra and s0 were saved. */
import { addsConstant } from '../../isa/results.ts'
import { STACK_POINTER } from '../../isa/registers.ts'
import type { Instr } from '../../isa/row.ts'
import { nextPc } from '../../program/slots.ts'

/** A frame as far as its prologue was executed. Offsets are in bytes from the caller's stack pointer: negative. */
export interface FrameFacts {
  /** Stack pointer of the function's body. */
  readonly sp: number
  /** Value of the frame pointer (s0), where the function has set one up. */
  readonly fp: number | undefined
  /** Where the caller's ra and s0 are; undefined where they were not saved. */
  readonly ra: number | undefined
  readonly s0: number | undefined
}

export const RETURN_ADDRESS = 1
export const FRAME_POINTER = 8

/** No prologue is longer. */
const MOST_INSTRUCTIONS = 128

/** Reads the straight line from the function's `start` up to, not including, `end`. */
export function frameFacts(instrAt: (pc: number) => Instr | undefined, start: number, end: number): FrameFacts {
  const constants = new Map<number, number>()
  const saved: { ra?: number; s0?: number } = {}
  let sp = 0
  let fp: number | undefined
  for (let pc = start, count = 0; pc < end && count < MOST_INSTRUCTIONS; count++) {
    const instr = instrAt(pc)
    if (instr !== undefined) pc = nextPc(instr)
    if (instr === undefined || ['branch', 'jal', 'jalr', 'host'].includes(instr.row.kind)) break
    const { row, rd, rs1, rs2, imm } = instr
    if (row.kind === 'store') {
      if (rs1 !== STACK_POINTER) continue
      if (rs2 === RETURN_ADDRESS) saved.ra ??= sp + imm
      if (rs2 === FRAME_POINTER && fp === undefined) saved.s0 ??= sp + imm
    } else if (rd === STACK_POINTER) {
      const by = addsConstant(instr) && rs1 === STACK_POINTER ? imm : largeStep(instr, constants)
      if (by === undefined) break
      sp += by
    } else if (rd === FRAME_POINTER && addsConstant(instr) && rs1 === STACK_POINTER) fp = sp + imm
    else keepConstant(instr, constants)
  }
  return { sp, fp, ra: saved.ra, s0: saved.s0 }
}

/** Frames beyond 2 KiB move the stack pointer by a register. */
function largeStep({ row, rs1, rs2 }: Instr, constants: ReadonlyMap<number, number>): number | undefined {
  const step = rs1 === STACK_POINTER ? constants.get(rs2) : undefined
  if (step === undefined || row.kind !== 'alu' || row.source !== 'register') return undefined
  if (row.op === 'add') return step
  return row.op === 'sub' ? -step : undefined
}

function keepConstant(instr: Instr, constants: Map<number, number>): void {
  const { row, rd, rs1, imm } = instr
  const before = rs1 === 0 ? 0 : constants.get(rs1)
  const isAdded = row.kind === 'alu' && row.source === 'immediate' && (row.op === 'add' || row.op === 'addw')
  if (row.kind === 'upper' && !row.relative) constants.set(rd, imm)
  else if (isAdded && before !== undefined) constants.set(rd, before + imm)
  else constants.delete(rd)
}
