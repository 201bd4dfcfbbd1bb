/** What an expression of the text comes to. */
import type { Expression } from '../expression.ts'
import type { Word } from '../word.ts'

/** A number known now, a polynomial (in constraints) or a word (in rules), or a list of them. */
export type Value = bigint | Expression | Word | readonly Value[]

/** Constraints are over the field, rules over words. Columns have their names on one side, inputs on the other. */
export type Side = 'constraint' | 'rule'
