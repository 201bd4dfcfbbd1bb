/** Upper parts of addresses, made by lui and auipc, that may move when the guest is built again. */
import type { Instr } from '../isa/row.ts'
import type { Program } from '../program/program.ts'

const PAGE = 4096

/** Which values of lui may be addresses; none where code builds its addresses with auipc. */
export type MovingRange = { readonly low: number; readonly high: number } | undefined

export function movingRange({ image, instrs }: Program): MovingRange {
  const first = image.segments[0]
  if (first === undefined) return undefined
  const range = { low: first.address - PAGE / 2, high: image.end + PAGE }
  let absolute = 0
  let relative = 0
  for (const instr of instrs) {
    if (instr?.row.kind !== 'upper') continue
    if (instr.row.relative) relative++
    else if (instr.imm >= range.low && instr.imm < range.high) absolute++
  }
  return absolute > relative ? range : undefined
}

/** Does lui or auipc make the upper part of an address that may move? */
export const isMovingUpper = ({ row, imm }: Instr, range: MovingRange): boolean =>
  row.kind === 'upper' && (row.relative || (range !== undefined && imm >= range.low && imm < range.high))
