/** The leaves that a machine divides memory into: their size, and the rows that each one takes. */
import { meterLayouts, type MeterLayout } from '../layout/meter.ts'
import type { MachineFile } from './file.ts'

type WithMemory = Pick<MachineFile, 'memory'>

/** The memory tree with leaves of the machine's size, and the area of a meter of it. */
export const meterLayoutOf = ({ memory: { leafBytes = 16 } }: WithMemory): MeterLayout => meterLayouts[leafBytes]

/** Rows of the boundary chip for each leaf that a segment touches. */
export const rowsPerLeaf = ({ memory: { rowsPerLeaf: rows = 1 } }: WithMemory): number => rows
