/** What samples of pprof refer to: strings, functions and locations. */
import { Function as PprofFunction, Line, Location, StringTable } from 'pprof-format'
import type { GuestProfile } from '../../guest-profile.ts'
import { DEEPER } from '../stacks.ts'

export interface Place {
  readonly file: number
  readonly line: number
}

export const NOWHERE: Place = { file: -1, line: 0 }

/** One frame of a location: a function, and the line in it. */
export interface Frame extends Place {
  /** Index, or -1 for frames that were left out. */
  readonly function: number
}

/** What samples refer to, numbered from 1 on as it is needed. */
export class PprofTables {
  readonly #profile: GuestProfile
  readonly strings = new StringTable()
  readonly functions: PprofFunction[] = []
  readonly locations: Location[] = []
  readonly #functionIds = new Map<string, number>()
  readonly #locationIds = new Map<string, number>()

  constructor(profile: GuestProfile) {
    this.#profile = profile
  }

  /** A function has one file in pprof: one that is written in several is several there. Only names count by default. */
  #functionId(index: number, placed: number): number {
    const of = this.#profile.functions[index]
    const file = placed < 0 ? (of?.file ?? -1) : placed
    const key = `${index} ${file}`
    const known = this.#functionIds.get(key)
    if (known !== undefined) return known
    const id = this.functions.length + 1
    const name = of?.name ?? DEEPER
    this.functions.push(
      new PprofFunction({
        id,
        name: this.strings.dedup(name),
        // Where it is the name itself pprof takes that for C++ and leaves out what is in brackets.
        systemName: this.strings.dedup(of?.symbol ?? ''),
        filename: this.strings.dedup(this.#profile.files[file] ?? ''),
        startLine: of?.file === file ? of.line : 0,
      }),
    )
    this.#functionIds.set(key, id)
    return id
  }

  /** @param frames inlined ones first, the one whose code it is last */
  locationId(frames: readonly Frame[]): number {
    const key = frames.map(frame => `${frame.function} ${frame.file} ${frame.line}`).join()
    const known = this.#locationIds.get(key)
    if (known !== undefined) return known
    const id = this.locations.length + 1
    const address = this.#profile.functions[frames.at(-1)!.function]?.address ?? 0
    const line = frames.map(
      frame => new Line({ functionId: this.#functionId(frame.function, frame.file), line: frame.line }),
    )
    this.locations.push(new Location({ id, mappingId: 1, address, line }))
    this.#locationIds.set(key, id)
    return id
  }
}
