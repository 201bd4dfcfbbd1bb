/** What the interpreter executes, told to the table of mode `shards` as native code tells it. */
import { reads, writes } from '../../isa/registers-used.ts'
import type { Instr } from '../../isa/row.ts'
import { SLOT_MASK } from '../../layout/shards.ts'
import { MEMORY } from '../../layout/meter.ts'
import type { Touch, Watcher } from '../collector.ts'
import type { AddCrossing, ShardTable } from './table.ts'

/** Of a host instruction, all that its encoding names. */
function registersOf(instr: Instr): number {
  if (instr.row.kind !== 'host') return reads(instr) | writes(instr)
  return (1 << instr.rd) | (1 << instr.rs1) | (1 << instr.rs2)
}

export class ShardsWatcher implements Watcher {
  readonly #table: ShardTable
  readonly #add: AddCrossing
  readonly #onRetired: () => void
  /** Of the instruction that is about to retire. */
  #touches: Touch[] = []

  constructor(table: ShardTable, add: AddCrossing, onRetired: () => void) {
    this.#table = table
    this.#add = add
    this.#onRetired = onRetired
  }

  touched(space: number, address: number, length: number): void {
    this.#touches.push({ space, address, length })
  }

  retired(instr: Instr | undefined, pc: number): void {
    const table = this.#table
    if (instr !== undefined) {
      const slot = (pc / this.#table.slotBytes) & SLOT_MASK
      table.accessRegisters(registersOf(instr) & ~1, slot)
      for (const touch of this.#touches) this.#access(touch, slot, instr)
    }
    if (this.#touches.length > 0) this.#touches = []
    this.#onRetired()
  }

  #access({ space, address, length }: Touch, slot: number, { row: { kind } }: Instr): void {
    if (length === 0) return
    const table = this.#table
    const { wordBytes } = table.layout
    if (space === MEMORY && kind === 'host') table.hinted(address, length)
    const alone = kind === 'store' || kind === 'host'
    const last = Math.floor((address + length - 1) / wordBytes)
    for (let word = Math.floor(address / wordBytes); word <= last; word++) {
      if (space === MEMORY) table.access(word, slot, alone, this.#add)
      else table.accessPublic(word, slot, this.#add)
    }
  }
}
