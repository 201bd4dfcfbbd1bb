/** A job in mode `preflight`: cuts the tape into pieces, and gives native code budgets that these have room for. */
import type { Image } from '../../elf/image.ts'
import type { Hart } from '../../program/hart.ts'
import type { Collector, CollectorContext, CollectorReport, NativeUse, Site, Watcher } from '../collector.ts'
import { INSTRUCTION_WORDS, PIECE_INSTRUCTIONS } from './limits.ts'
import type { Piece } from './piece.ts'
import { Tape } from './tape.ts'
import { TapeWatcher } from './watcher.ts'

/** What the ledger orders. */
export interface PreflightOrder {
  /** Instructions retired before the job. */
  readonly instret: number
  /** The job's tape takes no more, apart from what one call of an extension adds. 0: nothing is kept of it. */
  readonly maxTapeBytes: number
}

/** Pieces of the job, in order. */
export type PreflightReport = readonly Piece[]

/** No budget is that large. */
const NEVER = 1n << 62n
/** Words that a load or store adds at most. */
const ACCESS_WORDS = 2

/** Where the guest lives, and the part of the tape that is there. */
interface Place {
  readonly hart: Hart
  readonly tape: Tape
}

export class PreflightCollector implements Collector {
  watcher: Watcher | undefined
  readonly #xlen: Image['xlen']
  readonly #mostWords: number
  readonly #keeps: boolean
  readonly #pieces: Piece[] = []
  /** Of finished pieces. */
  #words = 0
  /** Without its words, which are on the tape. */
  #open: Omit<Piece, 'words'> | undefined
  #place: Place | undefined
  #instret: number
  /** Words that native code needs room for to get anywhere. */
  #leastWords = INSTRUCTION_WORDS
  /** Instructions that native code was given. */
  #given = 0n

  constructor({ image: { xlen }, order }: CollectorContext) {
    const { instret, maxTapeBytes } = order as PreflightOrder
    this.#xlen = xlen
    this.#instret = instret
    this.#keeps = maxTapeBytes > 0
    this.#mostWords = this.#keeps ? Math.floor(maxTapeBytes / (xlen / 8)) : Infinity
  }

  attach({ area, native }: Site, hart: Hart): void {
    const tape = new Tape(this.#xlen, native === undefined ? undefined : area)
    this.#place = { hart, tape }
    this.#leastWords = INSTRUCTION_WORDS
    this.watcher = { retired: () => this.#instret++, contents: new TapeWatcher(hart, tape) }
  }

  turn(): void {
    const { hart, tape } = this.#place!
    const isLong = this.#open !== undefined && this.#instret - this.#open.instret >= PIECE_INSTRUCTIONS
    if (isLong || tape.length > tape.room / 2) this.#cut()
    this.#open ??= { instret: this.#instret, pc: hart.pc, x: hart.x.slice() }
  }

  isFull(): boolean {
    return this.#wordsLeft < this.#leastWords
  }

  /** Where half of the area has no room for what regions need, the interpreter executes everything. */
  leastBudget(floor: bigint): bigint {
    const words = ACCESS_WORDS * Number(floor)
    if (words > Math.min(this.#place!.tape.room / 2, this.#mostWords / 2)) return NEVER
    this.#leastWords = Math.max(words, INSTRUCTION_WORDS)
    return floor
  }

  enter(counters: BigInt64Array, budget: bigint): void {
    const { tape } = this.#place!
    const room = BigInt(Math.floor(Math.min(tape.free, this.#wordsLeft) / ACCESS_WORDS))
    this.#given = budget < room ? budget : room
    counters[0] = this.#given
    tape.lend()
  }

  leave(counters: BigInt64Array): NativeUse {
    this.#place!.tape.regain()
    const used = this.#given - counters[0]!
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
    this.#cut()
    return 0
  }

  report(): CollectorReport {
    const collected: PreflightReport = this.#pieces
    return { collected, transfer: this.#pieces.map(({ words }) => words.buffer) }
  }

  get #wordsLeft(): number {
    return this.#mostWords - this.#words - this.#place!.tape.length
  }

  /** Ends the open piece in front of the next instruction. */
  #cut(): void {
    const open = this.#open
    this.#open = undefined
    if (open === undefined || open.instret === this.#instret) return
    if (!this.#keeps) return this.#place!.tape.drop()
    const words = this.#place!.tape.take()
    this.#words += words.length
    this.#pieces.push({ ...open, words })
  }
}
