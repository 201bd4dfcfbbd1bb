/** The operations of a native interpreter: one for each instruction row, and one more where rd may be x0. */
import type { Instr, Row } from '../../isa/row.ts'

export interface Operation {
  /** C identifier of its handler, without prefix. */
  readonly name: string
  readonly row: Row
  /** Its result goes nowhere: rd is x0. */
  readonly discards: boolean
  /** An instruction that stands for all of the operation: what a mode counts of it. */
  readonly instr: Instr
}

/** What an instruction counts as depends on nothing but its row and whether rd is x0. */
const operation = (row: Row, discards: boolean): Operation => ({
  name: `${row.name.replaceAll(/[^a-z0-9]/gi, '_')}${discards ? '_x0' : ''}`,
  row,
  discards,
  instr: { pc: 0, size: 4, word: 0, row, rd: discards ? 0 : 1, rs1: 1, rs2: 1, imm: 0 },
})

function hasResult(row: Row): boolean {
  switch (row.kind) {
    case 'alu':
    case 'upper':
    case 'load':
    case 'jal':
    case 'jalr':
      return true
    case 'call':
      return row.result === 'register'
    default:
      return false
  }
}

/** Host instructions are the host's. */
const isExecuted = ({ kind }: Row): boolean => kind !== 'host'

/** All operations of a width's rows, in their order; without those of rows that have none. */
export function operationsOf(rows: readonly Row[], hasOperation: (row: Row) => boolean = isExecuted): Operation[] {
  const names = new Set<string>()
  const all = rows
    .filter(hasOperation)
    .flatMap(row => [operation(row, false), ...(hasResult(row) ? [operation(row, true)] : [])])
  return all.map(one => {
    let { name } = one
    for (let next = 2; names.has(name); next++) name = `${one.name}_${next}`
    names.add(name)
    return { ...one, name }
  })
}
