/** Where in a path the calls of its children stand, and in which of its inlined frames. */
import type { Functions } from '../modes/calls/functions.ts'
import type { ExecutedCode } from './executed-code.ts'
import { exitsOf, type Exits } from './exits.ts'
import type { CodeSources } from './frames.ts'
import { lastAtMost } from '../elf/search.ts'

export interface CallPlace {
  /** The innermost that all places have in common where the call may stand; -1 where none is known. */
  readonly frame: number
  /** In this frame, of the first of these places. */
  readonly file: number
  readonly line: number
}

const UNKNOWN: CallPlace = { frame: -1, file: -1, line: 0 }

/** Of one path at a time: what it executed, then where its children were called. */
export class CallPlaces {
  readonly #code: ExecutedCode
  readonly #sources: CodeSources
  readonly #functions: Functions
  readonly #exits = new Map<number, Exits>()
  /** By executed instruction: the path that executed it last, and how often. */
  readonly #path: Int32Array
  readonly #times: Float64Array

  constructor(code: ExecutedCode, sources: CodeSources, functions: Functions) {
    this.#code = code
    this.#sources = sources
    this.#functions = functions
    this.#path = new Int32Array(code.pcs.length).fill(-1)
    this.#times = new Float64Array(code.pcs.length)
  }

  executed(path: number, index: number, times: number): void {
    if (this.#path[index] !== path) {
      this.#path[index] = path
      this.#times[index] = 0
    }
    this.#times[index]! += times
  }

  /** Of a child, by its function and how often it was called; `counted`: the path's own function. */
  of(path: number, counted: number, child: { readonly function: number; readonly calls: number }): CallPlace {
    const exits = this.#exitsOf(counted)
    const isDone = (index: number): boolean => this.#path[index] === path
    let places = (exits.certain.get(child.function) ?? []).filter(isDone)
    const certain = places.reduce((sum, index) => sum + this.#times[index]!, 0)
    if (certain < child.calls) {
      const others = [...(exits.possible.get(child.function) ?? []), ...exits.computed].filter(isDone)
      places = [...places, ...others]
    }
    if (places.length === 0) return UNKNOWN
    const { frame } = this.#sources
    const common = places.reduce((shared, index) => this.#common(shared, frame[index]!), frame[places[0]!]!)
    return this.#placeIn(
      common,
      places.reduce((first, index) => Math.min(first, index)),
    )
  }

  /** Where in an outer frame an instruction is. */
  #placeIn(outer: number, index: number): CallPlace {
    const { frames, frame, file, line } = this.#sources
    if (frame[index] === outer) return { frame: outer, file: file[index]!, line: line[index]! }
    let inner = frame[index]!
    while (frames.parent[inner] !== outer) inner = frames.parent[inner]!
    return { frame: outer, file: frames.callFile[inner]!, line: frames.callLine[inner]! }
  }

  /** Parents have smaller numbers. */
  #common(a: number, b: number): number {
    const { parent } = this.#sources.frames
    while (a !== b) {
      if (a > b) a = parent[a]!
      else b = parent[b]!
    }
    return a
  }

  #exitsOf(counted: number): Exits {
    let exits = this.#exits.get(counted)
    if (exits === undefined) {
      const { pcs } = this.#code
      const before = (address: number): number => lastAtMost(pcs.length, address - 1, index => pcs[index]!) + 1
      const { starts, ends } = this.#functions
      exits = exitsOf(this.#code, this.#functions, before(starts[counted]!), before(ends[counted]!))
      this.#exits.set(counted, exits)
    }
    return exits
  }
}
