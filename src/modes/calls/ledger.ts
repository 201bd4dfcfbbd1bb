/** A run in mode `calls`: what all of its jobs counted, the calls that are open, and how saved runs have both. */
import type { Machine } from '../../machine/machine.ts'
import type { Ledger, LedgerContext, RestoredRun } from '../ledger.ts'
import type { CallsOrder, CallsReport } from './collector.ts'
import type { CallCounts, CallsResult } from './counts.ts'
import { functionsOf, type Functions } from './functions.ts'
import { leavesOf } from './marks.ts'
import { restoredCalls, savedCalls } from './saved.ts'
import { sumOfCalls } from './sum.ts'

/** What was counted so far: added up when somebody asks, and when the parts that wait are larger than the sum. */
class Counted {
  #parts: readonly CallCounts[]

  constructor(parts: readonly CallCounts[]) {
    this.#parts = parts
  }

  with(more: readonly CallCounts[]): Counted {
    const next = new Counted([...this.#parts, ...more])
    const [first, ...rest] = next.#parts.map(sizeOf)
    if (rest.reduce((sum, size) => sum + size, 0) > Math.max(first ?? 0, LEAST_SUM)) void next.sum
    return next
  }

  get sum(): CallCounts {
    const [first, ...rest] = this.#parts
    if (first === undefined || rest.length > 0 || !this.#isSum) this.#parts = [sumOfCalls(this.#parts)]
    this.#isSum = true
    return this.#parts[0]!
  }

  #isSum = false
}

/** Rows that may wait. */
const LEAST_SUM = 4096

const sizeOf = ({ paths, runs, extraRows }: CallCounts): number =>
  1 + paths.parent.length + runs.pc.length + extraRows.pc.length

export class CallsLedger implements Ledger {
  readonly #functions: Functions
  readonly #machine: Machine
  #counted: Counted
  #open: CallsOrder

  constructor({ image, slotBytes, machine }: Pick<LedgerContext, 'image' | 'slotBytes' | 'machine'>) {
    this.#functions = functionsOf(image, slotBytes)
    this.#machine = machine
    this.#counted = new Counted([noCalls(this.#functions)])
  }

  attach(): void {}

  begin(): void {}

  order(): CallsOrder {
    return this.#open
  }

  absorb(collected: unknown): void {
    const { parts, open } = collected as CallsReport
    this.#counted = this.#counted.with(parts)
    this.#open = open
  }

  result(): CallsResult {
    const counted = this.#counted
    return {
      get calls() {
        return counted.sum
      },
    }
  }

  async save(keep: (bytes: Uint8Array) => number): Promise<unknown> {
    return savedCalls(this.#counted.sum, this.#open, keep)
  }

  async restore(saved: unknown, { instructions, bytes }: RestoredRun): Promise<void> {
    const { counts, open } = restoredCalls(saved, {
      functions: this.#functions,
      leaves: leavesOf(this.#machine),
      instructions,
      bytes,
    })
    this.#counted = new Counted([counts])
    this.#open = open
  }
}

function noCalls({ starts, slotBytes }: Functions): CallCounts {
  const none = new Uint32Array()
  return {
    functions: starts,
    paths: { parent: new Int32Array(), function: new Int32Array(), isTail: new Uint8Array() },
    contexts: {
      path: none,
      step: new Int32Array(),
      calls: new Float64Array(),
      touches: undefined,
      firstRun: new Uint32Array(1),
    },
    runs: { slotBytes, pc: none, instructions: none, times: new Float64Array() },
    extraRows: { context: none, pc: none, rows: new Float64Array() },
    unmatched: 0,
    skipped: 0,
    forgotten: 0,
  }
}
