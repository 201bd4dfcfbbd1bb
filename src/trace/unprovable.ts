/** Runs that are legal and that no proof can show. */
import type { Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import { hexText } from '../hex.ts'
import { MEMORY } from '../layout/meter.ts'
import { isMemory, type Instr, type Row } from '../isa/row.ts'
import { disassemble } from '../isa/disassemble.ts'
import type { Decoder } from '../isa/table.ts'
import { firstInstr, isCompressed } from '../program/first-instr.ts'
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

/** @throws RvrError `UNPROVABLE`: the guest's code has a compressed instruction, and every AIR moves pc by 4 */
export function refuseCompressed(image: Image, decode: Decoder): void {
  const instr = decode.slotBytes === 2 ? firstInstr(image, decode, isCompressed) : undefined
  if (instr === undefined) return
  throw new RvrError(
    'UNPROVABLE',
    `guests with compressed instructions (extension C) cannot be proved: ${disassemble(instr)} at ${hexText(instr.pc)}`,
    { hint: 'Build the guest without C: -march=rv64im or rv32im.', details: { pc: instr.pc, extension: 'C' } },
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

/** Registers that hold an address, or the target of a jump. `touches`: does a host instruction access memory? */
function basesOf(instr: Instr, touches: boolean): readonly number[] {
  const { row, rs1, rd } = instr
  if (row.kind === 'host') return touches ? [rd] : []
  if (row.kind === 'call') return row.operands.filter(isMemory).map(({ register }) => instr[register])
  return accesses(row) || row.kind === 'jalr' ? [rs1] : []
}

/** Why no row shows what the instruction is about to do; undefined where one does. */
export function reasonAgainst(instr: Instr, touches: readonly Touch[], { x, xlen }: Hart): string | undefined {
  const high = xlen === 64 ? basesOf(instr, touches.length > 0).find(base => x[base]! >= HIGH) : undefined
  if (high !== undefined) return `x${high} is 2^32 or more, and rows have the low half of an address alone`
  // Rows of RV64 loads and stores have columns for a second block; others have one.
  const isAnywhere = accesses(instr.row) && xlen === 64
  for (const { space, address, length } of isAnywhere ? [] : touches) {
    const unit = accesses(instr.row) ? length : xlen / 8
    const what = space === MEMORY ? 'the address' : 'the place among the public values'
    if (address % unit !== 0) return `${what} ${hexText(address)} is no multiple of ${unit}`
  }
  return undefined
}
