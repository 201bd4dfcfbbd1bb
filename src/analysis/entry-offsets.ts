/** Registers as what one of them held at an earlier place plus a constant: the one place that follows that. */
import { addsConstant } from '../isa/results.ts'
import { writes } from '../isa/registers-used.ts'
import type { Instr } from '../isa/row.ts'

const THEMSELVES: readonly number[] = Array.from({ length: 32 }, (_, register) => register)
const ZEROS: readonly number[] = THEMSELVES.map(() => 0)

/** Goes through straight-line code, from where `begin` is called. */
export class EntryOffsets {
  // Small typed arrays take longer to make than to use.
  #origins = THEMSELVES.slice()
  #offsets = ZEROS.slice()
  readonly #farthest: number

  /** `farthest`: what is as far away as that is not followed. */
  constructor(farthest = Infinity) {
    this.#farthest = farthest
  }

  /** From here on every register stands for itself. */
  begin(): void {
    this.#origins = THEMSELVES.slice()
    this.#offsets = ZEROS.slice()
  }

  /** The register that `register` is made from; -1 where it is not. */
  originOf(register: number): number {
    return this.#origins[register]!
  }

  /** What was added to that, in bytes; 0 where it is not made from one. */
  offsetOf(register: number): number {
    return this.#offsets[register]!
  }

  /** Goes behind an instruction. */
  pass(instr: Instr): void {
    if (writes(instr) === 0) return
    const { rd, rs1, imm } = instr
    const offset = this.#offsets[rs1]! + imm
    const isKnown = addsConstant(instr) && this.#origins[rs1]! >= 0 && Math.abs(offset) < this.#farthest
    this.#origins[rd] = isKnown ? this.#origins[rs1]! : -1
    this.#offsets[rd] = isKnown ? offset : 0
  }
}
