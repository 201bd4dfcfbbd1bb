/** Which names mean what, where. */
import type { Expression } from '../expression.ts'
import type { Definition, Node } from '../language/syntax.ts'
import type { Word } from '../word.ts'

/** A number known now, a polynomial (in constraints) or a word (in rules), or a list of them. */
export type Value = bigint | Expression | Word | readonly Value[]

/** Constraints are over the field, rules over words. Columns have their names on one side, inputs on the other. */
export type Side = 'constraint' | 'rule'

/** Names of one call of a definition, or of the AIR itself. */
export class Scope {
  readonly caller: Scope | undefined
  /** Numbers: parameters of the AIR, variables of loops. */
  readonly numbers = new Map<string, bigint>()
  /** What the definition was called with: an expression and where its names are looked up. */
  readonly args = new Map<string, { readonly node: Node; readonly scope: Scope }>()
  /** `let`s: `carry[0]`. */
  readonly lets = new Map<string, Value>()

  constructor(caller?: Scope) {
    this.caller = caller
  }
}

/** What an AIR's text may name, wherever it stands. */
export interface Declared {
  readonly definitions: ReadonlyMap<string, Definition>
  /** Columns and public values by name, `z[0]`. */
  readonly columns: Map<string, Expression>
  /** Inputs, words, and `name.old`, `name.last` of accesses. */
  readonly words: Map<string, Word>
}

/** Lists of lists of lists occur. */
const MAX_INDICES = 3

/** The entry `name`, or the list `name[0]`, `name[1]`, …; undefined where there is neither. */
export function found(names: ReadonlyMap<string, Value>, name: string, depth = 0): Value | undefined {
  const single = names.get(name)
  if (single !== undefined || depth === MAX_INDICES) return single
  const list: Value[] = []
  for (;;) {
    const item = found(names, `${name}[${list.length}]`, depth + 1)
    if (item === undefined) return list.length === 0 ? undefined : list
    list.push(item)
  }
}
