/** Names in the generated C. */
import type { ElfSymbol } from '../elf/image.ts'

/** An address as eight hex digits, without prefix. */
export const hex8 = (pc: number): string => pc.toString(16).padStart(8, '0')

/** Names of functions by address, as C identifiers. */
export function functionNames(symbols: readonly ElfSymbol[]): ReadonlyMap<number, string> {
  const names = new Map<number, string>()
  for (const symbol of symbols) {
    if (symbol.kind === 'function' && !names.has(symbol.address)) names.set(symbol.address, symbol.name.replaceAll(/\W/g, '_').slice(0, 60))
  }
  return names
}
