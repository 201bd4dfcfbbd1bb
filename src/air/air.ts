/** An AIR as plain data, which every reader of a declaration stands on: fillers, checkers, optimisers, provers. */
import type { Expression } from './expression.ts'
import type { Place } from './language/place.ts'
import type { Word } from './word.ts'

export interface Bus {
  readonly name: string
  /** Number of the bus in messages: machine data. */
  readonly id: number
  /** Messages of a permutation have to cancel; those of a lookup are counted by a table. */
  readonly kind: 'permutation' | 'lookup'
  readonly fields: readonly string[]
  /** Of a lookup whose table is fixed: is a message in it? Inputs are the fields. */
  readonly table?: Word | undefined
}

export interface Constraint {
  readonly name: string
  /** The rows that it holds on; `trans` is every row but the last. */
  readonly where: 'every' | 'first' | 'last' | 'trans'
  /** Is 0. */
  readonly of: Expression
  readonly at: Place
}

export interface Interaction {
  /** Index in the machine's buses. */
  readonly bus: number
  readonly direction: 'send' | 'receive'
  /** How often; it may be p − k. */
  readonly count: Expression
  /** Bound of |count|; 0 where nothing bounds it, as in a table that counts. */
  readonly weight: number
  readonly fields: readonly Expression[]
  /** Of a table that provides messages: the row that has a message, over its fields as the inputs. */
  readonly row?: Word | undefined
  readonly at: Place
}

/** A block of memory that a row reads or writes. */
export interface Access {
  readonly name: string
  readonly space: Word
  /** As messages have it. */
  readonly pointer: Word
  readonly time: Word
  /** The block's content from then on, over this access's `old` too; where absent, what it was. */
  readonly writes?: Word | undefined
  /** The access takes place if this is not 0; where absent, always. */
  readonly when?: Word | undefined
}

/** How an honest row is filled. */
export interface Rules {
  /** What the row is about, by name. */
  readonly inputs: readonly string[]
  /** In order of time: an access sees what those before it did. */
  readonly accesses: readonly Access[]
  /** For each column. */
  readonly columns: readonly Word[]
}

/** How an instruction stands in the program table. */
export interface Coding {
  readonly instruction: string
  readonly opcode: number
  /** The operands a, b, … g, over the inputs rd, rs1, rs2 and imm of an instruction. */
  readonly operands: readonly Word[]
}

/** Meanings of public values, by number and with how many values each has. */
export const publicRoles = {
  pc_before: { role: 1, count: 1 },
  pc_after: { role: 2, count: 1 },
  /** Is the segment the run's last one? */
  is_last: { role: 3, count: 1 },
  exit_code: { role: 4, count: 1 },
  root_before: { role: 5, count: 8 },
  root_after: { role: 6, count: 8 },
} as const satisfies Readonly<Record<string, { readonly role: number; readonly count: number }>>
export type RoleName = keyof typeof publicRoles

export interface PublicRole {
  readonly name: RoleName
  /** Index of the first of its public values. */
  readonly first: number
}

export interface Air {
  readonly name: string
  /** Limbs of one value are `name[0]`, `name[1]`, … */
  readonly columns: readonly string[]
  /**
   * Indices of the columns that are the same in every segment: of the machine, or with as many rows as the program has
   * slots, of the program. Where absent, none.
   */
  readonly fixed?: readonly number[] | undefined
  readonly publics: readonly string[]
  /** What public values mean to those who join the proofs of a run. Where absent, nothing. */
  readonly roles?: readonly PublicRole[] | undefined
  /** Polynomials that the declaration has names for, in order: parts of those below, for people who read these. */
  readonly lets: readonly { readonly name: string; readonly of: Expression }[]
  readonly constraints: readonly Constraint[]
  readonly interactions: readonly Interaction[]
  readonly rules: Rules
  /** Names of the instructions that add rows here. */
  readonly instructions: readonly string[]
  /** Their codings, and those of instructions that count as one of them. */
  readonly codings: readonly Coding[]
  /** Height in every segment, where it does not depend on the run: a number, or that of the program's slots. */
  readonly height?: number | 'slots' | undefined
  /** Of an AIR whose rows each stand for a whole block of instructions: what fills them, in the place of rules. */
  readonly block?: BlockRows | undefined
}

/** A straight-line block, and how a row that stands for it follows from the rows of its instructions. */
export interface BlockRows {
  /** Address of the first instruction. */
  readonly start: number
  /** What the program table has of each: opcode and operands a, b, … g. */
  readonly instructions: readonly (readonly number[])[]
  /** Where the cell of each column is taken from; undefined for columns that are derived. */
  readonly cells: readonly (BlockCell | undefined)[]
  /** In order: each is over columns that are taken and those that are derived before it. */
  readonly derived: readonly DerivedColumn[]
}

/** A cell of the row that an instruction of a block would have of its own. */
export interface BlockCell {
  /** Index in the block. */
  readonly instruction: number
  /** Index in the instruction's AIR. */
  readonly column: number
}

/** A column that is a quotient of two polynomials over the row: 0 where the denominator is. */
export interface DerivedColumn {
  readonly column: number
  readonly numerator: Expression
  readonly denominator: Expression
}

/** Do its rows come from executed instructions? Those of all others are of the machine itself. */
export const isReplayed = ({ instructions, block }: Air): boolean => instructions.length > 0 || block !== undefined

/** The AIRs of a machine, in the order of its chips. */
export interface AirSet {
  readonly name: string
  readonly buses: readonly Bus[]
  readonly airs: readonly Air[]
}

/** Names of an instruction's inputs in codings. */
export const CODING_INPUTS: readonly string[] = ['rd', 'rs1', 'rs2', 'imm']
