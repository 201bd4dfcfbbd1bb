/** Byte strings of a saved run, by number: sections 0x803 and 0x804. */
import { createHash } from 'node:crypto'
import type { Archive } from '../../archive/archive.ts'
import { RvrError } from '../../errors.ts'

const STARTS = 0x803
const BYTES = 0x804
const LONG_BYTES = 8

/** All of them together: inputs, and what the host and the mode keep. */
const MAX_BYTES = 2 ** 30

/** Takes a byte string, and says which number it has. */
export type Keep = (bytes: Uint8Array) => number

/** Equal ones are held once: inputs that are not yet consumed are also inputs that the run began with. */
export class ByteStrings {
  readonly #list: Uint8Array[] = []
  readonly #starts = [0]
  readonly #known = new Map<string, number>()

  /** @throws RvrError `USAGE`: there are too many bytes. */
  add(bytes: Uint8Array): number {
    const key = createHash('sha256').update(bytes).digest('base64')
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const end = this.#starts.at(-1)! + bytes.length
    if (end > MAX_BYTES)
      throw new RvrError(
        'USAGE',
        `inputs, hints, public values and counts of more than ${MAX_BYTES} bytes cannot be saved`,
        { hint: 'Split the input.' },
      )
    this.#starts.push(end)
    const number = this.#list.push(bytes) - 1
    this.#known.set(key, number)
    return number
  }

  sections(): [number, readonly ArrayBufferView[]][] {
    return [
      [STARTS, [BigUint64Array.from(this.#starts, BigInt)]],
      [BYTES, this.#list],
    ]
  }
}

/** The byte string of a number, in memory of its own. @throws Error where there is none. */
export type ByteStringOf = (number: number) => Uint8Array

/** @throws RvrError `ARCHIVE_INVALID`, layer 3. */
export function byteStringsIn(archive: Archive): ByteStringOf {
  const bytes = archive.view(BYTES)
  const starts: number[] = []
  for (const long of archive.longs(STARTS)) {
    const start = Number(long)
    const least = starts.at(-1) ?? 0
    if (start < least || start > bytes.length || (starts.length === 0 && start > 0))
      throw archive.invalid(
        STARTS,
        { layer: 3, what: 'order', at: LONG_BYTES * starts.length, found: start },
        `byte string ${starts.length} cannot begin at ${long}`,
      )
    starts.push(start)
  }
  if (starts.at(-1) !== bytes.length || bytes.length > MAX_BYTES)
    throw archive.invalid(
      BYTES,
      { layer: 3, what: 'shape', found: bytes.length, wanted: starts.at(-1) },
      `it has ${bytes.length} bytes of byte strings, and their starts end at ${starts.at(-1)}`,
    )
  return number => {
    const [start, end] = [starts[number], starts[number + 1]]
    if (start === undefined || end === undefined) throw new Error(`there is no byte string ${number}`)
    return bytes.slice(start, end)
  }
}
