/** The functions of a profile: symbols whose readable name is the same are one. */
import { debugInfoOf } from '../elf/dwarf/debug-info.ts'
import type { Image } from '../elf/image.ts'
import { functionAt, readableNames } from '../elf/symbols.ts'
import type { ProfiledFunction } from './guest-profile.ts'

/** The root, which is the first of all. */
const ROOT_NAME = '[guest]'
const NO_NAME = '(no name)'

type Place = readonly [file: number, line: number]

interface Known {
  readonly symbol: string
  address: number | undefined
  place: Place
}

export class FunctionNames {
  readonly #image: Image
  readonly #all: Known[] = []
  readonly #bySymbol = new Map<string, number>()

  constructor(image: Image) {
    this.#image = image
    this.#of(ROOT_NAME)
  }

  /** Number of what is none of the guest's functions. */
  ofOwn(name: string): number {
    return this.#of(name)
  }

  /** Number of the symbol of the function that begins at an address and at a place. */
  ofStart(address: number, place: Place): number {
    const number = this.#of(this.#symbolOf(address))
    const known = this.#all[number]!
    if (known.address === undefined || address < known.address) Object.assign(known, { address, place })
    return number
  }

  /** The same of an inlined function, an instruction of which stands at a place. */
  ofInlined(symbol: string | undefined, place: Place): number {
    const number = this.#of(symbol ?? NO_NAME)
    const known = this.#all[number]!
    const isEarlier = known.place[0] < 0 || (known.place[0] === place[0] && place[1] < known.place[1])
    if (known.address === undefined && isEarlier && place[1] > 0) known.place = place
    return number
  }

  /** Functions, and the index of each symbol's. */
  resolve(): { functions: ProfiledFunction[]; indexOf: Uint32Array } {
    const names = readableNames(this.#image).all(this.#all.map(({ symbol }) => symbol))
    const functions: ProfiledFunction[] = []
    const byName = new Map<string, number>()
    const indexOf = new Uint32Array(this.#all.length)
    for (const [number, { symbol, address, place }] of this.#all.entries()) {
      const name = names[number]!
      let index = byName.get(name)
      if (index === undefined) {
        byName.set(name, (index = functions.length))
        const [file, line] = place
        functions.push({ name, symbol: symbol === name ? undefined : symbol, address, file, line })
      }
      indexOf[number] = index
    }
    return { functions, indexOf }
  }

  #of(symbol: string): number {
    let number = this.#bySymbol.get(symbol)
    if (number === undefined) {
      this.#bySymbol.set(symbol, (number = this.#all.length))
      this.#all.push({ symbol, address: undefined, place: [-1, 0] })
    }
    return number
  }

  /** Code that no symbol begins with has the name in the debug information, else one by its address. */
  #symbolOf(address: number): string {
    const symbol = functionAt(this.#image, address)
    if (symbol?.address === address) return symbol.name
    const own = symbol === undefined ? debugInfoOf(this.#image).framesAt(address).at(-1) : undefined
    const known = own?.isInlined === false ? own.symbol : undefined
    return known ?? `fn_${address.toString(16).padStart(8, '0')}`
  }
}
