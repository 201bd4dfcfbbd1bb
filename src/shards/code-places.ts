/** What instructions of crossings belong to: functions, and copy routines. */
import { debugInfoOf } from '../elf/dwarf/debug-info.ts'
import type { Image } from '../elf/image.ts'
import { placeAt, readableNames } from '../elf/symbols.ts'
import { hexText } from '../hex.ts'
import { copyingIn, type Copying } from './copy-routines.ts'
import { LOADER } from './guest-shards.ts'

export interface CodePlace {
  readonly function: string
  readonly copying: Copying | undefined
}

/** By address. */
export type CodePlaces = (pc: number) => CodePlace

/** @param pcs addresses; below 0: the loader */
export function codePlaces(image: Image, pcs: Iterable<number>): CodePlaces {
  const debug = debugInfoOf(image)
  const frames = new Map([...new Set(pcs)].map(pc => [pc, pc < 0 ? [] : debug.framesAt(pc)]))
  const names = readableNames(image)
  // All at once is far faster.
  names.all([...frames.values()].flat().flatMap(({ symbol }) => symbol ?? []))
  const places = new Map<number, CodePlace>()
  for (const [pc, chain] of frames) {
    const name = pc < 0 ? LOADER : (placeAt(image, pc)?.name ?? hexText(pc))
    const copying = copyingIn(chain.map(({ symbol }) => (symbol === undefined ? undefined : names.of(symbol))))
    places.set(pc, { function: name, copying })
  }
  return pc => places.get(pc)!
}
