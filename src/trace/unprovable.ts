/** Runs that are legal and that no proof can show. */
import { RvrError } from '../errors.ts'
import { hexText } from '../hex.ts'
import { MEMORY } from '../layout/meter.ts'
import type { Instr, Row } from '../isa/row.ts'
import type { Hart } from '../program/hart.ts'

/** Where an instruction stands: its address, and the instructions retired before it. */
export interface InstructionPlace {
  readonly pc: number
  readonly instret: number
}

export function unprovable(reason: string, { pc, instret }: InstructionPlace): RvrError {
  return new RvrError(
    'UNPROVABLE',
    `the run cannot be proved from instruction ${instret} at ${hexText(pc)} on: ${reason}`,
    {
      hint: 'docs/trace.md says which runs can be proved; segments that end before this instruction can be traced.',
      details: { pc, instret, reason },
    },
  )
}

/** Bytes of an address space that an instruction is about to access. */
export interface Touch {
  readonly space: number
  readonly address: number
  readonly length: number
}

const HIGH = 2n ** 32n

const accesses = ({ kind }: Row): boolean => kind === 'load' || kind === 'store'

/** The register that holds the address, or the target of a jump. `touches`: does a host instruction access memory? */
function baseOf({ row, rs1, rd }: Instr, touches: boolean): number | undefined {
  if (row.kind === 'host') return touches ? rd : undefined
  return accesses(row) || row.kind === 'jalr' ? rs1 : undefined
}

/** Why no row shows what the instruction is about to do; undefined where one does. */
export function reasonAgainst(instr: Instr, touch: Touch | undefined, { x, xlen }: Hart): string | undefined {
  const base = baseOf(instr, touch !== undefined)
  if (xlen === 64 && base !== undefined && x[base]! >= HIGH)
    return `x${base} is 2^32 or more, and rows have the low half of an address alone`
  if (touch === undefined) return undefined
  // Rows of RV64 loads and stores have columns for a second block; others have one.
  const unit = accesses(instr.row) ? touch.length : xlen / 8
  if ((accesses(instr.row) && xlen === 64) || touch.address % unit === 0) return undefined
  const what = touch.space === MEMORY ? 'the address' : 'the place among the public values'
  return `${what} ${hexText(touch.address)} is no multiple of ${unit}`
}
