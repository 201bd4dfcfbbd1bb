/** Writes stretches of instructions that were executed equally often, context by context. */
import { Column } from './column.ts'
import type { SlotBytes } from '../../isa/row.ts'
import type { CallRuns } from './counts.ts'

/** Runs in address order, of neighbours that count alike one. */
export class RunWriter {
  readonly #slotBytes: SlotBytes
  readonly #pc = new Column(Uint32Array)
  readonly #instructions = new Column(Uint32Array)
  readonly #times = new Column(Float64Array)
  /** Where the last run ends; 0: the next one begins a context. */
  #end = 0

  constructor(slotBytes: SlotBytes) {
    this.#slotBytes = slotBytes
  }

  get length(): number {
    return this.#pc.length
  }

  begin(): void {
    this.#end = 0
  }

  add(pc: number, instructions: number, times: number): void {
    if (times === 0 || instructions === 0) return
    const last = this.length - 1
    if (pc === this.#end && this.#times.at(last) === times) {
      this.#instructions.set(last, this.#instructions.at(last) + instructions)
    } else {
      this.#pc.push(pc)
      this.#instructions.push(instructions)
      this.#times.push(times)
    }
    this.#end = pc + instructions * this.#slotBytes
  }

  finish(): CallRuns {
    return {
      slotBytes: this.#slotBytes,
      pc: this.#pc.finish(),
      instructions: this.#instructions.finish(),
      times: this.#times.finish(),
    }
  }
}
