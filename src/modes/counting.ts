/** What every mode counts whose pace is the budget: its counters, whoever executes the guest. */
import * as v from 'valibot'
import type { Instr } from '../isa/row.ts'
import { BlockProgress, type BlockRow } from '../machine/block-rows.ts'
import type { Machine } from '../machine/machine.ts'
import type { Hart } from '../program/hart.ts'
import type { Collector, CollectorContext, CollectorReport, HandBack, NativeUse, Site, Watcher } from './collector.ts'
import type { Ledger, LedgerContext, ModeResult, RestoredRun } from './ledger.ts'
import { cellCounter, type Counter, type Mode } from './mode.ts'

/** What counters depend on. */
export type CountingContext = Pick<CollectorContext, 'machine'> &
  Partial<Pick<CollectorContext, 'blockRows' | 'isInside'>>

/** Budget and counters travel in the state block; in the interpreter the same amounts are added up here. */
export class CountingCollector implements Collector {
  readonly watcher: Watcher | undefined
  readonly #machine: Machine
  /** Without the budget. */
  readonly #counters: readonly Counter[]
  readonly #native: bigint[]
  readonly #interpreted: number[]
  readonly #progress: BlockProgress | undefined
  #hart: Hart | undefined

  constructor({ counters }: Pick<Mode, 'counters'>, { machine, blockRows, isInside }: CountingContext) {
    this.#machine = machine
    this.#counters = counters.slice(1)
    this.#native = this.#counters.map(() => 0n)
    this.#interpreted = this.#counters.map(() => 0)
    this.#progress = blockRows && new BlockProgress(blockRows, isInside === true)
    if (this.#counters.length > 0) this.watcher = { retired: (instr, pc, rows) => this.retired(instr, pc, rows) }
  }

  attach(_site: Site, hart: Hart): void {
    this.#hart = hart
  }

  /** The interpreter executed one instruction. */
  protected retired(instr: Instr | undefined, pc: number, rows: number): void {
    const block = this.#progress?.retired(pc)
    if (block !== undefined) this.#settle(block)
    if (instr === undefined) return
    for (let index = 0; index < this.#counters.length; index++)
      this.#interpreted[index]! += this.#counters[index]!.amount(instr, this.#machine, rows)
  }

  leastBudget(floor: bigint): bigint {
    return floor
  }

  enter(counters: BigInt64Array, budget: bigint): void {
    counters.fill(0n)
    counters[0] = budget
  }

  leave(counters: BigInt64Array, { budget, isAstray }: HandBack): NativeUse {
    this.#progress?.handedBack(this.#hart!.pc, isAstray)
    for (let index = 0; index < this.#native.length; index++) this.#native[index]! += counters[index + 1]!
    return { used: budget - counters[0]!, paused: false }
  }

  cells(): bigint {
    const index = this.#counters.indexOf(cellCounter)
    return index < 0 ? 0n : this.#total(index)
  }

  printsAnew(): boolean {
    return true
  }

  detach(): number {
    return 0
  }

  report(): CollectorReport {
    return { collected: this.#counters.map((_, index) => this.#total(index)), isInside: this.isInside }
  }

  /** Is the guest within a block that it has entered at its start? */
  protected get isInside(): boolean {
    return this.#progress?.isInside === true
  }

  #settle(block: BlockRow): void {
    for (const [index, { behind }] of this.#counters.entries()) this.#interpreted[index]! += behind?.(block) ?? 0
  }

  #total(index: number): bigint {
    return this.#native[index]! + BigInt(this.#interpreted[index]!)
  }
}

const Saved = v.record(
  v.string(),
  v.pipe(
    v.string(),
    v.regex(/^\d{1,40}$/),
    v.transform(text => BigInt(text)),
  ),
)

/** Totals of the counters by name; cells are the run's cost, which it adds up itself. */
export class CountingLedger implements Ledger {
  readonly #counters: readonly Counter[]
  readonly #totals: Map<string, bigint>

  constructor({ counters }: Pick<Mode, 'counters'>) {
    this.#counters = counters.slice(1)
    const own = this.#counters.filter(counter => counter !== cellCounter)
    this.#totals = new Map(own.map(({ name }) => [name, 0n]))
  }

  attach(_site: Site): void {}

  begin(): void {}

  order(): unknown {
    return undefined
  }

  absorb(collected: unknown): void {
    for (const [index, count] of (collected as readonly bigint[]).entries()) {
      const { name } = this.#counters[index]!
      const total = this.#totals.get(name)
      if (total !== undefined) this.#totals.set(name, total + count)
    }
  }

  result(): ModeResult {
    return Object.fromEntries(this.#totals)
  }

  async save(_keep: (bytes: Uint8Array) => number): Promise<unknown> {
    if (this.#totals.size === 0) return undefined
    return Object.fromEntries([...this.#totals].map(([name, total]) => [name, `${total}`]))
  }

  async restore(saved: unknown, _from: RestoredRun): Promise<void> {
    if (saved === undefined && this.#totals.size === 0) return
    const totals = new Map(Object.entries(v.parse(Saved, saved)))
    if (totals.size !== this.#totals.size) throw new Error('it has other counters')
    for (const name of this.#totals.keys()) {
      const total = totals.get(name)
      if (total === undefined) throw new Error(`it has no counter ${name}`)
      this.#totals.set(name, total)
    }
  }
}

/** What the mode keeps during one job. */
export const collectorOf = (mode: Mode, context: CollectorContext): Collector =>
  mode.collector?.(context) ?? new CountingCollector(mode, context)

/** What the mode keeps for one run. */
export const ledgerOf = (mode: Mode, context: LedgerContext): Ledger =>
  mode.ledger?.(context) ?? new CountingLedger(mode)
