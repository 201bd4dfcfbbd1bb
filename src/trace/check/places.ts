/** Names what a failure is about: rows by their instructions, columns by their values. */
import type { Expression } from '../../air/expression.ts'
import { flattened } from '../../air/flat.ts'
import { placeAt, placeText } from '../../elf/symbols.ts'
import { decoderFor } from '../../extensions/registry.ts'
import { disassemble } from '../../isa/disassemble.ts'
import { instructionWord } from '../../program/slots.ts'
import { rowOf, type Matrix } from '../matrix.ts'
import type { TracedGuest } from '../steps.ts'
import type { ColumnValue, InstructionPlace, RowPlace } from './failure.ts'

function instructionAt({ image, abi }: TracedGuest, pc: number, instret: number): InstructionPlace {
  const word = instructionWord(image, pc)
  const instr = word === undefined ? undefined : decoderFor(image.xlen, abi)(word, pc)
  const place = placeAt(image, pc)
  return {
    pc,
    instret,
    symbol: place === undefined ? undefined : placeText(place),
    text: instr === undefined ? 'no instruction' : disassemble(instr),
  }
}

export function placeOfRow({ air, origins }: Matrix, row: number, guest: TracedGuest): RowPlace {
  const pc = origins?.pc[row]
  const instruction = pc === undefined ? undefined : instructionAt(guest, pc, origins!.instret[row]!)
  return { air: air.name, row, instruction }
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
