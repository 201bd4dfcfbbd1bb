/** A proof's sections as numbers, and whose its openings are. */
import { rowsOf, wordsOf } from './archive.ts'
import type { Challenges } from './constraints.ts'
import type { K } from './extension.ts'
import { wordBytes } from './hash.ts'
import type { Key } from './key.ts'
import type { Shape, Table } from './shape.ts'

export interface Proof {
  readonly sections: readonly Uint8Array[]
  readonly heights: readonly number[]
  readonly publics: readonly number[]
  readonly roots: readonly Uint8Array[]
  readonly sums: readonly K[]
  readonly nonces: readonly bigint[]
  readonly openings: readonly K[]
  readonly foldRoots: readonly Uint8Array[]
  readonly final: readonly K[]
}

export interface Replayed extends Challenges {
  readonly lambda: K
  readonly zeta: K
  readonly gamma: K
  readonly betas: readonly K[]
  readonly indices: readonly number[]
}

export const elementsOf = (section: Uint8Array): K[] => rowsOf(wordsOf(section), 4) as unknown as K[]
export const digestsOf = (section: Uint8Array): Uint8Array[] =>
  rowsOf([...section], 32).map(bytes => Uint8Array.from(bytes))

export function readProof(sections: readonly Uint8Array[]): Proof {
  const nonces = rowsOf(wordsOf(sections[5]!), 2).map(([low, high]) => BigInt(high!) * 2n ** 32n + BigInt(low!))
  return {
    sections,
    heights: wordsOf(sections[1]!),
    publics: wordsOf(sections[2]!),
    roots: digestsOf(sections[3]!),
    sums: elementsOf(sections[4]!),
    nonces,
    openings: elementsOf(sections[6]!),
    foldRoots: digestsOf(sections[7]!),
    final: elementsOf(sections[8]!),
  }
}

/** The openings of one table: of all columns at ζ, of those that are opened at ζ·ω_k, and the place of the first in the list. */
export interface Opened {
  readonly table: Table
  readonly here: readonly K[]
  readonly next: readonly K[]
  readonly place: number
}

export function openedColumns(shape: Shape, openings: readonly K[]): Opened[][] {
  let at = 0
  return shape.trees.map(({ tables }) =>
    tables.map(table => {
      const place = at
      const middle = place + table.width
      at = table.nextFrom === undefined ? middle : middle + table.width - table.nextFrom
      return { table, here: openings.slice(place, middle), next: openings.slice(middle, at), place }
    }),
  )
}

export interface Facts {
  readonly key: Key
  readonly shape: Shape
  readonly proof: Proof
  readonly replayed: Replayed
  /** By tree. */
  readonly opened: readonly (readonly Opened[])[]
}

/** The bytes of elements, as they lie in a proof. */
export const elementBytes = (elements: readonly K[]): Uint8Array => wordBytes(elements.flat())
