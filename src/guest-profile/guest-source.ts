/** The source that a guest was compiled from, as far as its debug information says: what might be executed. */
import { debugInfoOf } from '../elf/dwarf/debug-info.ts'
import type { Image } from '../elf/image.ts'
import { readableNames } from '../elf/symbols.ts'

export interface GuestSource {
  /** Those that have instructions; one may come more than once. */
  readonly lines: Iterable<{ readonly file: string; readonly line: number }>
  /** Those that have code of their own. */
  readonly functions: Iterable<{ readonly name: string; readonly file: string; readonly line: number }>
}

function* functionsOf(image: Image): Generator<{ name: string; file: string; line: number }> {
  const debug = debugInfoOf(image)
  // Of names for one address the first is the function's.
  const symbols = new Map<number, string>()
  for (const { name, address, kind } of image.symbols)
    if (kind === 'function' && !symbols.has(address)) symbols.set(address, name)
  const names = readableNames(image).all([...symbols.values()])
  for (const [index, address] of [...symbols.keys()].entries()) {
    const place = debug.placeAt(address)
    if (place !== undefined && place.line > 0) yield { name: names[index]!, file: place.file, line: place.line }
  }
}

/** Reads the debug information of the whole guest when it is asked for. */
export const guestSource = (image: Image): GuestSource => ({
  lines: { [Symbol.iterator]: () => debugInfoOf(image).lines() },
  functions: { [Symbol.iterator]: () => functionsOf(image) },
})
