/** Which part of a profile a report shows, and how cells of its tables are written. */
import type { Unit } from '../../guest-profile/views/amount.ts'

export const breakdowns = ['function', 'line', 'instruction', 'step', 'call'] as const
export type Breakdown = (typeof breakdowns)[number]

export interface ProfileView {
  readonly by: Breakdown
  /** Rows; the rest is summed, where that says something. */
  readonly top: number
  /** What rows are sorted by, and shares are of. */
  readonly unit: Unit
  /** Index of the one step that is shown; default: all. */
  readonly step?: number | undefined
  /** Assembly text of the instruction at an address. */
  readonly instructionAt: (pc: number) => string
}

/** How text of the guest becomes a cell. */
export interface CellStyle {
  readonly text: (text: string) => string
  /** In front of a cell, by depth in the tree. */
  readonly indent: (depth: number) => string
}
