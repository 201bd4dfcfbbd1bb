/** What things cost, in both units. */

export interface Amount {
  readonly instructions: number
  /** Trace cells. */
  readonly cells: number
}

export type Unit = keyof Amount

/** While rows are added up. */
export interface Sum {
  instructions: number
  cells: number
}

export const noSum = (): Sum => ({ instructions: 0, cells: 0 })

export function add(sum: Sum, { instructions, cells }: Amount): void {
  sum.instructions += instructions
  sum.cells += cells
}
