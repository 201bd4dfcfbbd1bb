/** Names in the generated C. */
import { createHash } from 'node:crypto'
import type { ElfSymbol } from '../elf/image.ts'
import { lastAtMost } from '../elf/search.ts'

/** An address as eight hex digits, without prefix. */
export function hex8(pc: number): string {
  const digits = pc.toString(16)
  return ZEROS[digits.length]! + digits
}

/** What fills so many digits up to eight. */
const ZEROS = Array.from({ length: 14 }, (_, digits) => '0'.repeat(Math.max(8 - digits, 0)))

/** Names of functions by address, as C identifiers. */
export function functionNames(symbols: readonly ElfSymbol[]): ReadonlyMap<number, string> {
  const names = new Map<number, string>()
  for (const symbol of symbols) {
    if (symbol.kind === 'function' && !names.has(symbol.address))
      names.set(symbol.address, symbol.name.replaceAll(/\W/g, '_').slice(0, 60))
  }
  return names
}

/** A guest function that has a name; it reaches up to the next one. */
export interface NamedFunction {
  /** A C identifier that no other function of the guest has. */
  readonly name: string
  readonly start: number
  readonly end: number
}

const LONGEST = 60

/** Long names differ at their ends: a digest stands for what is cut off. */
function identifier(name: string): string {
  const plain = name.replaceAll(/\W/g, '_')
  const short =
    plain.length <= LONGEST
      ? plain
      : `${plain.slice(0, LONGEST - 13)}_${createHash('sha256').update(name).digest('hex').slice(0, 12)}`
  // No function is called what a place in another one is.
  return /_0x[0-9a-f]+$/.test(short) ? `${short}_` : short
}

/**
 * Names of places in the guest's code that stay the same when other functions grow: the function's name and the offset
 * in it.
 */
export class Places {
  readonly #functions: readonly NamedFunction[]

  /** `end`: the first address behind the code. */
  constructor(symbols: readonly ElfSymbol[], base: number, end: number) {
    const claimed = new Set<string>()
    const starts = new Map<number, string>()
    for (const { kind, name, address } of symbols) {
      if (kind !== 'function' || starts.has(address) || address < base || address >= end) continue
      const wanted = identifier(name)
      let unique = wanted
      for (let twin = 2; claimed.has(unique); twin++) unique = `${wanted}_${twin}`
      claimed.add(unique)
      starts.set(address, unique)
    }
    this.#functions = [...starts].map(([start, name], index, all) => ({ name, start, end: all[index + 1]?.[0] ?? end }))
  }

  get count(): number {
    return this.#functions.length
  }

  /** The function that an address lies in. */
  functionAt(pc: number): NamedFunction | undefined {
    const found = this.#functions[lastAtMost(this.count, pc, index => this.#functions[index]!.start)]
    return found !== undefined && pc < found.end ? found : undefined
  }

  /** `memcpy`, `memcpy_0x24`, or the address itself in front of all functions. */
  nameOf(pc: number): string {
    const inside = this.functionAt(pc)
    if (inside === undefined) return hex8(pc)
    return pc === inside.start ? inside.name : `${inside.name}_0x${(pc - inside.start).toString(16)}`
  }
}
