/** Are the cells of a table field elements? */
import { P } from '../../air/field.ts'
import type { Matrix } from '../matrix.ts'
import type { Checking } from './checking.ts'
import { placeOfRow } from './places.ts'

export async function checkCells(matrix: Matrix, { findings, turns, explaining }: Checking): Promise<void> {
  const { air, cells, height } = matrix
  const width = air.columns.length
  for (let row = 0; row < height; row++) {
    if (turns.isDue()) await turns.take()
    for (let column = 0; column < width; column++) {
      const value = cells[row * width + column]!
      if (value < P) continue
      const name = air.columns[column]!
      findings.add(async () => ({
        kind: 'cell',
        ...(await placeOfRow(matrix, row, explaining)),
        column: name,
        value,
      }))
    }
  }
}
