/** The part of a guest's memory that native code may access by itself. */
import { hexText } from '../hex.ts'
import { rejection } from './reject.ts'
import { windowEnd, type ElfSymbol, type Image, type MemoryMap, type MemoryWindow } from './image.ts'

const WORD_BYTES = 8

/** Addresses of the words that the host looks at: of those symbols that there are. */
export function watchedWords({ watched = [] }: MemoryMap, symbols: readonly ElfSymbol[]): ReadonlyMap<string, number> {
  const names = new Set(watched)
  return new Map(symbols.filter(({ name }) => names.has(name)).map(({ name, address }) => [name, address]))
}

/** @throws RvrError `ELF_INVALID`: the host looks at a word that the file does not name, or that lies outside */
export function checkWatched({ memory, symbols }: Pick<Image, 'memory' | 'symbols'>, path: string): void {
  const words = watchedWords(memory, symbols)
  const [name] = memory.watched ?? []
  if (name !== undefined && !words.has(name)) {
    const wanted = `one named ${name}, which the guest stores to when it ends`
    throw rejection(path, { field: '.symtab', found: 'no such symbol', wanted })
  }
  for (const [symbol, address] of words)
    if (address < memory.base || address + WORD_BYTES > windowEnd(memory))
      throw rejection(path, { field: `symbol ${symbol}`, found: hexText(address), wanted: '8 bytes in guest memory' })
}

/**
 * What lies below all watched words, or above them, whichever is more: one comparison tells whether an access is in it,
 * and all others are the interpreter's.
 */
export function directWindow(memory: MemoryMap, symbols: readonly ElfSymbol[]): MemoryWindow {
  // At most as many as there are names.
  const words = [...watchedWords(memory, symbols).values()].toSorted((a, b) => a - b)
  const [first, last] = [words[0], words.at(-1)]
  if (first === undefined || last === undefined) return { base: memory.base, bytes: memory.bytes }
  const end = windowEnd(memory)
  const below = Math.max(memory.base, first)
  const above = Math.min(end, last + WORD_BYTES)
  return below - memory.base > end - above
    ? { base: memory.base, bytes: below - memory.base }
    : { base: above, bytes: end - above }
}
