/** Names of entries of `.debug_info`, which may stand in another one that they refer to. */
import { SLOT } from './abbreviations.ts'
import { Entry } from './entry.ts'
import type { Unit, Units } from './unit.ts'

/** From entry to entry until one has a name: longer ways are circles. */
const MOST_REFERENCES = 16

export class EntryNames {
  readonly #units: Units
  readonly #known = new Map<number, string | undefined>()
  readonly #entry = new Entry()

  constructor(units: Units) {
    this.#units = units
  }

  /** The name that linkers know, else the one that the source has; undefined where the entry has none. */
  of(offset: number): string | undefined {
    if (this.#known.has(offset)) return this.#known.get(offset)
    const name = this.#read(offset)
    this.#known.set(offset, name)
    return name
  }

  #read(offset: number): string | undefined {
    const entry = this.#entry
    let plain: string | undefined
    let at: number | undefined = offset
    for (let count = 0; at !== undefined && count < MOST_REFERENCES; count++) {
      const unit: Unit | undefined = this.#units.at(at)
      if (unit === undefined || !unit.readEntry(at, entry)) break
      const linkage = unit.textOf(entry, SLOT.linkageName)
      if (linkage !== undefined) return linkage
      plain ??= unit.textOf(entry, SLOT.name)
      at = entry.reference(SLOT.abstractOrigin) ?? entry.reference(SLOT.specification)
    }
    return plain
  }
}
