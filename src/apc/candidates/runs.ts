/** In which order blocks were executed: runs of blocks, one right behind the other, and how often each occurs. */
import { INSTRUCTION_BYTES, type Block } from '../../air/system.ts'

/** Blocks that were executed one right behind the other. */
export interface Run {
  /** Addresses that they start at. */
  readonly starts: readonly number[]
  /** How often exactly this was executed. */
  readonly times: number
}

/** Makes runs of executed instructions. What belongs to no block, and a block that is left early, end a run. */
export class RunRecorder {
  readonly #lengths: ReadonlyMap<number, number>
  readonly #runs = new Map<string, { readonly starts: readonly number[]; times: number }>()
  #run: number[] = []
  #start = 0
  /** Instructions of the block at `#start` that are still to come. */
  #left = 0

  constructor(blocks: readonly Block[]) {
    this.#lengths = new Map(blocks.map(({ start, instructions }) => [start, instructions.length]))
  }

  /** An instruction was executed. */
  executed(pc: number): void {
    if (this.#left > 0) {
      const length = this.#lengths.get(this.#start)!
      if (pc === this.#start + (length - this.#left) * INSTRUCTION_BYTES) {
        this.#left--
        if (this.#left === 0) this.#run.push(this.#start)
        return
      }
      this.#end()
    }
    const length = this.#lengths.get(pc)
    if (length === undefined) {
      this.#end()
      return
    }
    this.#start = pc
    this.#left = length - 1
  }

  /** What was recorded so far; a block that has not ended counts for nothing. */
  get runs(): readonly Run[] {
    this.#end()
    return [...this.#runs.values()]
  }

  #end(): void {
    this.#left = 0
    if (this.#run.length === 0) return
    const key = this.#run.join()
    const known = this.#runs.get(key)
    if (known === undefined) this.#runs.set(key, { starts: this.#run, times: 1 })
    else known.times++
    this.#run = []
  }
}

/** Blocks in a row, and how often they occur. */
export interface Occurring {
  readonly starts: readonly number[]
  /** Occurrences that do not overlap, from left to right, in all runs together. */
  readonly executions: number
}

/** A window that was seen: a node of a tree of windows, a block deeper than its parent. */
interface Window {
  readonly starts: readonly number[]
  readonly longer: Map<number, Window>
  executions: number
  /** The run in which it was seen last, and the place behind it there. */
  run: number
  end: number
}

const windowOf = (starts: readonly number[]): Window => ({
  starts,
  longer: new Map(),
  executions: 0,
  run: -1,
  end: 0,
})

/** All that occurs, of 1 to `most` blocks each; sorted by starts. */
export function windowsOf(runs: readonly Run[], most: number): readonly Occurring[] {
  const none = windowOf([])
  const found: Window[] = []
  for (const [run, { starts, times }] of runs.entries()) {
    for (let first = 0; first < starts.length; first++) {
      let window = none
      for (let at = first; at < Math.min(first + most, starts.length); at++) {
        const start = starts[at]!
        let longer = window.longer.get(start)
        if (longer === undefined) {
          longer = windowOf([...window.starts, start])
          window.longer.set(start, longer)
          found.push(longer)
        }
        window = longer
        if (window.run === run && first < window.end) continue
        window.executions += times
        window.run = run
        window.end = at + 1
      }
    }
  }
  return found
    .map(({ starts, executions }) => ({ starts, executions }))
    .toSorted((a, b) => compareStarts(a.starts, b.starts))
}

/** By the first start that differs; what another one begins with is the smaller one. */
export function compareStarts(a: readonly number[], b: readonly number[]): number {
  for (const [index, start] of a.entries()) {
    const other = b[index]
    if (other === undefined) return 1
    if (start !== other) return start - other
  }
  return a.length - b.length
}
