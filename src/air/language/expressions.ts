/** Reads expressions. */
import { airError } from './place.ts'
import type { Cursor } from './cursor.ts'
import { operators, type BinaryOperator, type Label, type Node, type Range } from './syntax.ts'

/** Deeper than any expression that a person can read. */
const MAX_DEPTH = 64

export function readNode(cursor: Cursor, depth = 0): Node {
  const { at } = cursor
  if (depth > MAX_DEPTH) throw airError(at, `an expression more than ${MAX_DEPTH} deep`)
  if (!cursor.took('if')) return readLevel(cursor, 0, depth)
  const condition = readNode(cursor, depth + 1)
  cursor.expect('then')
  const chosen = readNode(cursor, depth + 1)
  cursor.expect('else')
  return { at, kind: 'choice', condition, chosen, otherwise: readNode(cursor, depth + 1) }
}

function readLevel(cursor: Cursor, level: number, depth: number): Node {
  const wanted: readonly string[] | undefined = operators[level]
  if (wanted === undefined) return readUnary(cursor, depth)
  let left = readLevel(cursor, level + 1, depth)
  for (;;) {
    const { at } = cursor
    const operator = wanted.find(each => cursor.took(each))
    if (operator === undefined) return left
    const right = readLevel(cursor, level + 1, depth)
    left = { at, kind: 'binary', operator: operator as BinaryOperator, left, right }
  }
}

function readUnary(cursor: Cursor, depth: number): Node {
  const { at } = cursor
  if (depth > MAX_DEPTH) throw airError(at, `an expression more than ${MAX_DEPTH} deep`)
  for (const operator of ['-', '!', '~'] as const)
    if (cursor.took(operator)) return { at, kind: 'unary', operator, of: readUnary(cursor, depth + 1) }
  const of = readIndexed(cursor, depth)
  if (!cursor.took('**')) return of
  return { at, kind: 'power', of, exponent: readUnary(cursor, depth + 1) }
}

function readIndexed(cursor: Cursor, depth: number): Node {
  let node = readAtom(cursor, depth)
  for (;;) {
    const { at } = cursor
    if (!cursor.took('[')) return node
    const from = cursor.peek() === ':' ? undefined : readNode(cursor, depth + 1)
    if (cursor.took(':')) {
      const to = cursor.peek() === ']' ? undefined : readNode(cursor, depth + 1)
      node = { at, kind: 'slice', of: node, from, to }
    } else node = { at, kind: 'index', of: node, index: from! }
    cursor.expect(']')
  }
}

function readAtom(cursor: Cursor, depth: number): Node {
  const { at } = cursor
  if (/^\d/.test(cursor.peek() ?? '')) return { at, kind: 'number', value: cursor.number() }
  if (cursor.took('(')) {
    const node = readNode(cursor, depth + 1)
    cursor.expect(')')
    return node
  }
  if (cursor.took('[')) return readList(cursor, depth)
  const name = cursor.name('an expression')
  if (!cursor.took('(')) return { at, kind: 'name', name }
  if (cursor.took(')')) return { at, kind: 'call', name, args: [] }
  const first = readNode(cursor, depth + 1)
  if (name === 'sum' && cursor.peek() === 'for') {
    const range = readRange(cursor)
    cursor.expect(')')
    return { at, kind: 'sum', of: first, range }
  }
  const args = [first]
  while (cursor.took(',')) args.push(readNode(cursor, depth + 1))
  cursor.expect(')')
  return { at, kind: 'call', name, args }
}

function readList(cursor: Cursor, depth: number): Node {
  const { at } = cursor
  if (cursor.took(']')) return { at, kind: 'list', items: [] }
  const first = readItem(cursor, depth)
  if (!first.spread && cursor.peek() === 'for') {
    const range = readRange(cursor)
    cursor.expect(']')
    return { at, kind: 'each', of: first.node, range }
  }
  const items = [first]
  while (cursor.took(',')) items.push(readItem(cursor, depth))
  cursor.expect(']')
  return { at, kind: 'list', items }
}

function readItem(cursor: Cursor, depth = 0): { readonly spread: boolean; readonly node: Node } {
  const spread = cursor.took('*')
  return { spread, node: readNode(cursor, depth + 1) }
}

/** Expressions with commas between them, as a list: what a message consists of. */
export function readItems(cursor: Cursor): Node {
  const { at } = cursor
  return { at, kind: 'list', items: cursor.separated(() => readItem(cursor)) }
}

/** `for i in a..b` */
export function readRange(cursor: Cursor): Range {
  cursor.expect('for')
  return readBounds(cursor, cursor.name('a variable'))
}

export function readBounds(cursor: Cursor, variable: string): Range {
  if (!cursor.took('down')) cursor.expect('in')
  const from = readNode(cursor)
  cursor.expect('..')
  return { variable, from, to: readNode(cursor) }
}

/** `carry`, `carry[i]`, and, where `runs`, `carry[i < 4]`. */
export function readLabel(cursor: Cursor, runs = false): Label {
  const { at } = cursor
  const name = cursor.name()
  const indices: Node[] = []
  while (cursor.took('[')) {
    if (runs && cursor.peek(1) === '<') {
      const variable = cursor.name('a variable')
      cursor.expect('<')
      const below = readNode(cursor)
      cursor.expect(']')
      return { at, name, indices, runs: { variable, below } }
    }
    indices.push(readNode(cursor))
    cursor.expect(']')
  }
  return { at, name, indices }
}
