/** What a check of a segment's tables finds, in words and numbers that a person can act on. */

/** A row of a table, and the instruction that it comes from, if one did. */
export interface RowPlace {
  readonly air: string
  readonly row: number
  readonly instruction?: InstructionPlace | undefined
}

export interface InstructionPlace {
  readonly pc: number
  /** Instructions retired before it. */
  readonly instret: number
  /** Function and offset; undefined where the guest has no symbols there. */
  readonly symbol: string | undefined
  /** As assembly text. */
  readonly text: string
}

export interface ColumnValue {
  /** `next.x` is a column of the next row. */
  readonly name: string
  readonly value: number
}

/** A row that says a message. */
export interface Party extends RowPlace {
  /** How often: below 0 for what is received. */
  readonly count: number
  /** The columns of the row that the message and its count are made of. */
  readonly columns: readonly ColumnValue[]
}

export type Failure =
  /** A constraint does not come to 0. */
  | (RowPlace & {
      readonly kind: 'constraint'
      readonly constraint: string
      readonly value: number
      readonly columns: readonly ColumnValue[]
    })
  /** What rows say on a bus does not cancel, or is in no table. */
  | {
      readonly kind: 'message'
      readonly bus: string
      readonly message: readonly number[]
      /** What is left: sent more often than received, or below 0 the other way round. */
      readonly count: number
      /** A lookup whose message the table does not have. */
      readonly isInNoTable: boolean
      /** The first rows that say it, and how many there are. */
      readonly parties: readonly Party[]
      readonly partyCount: number
    }
  /** A cell is no canonical field element. */
  | (RowPlace & { readonly kind: 'cell'; readonly column: string; readonly value: number })
  /** A table is not there, or has another height than it has to have. */
  | { readonly kind: 'table'; readonly air: string; readonly message: string }
  /** A public value is none, or does not fit the segment before. */
  | {
      readonly kind: 'public'
      readonly air: string
      readonly name: string
      readonly value: number | undefined
      readonly wanted?: number | undefined
    }

/** What a check looked at, and what it found. */
export interface SegmentCheck {
  readonly passed: boolean
  /** The first ones. */
  readonly failures: readonly Failure[]
  /** All of them. */
  readonly failureCount: number
  readonly rows: number
  readonly messages: number
}
