/** Sections of a fixed number of elements, each of which means something else. */
import type { Archive } from './archive.ts'
import { DIGEST_BYTES } from './chain.ts'
import { bytesToHex } from '@noble/hashes/utils.js'

const LONG_BYTES = 8

/** @throws RvrError `ARCHIVE_INVALID`, layer 3. */
export function expectCount(archive: Archive, kind: number, wanted: number): void {
  const { name, count } = archive.section(kind)
  if (count === wanted) return
  throw archive.invalid(
    kind,
    { layer: 3, what: 'shape', found: count, wanted },
    `it has ${count} ${name}, wanted ${wanted}`,
  )
}

/** Takes the number at a place. @throws RvrError `ARCHIVE_INVALID`, layer 4: it is not right. */
export interface FactReader {
  /** One of 64 bits. */
  long(place: number, isRight: (value: bigint) => boolean, wanted: string): bigint
  /** One below 2^53. */
  number(place: number, isRight: (value: number) => boolean, wanted: string): number
}

/** Numbers of 8 bytes. @throws RvrError `ARCHIVE_INVALID`, layer 3: there are not so many. */
export function factsIn(archive: Archive, kind: number, count: number): FactReader {
  expectCount(archive, kind, count)
  const facts = archive.longs(kind)
  const long: FactReader['long'] = (place, isRight, wanted) => {
    const value = facts[place]!
    if (isRight(value)) return value
    throw archive.invalid(
      kind,
      { layer: 4, what: 'value', at: LONG_BYTES * place, found: Number(value), wanted },
      `${archive.section(kind).name} ${place} is ${value}, wanted ${wanted}`,
    )
  }
  const isExact = (value: bigint): boolean => Number.isSafeInteger(Number(value))
  return {
    long,
    number: (place, isRight, wanted) => Number(long(place, value => isExact(value) && isRight(Number(value)), wanted)),
  }
}

/** Digests as 64 hex digits. @throws RvrError `ARCHIVE_INVALID`, layer 3: there are not so many. */
export function digestsIn(archive: Archive, kind: number, count: number): readonly string[] {
  expectCount(archive, kind, count)
  const bytes = archive.view(kind)
  return Array.from({ length: count }, (_, place) =>
    bytesToHex(bytes.slice(DIGEST_BYTES * place, DIGEST_BYTES * (place + 1))),
  )
}
