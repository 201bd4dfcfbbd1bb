/** The constraint system of a straight-line block as plain data: what optimisers take and give. */
import type { SystemBus } from './system-buses.ts'
import type { Expression } from './expression.ts'

export interface Column {
  /** What expressions name the column by: stays what it is while others are removed. */
  readonly id: number
  readonly name: string
  /** Where an honest value comes from; undefined for columns that an optimiser added. */
  readonly origin?: Origin | undefined
}

/** A cell of the row that an instruction of the block has of its own. */
export interface Origin {
  /** Index in the block. */
  readonly instruction: number
  /** Index in the instruction's AIR. */
  readonly column: number
}

export interface Message {
  /** Index in the system's buses. */
  readonly bus: number
  /** How often it is sent; what is received counts as −1. */
  readonly count: Expression
  readonly fields: readonly Expression[]
}

/** How an honest row has a column that no instruction's row has. */
export type Method =
  | { readonly kind: 'constant'; readonly value: number }
  /** 0 where the denominator is. */
  | { readonly kind: 'quotient'; readonly numerator: Expression; readonly denominator: Expression }

export interface Derived {
  /** Id of the column. */
  readonly column: number
  /** Over columns that have origins and those that were derived before it. */
  readonly method: Method
}

/** Expressions are over columns of the row by their ids; all hold on every row. */
export interface System {
  readonly buses: readonly SystemBus[]
  readonly columns: readonly Column[]
  /** Each is 0. */
  readonly constraints: readonly Expression[]
  /** In order of time. */
  readonly messages: readonly Message[]
  readonly derived: readonly Derived[]
}

/** The block that a system is of: where it starts, and rows of the program table without their pc. */
export interface Block {
  readonly start: number
  readonly instructions: readonly (readonly number[])[]
}

/** The figures that optimisers are compared by. */
export interface Size {
  readonly columns: number
  readonly interactions: number
  readonly constraints: number
}

export const sizeOf = ({ columns, messages, constraints }: System): Size => ({
  columns: columns.length,
  interactions: messages.length,
  constraints: constraints.length,
})

/** Bytes of an instruction. */
export const INSTRUCTION_BYTES = 4
