/** A job in mode `shards`: ends shards where they end, and takes crossings that native code has found. */
import type { Image } from '../../elf/image.ts'
import type { SlotBytes } from '../../isa/row.ts'
import { CALL_LINES, MOST_CROSSINGS, type ShardsLayout } from '../../layout/shards.ts'
import type { Hart } from '../../program/hart.ts'
import type { Collector, CollectorContext, CollectorReport, NativeUse, Site, Watcher } from '../collector.ts'
import type { Crossings, RegisterCrossing, ShardTotals } from './counts.ts'
import { CrossingList, type Crossing } from './crossing-list.ts'
import { layoutOf } from './layout.ts'
import { ShardTable } from './table.ts'
import { ShardsWatcher } from './watcher.ts'

/** What the ledger orders. */
export interface ShardsOrder {
  /** Instructions retired before the job, and before its first shard. */
  readonly instret: number
  readonly start: number
  /** Ends of shards behind `instret`, ascending. */
  readonly ends: readonly number[]
}

export interface ShardsReport {
  /** Shards that have ended. */
  readonly ended: readonly ShardTotals[]
  readonly registers: readonly RegisterCrossing[]
  /** Of the shard that is open now. */
  readonly open: ShardTotals
  readonly openRegisters: readonly RegisterCrossing[]
  readonly crossings: Crossings
}

/** No budget is that large. */
const NEVER = 1n << 62n
/** Lines that a load or store adds at most: what is not aligned lies in two words. */
const INSTRUCTION_LINES = 2
/** More are taken from native code at the next turn, so that it may go on with calls. */
const MANY = CALL_LINES / 2
/** Native code hands back behind so many instructions at the latest, and then there is room for what it adds. */
const STRETCH = BigInt((MOST_CROSSINGS - CALL_LINES) / INSTRUCTION_LINES)

/** So many instructions on both sides of a cut are the interpreter's, which knows who accesses registers. */
const EDGE = 256

export class ShardsCollector implements Collector {
  watcher: Watcher | undefined
  readonly image: Image
  readonly #layout: ShardsLayout
  readonly #slotBytes: SlotBytes
  readonly #ends: readonly number[]
  #table: ShardTable | undefined
  /** Of `#ends`, those behind which the guest is. */
  #passed = 0
  #instret: number
  #start: number
  #given = 0n
  /** Registers that the open shard has accessed before native code was entered. */
  #accessed = 0
  #list = new CrossingList()
  readonly #ended: ShardTotals[] = []
  readonly #registers: RegisterCrossing[] = []
  readonly #add = (crossing: Crossing, words: number): void => this.#list.add(crossing, words)

  constructor({ image, slotBytes, machine, order }: CollectorContext) {
    const { instret, start, ends } = order as ShardsOrder
    this.image = image
    this.#layout = layoutOf(machine)
    this.#slotBytes = slotBytes
    this.#instret = instret
    this.#start = start
    this.#ends = ends
  }

  attach({ area }: Site, _hart: Hart): void {
    this.#table = new ShardTable(area!, this.#layout, this.#slotBytes)
    this.watcher = new ShardsWatcher(this.#table, this.#add, () => this.#instret++)
  }

  turn(): void {
    const table = this.#table!
    if (this.#instret === this.#ends[this.#passed]) {
      this.#takeCrossings()
      this.#ended.push(this.#open())
      for (const line of table.registerCrossings()) this.#registers.push(line)
      table.next()
      this.#start = this.#instret
      this.#passed++
    } else if (table.crossings > MANY) this.#takeCrossings()
  }

  /** To the next end of a shard or edge of a cut. */
  untilTurn(): bigint {
    const end = this.#ends[this.#passed] ?? Infinity
    const behindCut = this.#start === 0 ? 0 : this.#start + EDGE
    const places = [behindCut, end - EDGE, end].filter(place => place > this.#instret)
    const next = places.reduce((least, place) => Math.min(least, place), Infinity)
    return next === Infinity ? NEVER : BigInt(next - this.#instret)
  }

  /** At a cut there is less. Where regions need more than there is room for, the interpreter executes everything. */
  leastBudget(floor: bigint): bigint {
    if (floor > STRETCH) return NEVER
    return floor > EDGE ? floor : BigInt(EDGE + 1)
  }

  enter(counters: BigInt64Array, budget: bigint): void {
    this.#given = budget < STRETCH ? budget : STRETCH
    this.#accessed = this.#table!.takeRegisters()
    counters[0] = this.#given
  }

  leave(counters: BigInt64Array): NativeUse {
    const used = this.#given - counters[0]!
    this.#table!.giveRegisters(this.#accessed)
    this.#instret += Number(used)
    return { used, paused: false }
  }

  cells(): bigint {
    return 0n
  }

  printsAnew(): boolean {
    return true
  }

  detach(): number {
    this.#takeCrossings()
    return 0
  }

  report(): CollectorReport {
    const collected: ShardsReport = {
      ended: this.#ended,
      registers: this.#registers,
      open: this.#open(),
      openRegisters: this.#table!.registerCrossings(),
      crossings: this.#list.columns(),
    }
    return { collected }
  }

  #open(): ShardTotals {
    return this.#table!.totals(this.#start, this.#instret - this.#start)
  }

  #takeCrossings(): void {
    this.#table!.takeCrossings(this.#add)
  }
}
