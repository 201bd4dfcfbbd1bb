/** What the instructions of Zicsr do: they read counters; whatever else they name or want traps. */
import { hexText } from '../../hex.ts'
import { counterOf, counterValue } from '../../isa/counters.ts'
import type { Instr } from '../../isa/row.ts'
import type { Hart } from '../../program/hart.ts'
import type { HostOutcome } from '../abi.ts'
import type { Handler } from '../extension.ts'

const trap = ({ pc, row }: Instr, what: string): HostOutcome => ({
  type: 'trap',
  trap: { kind: 'illegal-instruction', pc, message: `${row.name}: ${what}` },
})

/** What the assembler writes for `unimp`: csrrw x0, cycle, x0. */
const UNIMP = 0xc000_1073
const UNIMP_TEXT = '; it is unimp, which compilers place where execution must not come'

/** Reads a register; `writes`: and would write it. */
function access(instr: Instr, { x, xlen, instret }: Hart, writes: boolean): HostOutcome {
  const number = instr.imm & 0xfff
  const counter = counterOf(number)
  const value = counter && counterValue(counter, instret, xlen)
  if (counter === undefined || value === undefined) {
    const name = counter === undefined ? '' : ` (${counter.name}, of RV32)`
    return trap(instr, `there is no register ${hexText(number)}${name}; guests have cycle, time and instret`)
  }
  if (writes) return trap(instr, `counter ${counter.name} is read-only${instr.word >>> 0 === UNIMP ? UNIMP_TEXT : ''}`)
  if (instr.rd !== 0) x[instr.rd] = value
  return { type: 'continue' }
}

const swap: Handler = (instr, hart) => access(instr, hart, true)
/** Sets or clears bits: none where they are those of x0, or of the immediate 0. */
const change: Handler = (instr, hart) => access(instr, hart, instr.rs1 !== 0)

/** By instruction name. */
export const counterHandlers: Readonly<Record<string, Handler>> = {
  csrrw: swap,
  csrrs: change,
  csrrc: change,
  csrrwi: swap,
  csrrsi: change,
  csrrci: change,
}
