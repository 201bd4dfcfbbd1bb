/** Names what a failure is about: rows by their instructions, columns by their values. */
import type { Expression } from '../../air/expression.ts'
import { flattened } from '../../air/flat.ts'
import { placeAt, placeText } from '../../elf/symbols.ts'
import { decoderFor } from '../../extensions/registry.ts'
import { disassemble } from '../../isa/disassemble.ts'
import { fetchAt } from '../../program/slots.ts'
import { rowOf, type Matrix } from '../matrix.ts'
import type { TracedGuest } from '../steps.ts'
import type { ColumnValue, InstructionPlace, RowPlace } from './failure.ts'

/** The instruction that a row is of. */
export interface Origin {
  readonly pc: number
  /** Instructions retired before it. */
  readonly instret: number
}

/** Asked only for rows of failures that are told; undefined for rows of no instruction. */
export type OriginOf = (matrix: Matrix, row: number) => Origin | undefined | Promise<Origin | undefined>

/** Of matrices that know it themselves. */
export const ownOrigin: OriginOf = ({ origins }, row) => {
  const pc = origins?.pc[row]
  return pc === undefined ? undefined : { pc, instret: origins!.instret[row]! }
}

/** What rows are explained by. */
export interface Explaining {
  readonly guest: TracedGuest
  readonly originOf: OriginOf
}

function instructionAt({ image, abi }: TracedGuest, { pc, instret }: Origin): InstructionPlace {
  const instr = fetchAt(image, decoderFor(image.xlen, abi), pc)?.instr
  const place = placeAt(image, pc)
  return {
    pc,
    instret,
    symbol: place === undefined ? undefined : placeText(place),
    text: instr === undefined ? 'no instruction' : disassemble(instr),
  }
}

export async function placeOfRow(matrix: Matrix, row: number, { guest, originOf }: Explaining): Promise<RowPlace> {
  const origin = await originOf(matrix, row)
  return { air: matrix.air.name, row, instruction: origin && instructionAt(guest, origin) }
}

/** The columns that occur in expressions, with what they hold. */
export function columnsOf(matrix: Matrix, row: number, expressions: readonly Expression[]): readonly ColumnValue[] {
  const { columns } = matrix.air
  const rows = [rowOf(matrix, row), rowOf(matrix, (row + 1) % matrix.height)]
  return flattened(expressions).nodes.flatMap(node => {
    if (node.op !== 'column') return []
    const name = `${node.row === 0 ? '' : 'next.'}${columns[node.index]!}`
    return [{ name, value: rows[node.row]![node.index]! }]
  })
}
