/** Adds up what a path spent by frame, step and line: rows of costs in their order. */
import type { CostColumns } from './tree-columns.ts'
import type { CodeSources } from './frames.ts'

/** A frame's line, or a frame where lines were not asked for, has a number: ascending by frame, file and line. */
export class Spots {
  readonly #spotOf: Uint32Array
  readonly #frame: number[] = []
  readonly #file: number[] = []
  readonly #line: number[] = []
  /** Of the context at hand, by spot. */
  readonly #instructions: Float64Array
  readonly #cells: Float64Array
  #touched: number[] = []
  /** Of the path's contexts, in order. */
  #rows: Row[] = []
  #contexts = 0

  constructor({ frame, file, line }: CodeSources, lines: boolean) {
    const fileOf = (index: number): number => (lines ? file[index]! : -1)
    const lineOf = (index: number): number => (lines ? line[index]! : 0)
    const order = Uint32Array.from(frame, (_, index) => index).sort(
      (a, b) => frame[a]! - frame[b]! || fileOf(a) - fileOf(b) || lineOf(a) - lineOf(b),
    )
    this.#spotOf = new Uint32Array(frame.length)
    for (const index of order) {
      const last = this.#frame.length - 1
      const isNew =
        frame[index] !== this.#frame[last] || fileOf(index) !== this.#file[last] || lineOf(index) !== this.#line[last]
      if (isNew) {
        this.#frame.push(frame[index]!)
        this.#file.push(fileOf(index))
        this.#line.push(lineOf(index))
      }
      this.#spotOf[index] = this.#frame.length - 1
    }
    this.#instructions = new Float64Array(this.#frame.length)
    this.#cells = new Float64Array(this.#frame.length)
  }

  /** Executions of an instruction in the context at hand. */
  add(index: number, times: number, cells: number): void {
    const spot = this.#spotOf[index]!
    if (this.#instructions[spot] === 0) this.#touched.push(spot)
    this.#instructions[spot]! += times
    this.#cells[spot]! += cells
  }

  /** The context at hand is over; it was of this step. */
  end(step: number): void {
    this.#contexts++
    this.#touched.sort((a, b) => a - b)
    for (const spot of this.#touched) {
      this.#rows.push({ spot, step, instructions: this.#instructions[spot]!, cells: this.#cells[spot]! })
      this.#instructions[spot] = 0
      this.#cells[spot] = 0
    }
    this.#touched.length = 0
  }

  /** The path is over. Nodes are asked for in the order of their frames. */
  drain(nodeOf: (frame: number) => number, costs: CostColumns): void {
    const frame = this.#frame
    if (this.#contexts > 1)
      this.#rows.sort((a, b) => frame[a.spot]! - frame[b.spot]! || a.step - b.step || a.spot - b.spot)
    for (const [index, { spot, step, instructions, cells }] of this.#rows.entries()) {
      const next = this.#rows[index + 1]
      // A path may have several contexts of one step.
      if (next?.spot === spot && next.step === step) {
        next.instructions += instructions
        next.cells += cells
        continue
      }
      const [file, line] = [this.#file[spot]!, this.#line[spot]!]
      costs.add({ node: nodeOf(frame[spot]!), step, file, line, instructions, cells })
    }
    this.#rows.length = 0
    this.#contexts = 0
  }
}

interface Row {
  readonly spot: number
  readonly step: number
  instructions: number
  cells: number
}
