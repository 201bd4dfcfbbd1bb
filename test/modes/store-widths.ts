/** A mode of a test's with memory of its own: how many stores there are of 1, 2, 4 and 8 bytes. */
import type { Instr } from '../../src/isa/row.ts'
import type { Site, Watcher } from '../../src/modes/collector.ts'
import { CountingCollector, CountingLedger } from '../../src/modes/counting.ts'
import type { RestoredRun } from '../../src/modes/ledger.ts'
import { instructionCounter, type Mode } from '../../src/modes/mode.ts'

const WIDTHS = 4
const AREA_BYTES = 4096
const counters: Mode['counters'] = [instructionCounter]

const isStore = ({ row }: Instr): boolean => row.kind === 'store'
const widthOf = ({ row }: Instr): number => Math.log2(row.kind === 'store' ? row.width : 1)
const countsAt = ({ area }: Site): BigUint64Array => new BigUint64Array(area!.buffer, area!.offset, WIDTHS)

class Collector extends CountingCollector {
  override readonly watcher: Watcher = {
    retired: instr => {
      if (instr !== undefined && isStore(instr)) this.#counts![widthOf(instr)]!++
    },
  }
  #counts: BigUint64Array | undefined

  override attach(site: Site): void {
    this.#counts = countsAt(site)
  }
}

class Ledger extends CountingLedger {
  #counts: BigUint64Array | undefined
  #known: readonly bigint[] = []

  override attach(site: Site): void {
    this.#counts = countsAt(site)
  }

  override absorb(): void {
    this.#known = [...this.#counts!]
  }

  override result(): { readonly storeWidths: readonly bigint[] } {
    return { storeWidths: this.#known }
  }

  override async save(): Promise<unknown> {
    return [...this.#counts!].map(String)
  }

  override async restore(saved: unknown, _from: RestoredRun): Promise<void> {
    this.#counts!.set((saved as string[]).map(BigInt))
  }
}

const storeWidths: Mode = {
  name: 'store-widths',
  summary: 'count stores by their width',
  counters,
  pace: 'budget',
  area: { native: () => AREA_BYTES, interpreted: () => AREA_BYTES },
  emission: () => {
    const count = (instrs: readonly Instr[], sign: '+' | '-'): string[] =>
      instrs.filter(isStore).map(instr => `widths(m)[${widthOf(instr)}]${sign}${sign};`)
    const content = `static inline uint64_t *widths(char *m) { return (uint64_t *)(m - RVR_TABLE_BELOW - RVR_AREA_BYTES); }\n`
    return {
      parameters: [],
      blockEntered: instrs => count(instrs, '+'),
      refund: instrs => count(instrs, '-').join(' '),
      include: 'widths.h',
      files: [{ path: 'widths.h', content }],
    }
  },
  reportsCost: false,
  collector: context => new Collector({ counters }, context),
  ledger: () => new Ledger({ counters }),
}
export default storeWidths
