/** What the text of an AIR is made of, before it means anything. */
import type { Place } from './place.ts'

export type BinaryOperator = (typeof operators)[number][number]

/** From loosest to tightest; `**` and unary operators bind tighter than these. */
export const operators = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>='],
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '//', '%'],
] as const

export interface Range {
  readonly variable: string
  readonly from: Node
  readonly to: Node
}

/** An expression. Whether it is one over the field or one over words depends on the statement that it stands in. */
export type Node = { readonly at: Place } & (
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly of: Node; readonly index: Node }
  | { readonly kind: 'slice'; readonly of: Node; readonly from: Node | undefined; readonly to: Node | undefined }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
  /** `sum(e for i in a..b)` */
  | { readonly kind: 'sum'; readonly of: Node; readonly range: Range }
  /** `[e for i in a..b]` */
  | { readonly kind: 'each'; readonly of: Node; readonly range: Range }
  | { readonly kind: 'list'; readonly items: readonly { readonly spread: boolean; readonly node: Node }[] }
  | { readonly kind: 'unary'; readonly operator: '-' | '!' | '~'; readonly of: Node }
  | { readonly kind: 'power'; readonly of: Node; readonly exponent: Node }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: 'choice'; readonly condition: Node; readonly chosen: Node; readonly otherwise: Node }
)
export type NodeOf<Kind extends Node['kind']> = Node & { readonly kind: Kind }

/** A name with indices that are expressions: `carry[i]`. */
export interface Label {
  readonly at: Place
  readonly name: string
  readonly indices: readonly Node[]
  /** The last index runs: `z[i < 4]`. */
  readonly runs?: { readonly variable: string; readonly below: Node } | undefined
}

/** The rows that a constraint holds on. */
export type Where = 'every' | 'first' | 'last' | 'trans'

export type Verb = 'send' | 'receive' | 'provide'

export type Statement = { readonly at: Place } & (
  | { readonly kind: 'input'; readonly names: readonly Label[] }
  | { readonly kind: 'public'; readonly names: readonly Label[] }
  | { readonly kind: 'word'; readonly label: Label; readonly value: Node }
  | { readonly kind: 'col'; readonly label: Label; readonly rule: Node; readonly fixed: boolean }
  | { readonly kind: 'role'; readonly role: string; readonly label: Label }
  | { readonly kind: 'let'; readonly label: Label; readonly value: Node }
  | {
      readonly kind: 'access'
      readonly label: Label
      readonly place: readonly Node[]
      readonly writes: Node | undefined
      readonly when: Node | undefined
    }
  | { readonly kind: 'zero'; readonly where: Where; readonly label: Label; readonly of: Node }
  | { readonly kind: 'bool'; readonly each: readonly Node[] }
  | {
      readonly kind: 'message'
      readonly verb: Verb
      readonly bus: string
      readonly count: Node
      readonly weight: Node | undefined
      readonly fields: Node
      /** Of `provide`: the row that has a message, over its fields. */
      readonly row: Node | undefined
    }
  | { readonly kind: 'operands'; readonly instructions: readonly string[]; readonly values: Node }
  | { readonly kind: 'height'; readonly value: Node }
  | { readonly kind: 'for'; readonly range: Range; readonly down: boolean; readonly body: readonly Statement[] }
  | {
      readonly kind: 'if'
      readonly condition: Node
      readonly chosen: readonly Statement[]
      readonly otherwise: readonly Statement[]
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
)
export type StatementOf<Kind extends Statement['kind']> = Statement & { readonly kind: Kind }

/** `def name(parameters)`: statements that are put where the name is called, or an expression. */
export interface Definition {
  readonly at: Place
  readonly name: string
  readonly parameters: readonly string[]
  readonly body: readonly Statement[]
  readonly value: Node | undefined
}

/** A file that declares an AIR, or only definitions for others. */
export interface SourceFile {
  readonly uses: readonly { readonly at: Place; readonly path: string }[]
  readonly definitions: readonly Definition[]
  readonly parameters: readonly string[]
  readonly body: readonly Statement[]
}

export interface BusLine {
  readonly at: Place
  readonly name: string
  readonly id: bigint
  readonly kind: 'permutation' | 'lookup'
  readonly fields: readonly string[]
  /** Of a lookup: what its table holds, over words named as the fields. */
  readonly table: Node | undefined
}

export interface AirLine {
  readonly at: Place
  readonly name: string
  readonly path: string
  readonly parameters: readonly { readonly name: string; readonly value: Node }[]
  readonly instructions: readonly { readonly at: Place; readonly name: string; readonly opcode: bigint }[]
}

/** A file that lists a machine's buses and AIRs, or those that an extension adds. */
export interface MachineList {
  readonly name: string | undefined
  readonly buses: readonly BusLine[]
  readonly airs: readonly AirLine[]
}
