/** A run in mode `shards`: its plan, the shards that have ended and all crossings. */
import { RvrError } from '../../errors.ts'
import type { Site } from '../collector.ts'
import type { Beginning, JobEnding, Ledger, LedgerContext, RestoredRun } from '../ledger.ts'
import { imageLeaves } from '../metered/image-leaves.ts'
import type { ShardsOrder, ShardsReport } from './collector.ts'
import type { RegisterCrossing, ShardsResult, ShardTotals } from './counts.ts'
import { CrossingList } from './crossing-list.ts'
import { layoutOf } from './layout.ts'
import { restoredShards, savedShards } from './saved.ts'
import { captureTable, restoreTable } from './table-state.ts'
import { ShardTable } from './table.ts'

/** @throws RvrError `USAGE` where they do not ascend */
function checkEnds(ends: readonly number[]): void {
  for (const [index, end] of ends.entries()) {
    const before = index === 0 ? 0 : ends[index - 1]!
    if (end > before) continue
    throw new RvrError('USAGE', `shard ${index} of the plan would end at ${end}, but begins at ${before}`, {
      hint: 'Give ends of shards in ascending order, each once, as instructions since the guest started.',
      details: { shard: index, start: before, end },
    })
  }
}

export class ShardsLedger implements Ledger {
  readonly #context: LedgerContext
  #site: Site | undefined
  #ends: readonly number[] = []
  #instret = 0
  readonly #ended: ShardTotals[] = []
  readonly #registers: RegisterCrossing[] = []
  readonly #list = new CrossingList()
  #open: ShardTotals | undefined
  #openRegisters: readonly RegisterCrossing[] = []

  constructor(context: LedgerContext) {
    this.#context = context
  }

  attach(site: Site): void {
    this.#site = site
  }

  begin({ options: { shardEnds = [] } }: Beginning): void {
    checkEnds(shardEnds)
    this.#ends = shardEnds
    const { image } = this.#context
    const table = this.#table()
    table.begin(image, imageLeaves(image, table.layout.leafBytes as 8 | 16))
  }

  order(): ShardsOrder {
    const start = this.#ended.reduce((end, { instructions }) => end + instructions, 0)
    return { instret: this.#instret, start, ends: this.#ends.slice(this.#ended.length) }
  }

  absorb(collected: unknown, { instructions }: JobEnding): void {
    const { ended, registers, open, openRegisters, crossings } = collected as ShardsReport
    for (const shard of ended) this.#ended.push(shard)
    for (const line of registers) this.#registers.push(line)
    this.#open = open
    this.#openRegisters = openRegisters
    this.#list.addAll(crossings)
    this.#instret = Number(instructions)
  }

  result(): ShardsResult {
    return {
      shards: {
        shards: this.#open === undefined ? this.#ended : [...this.#ended, this.#open],
        crossings: this.#list.columns(),
        registers: [...this.#registers, ...this.#openRegisters],
      },
    }
  }

  async save(keep: (bytes: Uint8Array) => number): Promise<unknown> {
    const [ends, ended, registers, crossings] = [this.#ends, this.#ended, this.#registers, this.#list.columns()]
    const table = await captureTable(this.#table())
    return savedShards({ ends, ended, registers, crossings, table }, keep)
  }

  async restore(saved: unknown, { beginning, instructions, bytes }: RestoredRun): Promise<void> {
    const {
      ends,
      ended,
      registers,
      crossings,
      table: state,
    } = restoredShards(saved, {
      instructions,
      slotBytes: this.#context.slotBytes,
      bytes,
    })
    this.begin({ ...beginning, options: { shardEnds: ends } })
    for (const shard of ended) this.#ended.push(shard)
    for (const line of registers) this.#registers.push(line)
    this.#list.addAll(crossings)
    this.#instret = Number(instructions)
    const table = this.#table()
    await restoreTable(table, state, ended.length + 1)
    const { start } = this.order()
    this.#open = table.totals(start, this.#instret - start)
    this.#openRegisters = table.registerCrossings()
  }

  #table(): ShardTable {
    return new ShardTable(this.#site!.area!, layoutOf(this.#context.machine), this.#context.slotBytes)
  }
}
