/** Which names mean what, where. */
import type { Definition, Node } from '../language/syntax.ts'
import { Names } from './names.ts'
import type { Side, Value } from './value.ts'

/** An expression, and where its names are looked up. It is evaluated where it is asked for, once for each side. */
export interface Argument {
  readonly node: Node
  readonly scope: Scope
  readonly values: Partial<Record<Side, Value>>
}

/** Names of one call of a definition, or of the AIR itself. */
export class Scope {
  readonly caller: Scope | undefined
  /** Numbers: parameters of the AIR, variables of loops. */
  readonly numbers = new Map<string, bigint>()
  /** What the definition was called with. */
  readonly args = new Map<string, Argument>()
  readonly lets = new Names()

  constructor(caller?: Scope) {
    this.caller = caller
  }
}

/** What an AIR's text may name, wherever it stands. */
export interface Declared {
  readonly definitions: ReadonlyMap<string, Definition>
  /** Columns and public values. */
  readonly columns: Names
  /** Inputs, words, and `name.old`, `name.last` of accesses. */
  readonly words: Names
}
