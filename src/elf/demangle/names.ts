/** Names of symbols as people write them: demangled, and without what differs from build to build. */
import { demangleInTime } from './library.ts'

/** Rust (v0) and C++ or Rust (legacy), as they begin in ELF files. */
const MANGLED = /^_[RZ]/
/** LLVM's name of a copy that it made: a digest of the module. */
const MODULE_DIGEST = /\.llvm\.\d+$/
/** Names that are demangled under one time limit. */
const CHUNK = 64
/** A list of which so many names break the demangler is not worth more time. */
const MOST_FAILURES = 4
/** No readable name is longer; some mangled ones would be, by far. */
const LONGEST = 4096

/** Readable names of one source of symbols, such as a guest. What took too long once is not tried again. */
export class ReadableNames {
  readonly #known = new Map<string, string>()
  #failures = 0

  /** The readable name of a symbol: itself where it is not mangled or cannot be read. */
  of(symbol: string): string {
    if (!MANGLED.test(symbol)) return symbol.replace(MODULE_DIGEST, '')
    return this.#known.get(symbol) ?? this.all([symbol])[0]!
  }

  /** The same for many at once, which is far faster. */
  all(symbols: readonly string[]): string[] {
    this.#read([...new Set(symbols)].filter(symbol => MANGLED.test(symbol) && !this.#known.has(symbol)))
    return symbols.map(symbol => this.#known.get(symbol) ?? symbol.replace(MODULE_DIGEST, ''))
  }

  #read(symbols: readonly string[]): void {
    for (let from = 0; from < symbols.length && this.#failures < MOST_FAILURES;) {
      const chunk = symbols.slice(from, from + CHUNK)
      const { results, isWhole } = demangleInTime(chunk.map(symbol => symbol.replace(MODULE_DIGEST, '')))
      for (const [index, result] of results.entries()) this.#known.set(chunk[index]!, acceptable(chunk[index]!, result))
      from += results.length
      if (isWhole) continue
      this.#failures++
      // The one that broke it keeps its name.
      this.#known.set(symbols[from]!, symbols[from]!)
      from++
    }
  }
}

function acceptable(symbol: string, result: string): string {
  const plain = symbol.replace(MODULE_DIGEST, '')
  const isRead = result !== '' && result !== plain && result !== plain.slice(1) && result.length <= LONGEST
  return isRead ? result : plain
}
