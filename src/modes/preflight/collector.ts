/** A job in mode `preflight`: cuts the tape into pieces, and gives native code budgets that these have room for. */
import type { Image } from '../../elf/image.ts'
import type { Hart } from '../../program/hart.ts'
import type { Collector, CollectorContext, CollectorReport, NativeUse, Site, Watcher } from '../collector.ts'
import { INSTRUCTION_WORDS, MOST_TAPE_BYTES, PIECE_INSTRUCTIONS, STRETCH_INSTRUCTIONS } from './limits.ts'
import type { Piece, Recorded } from './piece.ts'
import { Tape } from './tape.ts'
import { TapeWatcher } from './watcher.ts'

/** What the ledger orders. */
export interface PreflightOrder {
  /** Instructions retired before the job. */
  readonly instret: number
  /** The job's tape takes no more, apart from what one call of an extension adds. */
  readonly maxTapeBytes: number
}

/** Pieces of the job, in order. */
export type PreflightReport = readonly Recorded[]

/** No budget is that large. */
const NEVER = 1n << 62n
/** Words that a load or store adds at most. */
const ACCESS_WORDS = 2

/** Where the guest lives, and the tape that is recorded there. */
interface Place {
  readonly hart: Hart
  readonly tape: Tape
}

export class PreflightCollector implements Collector {
  watcher: Watcher | undefined
  readonly #xlen: Image['xlen']
  readonly #mostWords: number
  readonly #keeps: boolean
  #pieces: Recorded[] = []
  /** At earlier places. */
  #earlierWords = 0
  /** The piece that is being recorded, and where on the tape it begins. */
  #open: (Omit<Piece, 'words'> & { readonly from: number }) | undefined
  #place: Place | undefined
  #instret: number
  /** Words that native code needs room for to get anywhere. */
  #leastWords = INSTRUCTION_WORDS
  /** Instructions that native code gets at most, and those that it was given. */
  #stretch = 0n
  #given = 0n

  constructor({ image: { xlen }, order }: CollectorContext) {
    const { instret, maxTapeBytes } = order as PreflightOrder
    this.#xlen = xlen
    this.#instret = instret
    this.#keeps = maxTapeBytes > 0
    const bytes = this.#keeps ? Math.min(maxTapeBytes, MOST_TAPE_BYTES) : MOST_TAPE_BYTES
    this.#mostWords = Math.floor(bytes / (xlen / 8))
  }

  attach({ area }: Site, hart: Hart): void {
    this.#keepEarlier()
    const tape = new Tape(this.#xlen, area!)
    this.#place = { hart, tape }
    this.#leastWords = INSTRUCTION_WORDS
    this.watcher = { retired: () => this.#instret++, contents: new TapeWatcher(hart, tape) }
  }

  turn(): void {
    const { hart, tape } = this.#place!
    if (!this.#keeps) return tape.drop()
    if (this.#open !== undefined && this.#instret - this.#open.instret >= PIECE_INSTRUCTIONS) this.#cut()
    this.#open ??= { instret: this.#instret, pc: hart.pc, x: hart.x.slice(), from: tape.length }
  }

  isFull(): boolean {
    return this.#wordsLeft < this.#leastWords
  }

  /** Where half of the tape has no room for what regions need, the interpreter executes everything. */
  leastBudget(floor: bigint): bigint {
    const words = ACCESS_WORDS * Number(floor)
    if (words > this.#mostWords / 2) return NEVER
    this.#leastWords = Math.max(words, INSTRUCTION_WORDS)
    this.#stretch = floor > STRETCH_INSTRUCTIONS ? floor : BigInt(STRETCH_INSTRUCTIONS)
    return floor
  }

  enter(counters: BigInt64Array, budget: bigint): void {
    const room = BigInt(Math.floor(this.#wordsLeft / ACCESS_WORDS))
    const most = room < this.#stretch ? room : this.#stretch
    this.#given = budget < most ? budget : most
    counters[0] = this.#given
    this.#place!.tape.lend()
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
    return { collected }
  }

  get #wordsLeft(): number {
    return this.#mostWords - this.#earlierWords - this.#place!.tape.length
  }

  /** The guest leaves an area for good: its tape is taken along. */
  #keepEarlier(): void {
    if (this.#place === undefined) return
    const { tape } = this.#place
    this.#earlierWords += tape.length
    this.#pieces = this.#pieces.map(piece => ({
      ...piece,
      words: piece.words ?? tape.copy(piece.from, piece.length),
    }))
  }

  /** Ends the open piece in front of the next instruction. */
  #cut(): void {
    const open = this.#open
    this.#open = undefined
    if (open === undefined || open.instret === this.#instret) return
    this.#pieces.push({ ...open, length: this.#place!.tape.length - open.from, words: undefined })
  }
}
