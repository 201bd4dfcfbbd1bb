/** What a mode does on the main thread for a run: prepares memory, adds up what jobs collected, saves, restores. */
import type { SlotBytes } from '../isa/row.ts'
import type { Image } from '../elf/image.ts'
import type { Row } from '../isa/row.ts'
import type { Machine } from '../machine/machine.ts'
import type { Site } from './collector.ts'
import type { ModeOptions } from './options.ts'

/** What a mode reports of a run, by name: each mode has names of its own. It never changes. */
export type ModeResult = object

/** How a run begins. */
export interface Beginning {
  readonly options: ModeOptions
  readonly publicValuesBytes: number
  /** Keep whatever may be needed, even if that takes longer: the run repeats one that had to start over. */
  readonly careful: boolean
  /** Slots that hold a known instruction. Takes a while where there is no native code. */
  definedSlots(): number
}

/** What is known when a job has ended. */
export interface JobEnding {
  /** Instructions since the guest's start. */
  readonly instructions: bigint
  /** Undefined: the guest can go on. */
  readonly ended: 'end' | 'trap' | undefined
}

/** What of a job's limits is the mode's to keep, and what it may need to know beside. */
export interface JobOptions {
  readonly stopAtSegment: boolean
  /** Undefined: the mode's default. */
  readonly maxTapeBytes: number | undefined
  /** Instructions up to which all text has been printed. */
  readonly printed: number
}

export interface Ledger {
  /** From now on the guest lives at `site`: before anything else, and again when it has moved. */
  attach(site: Site): void
  /** Prepares for the guest's first instruction. */
  begin(beginning: Beginning): void
  /** For the collector of the next job: plain data. */
  order(job: JobOptions): unknown
  /** Takes what a job's collector has reported. */
  absorb(collected: unknown, ending: JobEnding): void
  /** All that was collected since the guest's start. */
  result(): ModeResult
  /**
   * The same as data that JSON can say, with byte strings as the numbers that `keep` gives them; undefined where there
   * is nothing. The guest is suspended after so many instructions.
   */
  save(keep: (bytes: Uint8Array) => number): Promise<unknown>
  /**
   * Takes back what was saved after so many instructions.
   *
   * @throws Error where `saved` is no such data or contradicts itself, or there is no byte string of a number
   */
  restore(saved: unknown, from: RestoredRun): Promise<void>
}

export interface RestoredRun {
  readonly beginning: Beginning
  readonly instructions: bigint
  bytes(index: number): Uint8Array
}

/** What a ledger may know. */
export interface LedgerContext {
  readonly image: Image
  /** Bytes of a slot of the guest. */
  readonly slotBytes: SlotBytes
  readonly machine: Machine
  /** All instructions that the guest may use. */
  readonly rows: readonly Row[]
  /** Names of those among them that may add more rows than one to their own chip. */
  readonly manyRows: ReadonlySet<string>
}
