/** Reads statements and blocks of them. */
import { airError, type Place } from './place.ts'
import { Cursor } from './cursor.ts'
import { readBounds, readItems, readLabel, readNode } from './expressions.ts'
import type { Node, Statement, Verb, Where } from './syntax.ts'
import type { Line } from './tokens.ts'

/** Deeper than any block that a person can read. */
const MAX_BLOCKS = 16

/** Lines still to be read: a block ends where the indentation of its first line does. */
export class Lines {
  readonly #lines: readonly Line[]
  #next = 0

  constructor(lines: readonly Line[]) {
    this.#lines = lines
  }

  get next(): Line | undefined {
    return this.#lines[this.#next]
  }

  take(): Cursor {
    return new Cursor(this.#lines[this.#next++]!)
  }
}

export function readBlock(lines: Lines, outer: number, at: Place, depth = 0): readonly Statement[] {
  if (depth > MAX_BLOCKS) throw airError(at, `blocks more than ${MAX_BLOCKS} deep`)
  const indent = lines.next?.indent ?? 0
  if (lines.next === undefined || indent <= outer) throw airError(at, 'nothing is indented below this line')
  const statements: Statement[] = []
  while (lines.next !== undefined && lines.next.indent > outer) {
    if (lines.next.indent !== indent)
      throw airError(lines.next.tokens[0]!.at, `indented by ${lines.next.indent}, the line before by ${indent}`)
    statements.push(readStatement(lines, depth))
  }
  return statements
}

const wheres: Readonly<Record<string, Where>> = { zero: 'every', first: 'first', last: 'last', trans: 'trans' }
const verbs: readonly string[] = ['send', 'receive', 'provide'] satisfies readonly Verb[]

export function readStatement(lines: Lines, depth = 0): Statement {
  const { indent } = lines.next!
  const cursor = lines.take()
  const { at } = cursor
  const keyword = cursor.name('a statement')
  // `first(x)` calls a definition of that name.
  const statement =
    cursor.peek() === '(' && keyword !== 'if' && keyword !== 'bool' ? readCall(cursor, keyword, at) : undefined
  if (statement !== undefined) {
    cursor.end()
    return statement
  }
  const blocks = { lines, indent, depth: depth + 1 }
  if (keyword === 'for') return readFor(cursor, at, blocks)
  if (keyword === 'if') return readIf(cursor, at, blocks)
  const simple = readSimple(cursor, keyword, at)
  cursor.end()
  return simple
}

function readCall(cursor: Cursor, name: string, at: Place): Statement {
  cursor.expect('(')
  const args = cursor.peek() === ')' ? [] : cursor.separated(() => readNode(cursor))
  cursor.expect(')')
  return { at, kind: 'call', name, args }
}

interface Blocks {
  readonly lines: Lines
  readonly indent: number
  readonly depth: number
}

function readFor(cursor: Cursor, at: Place, { lines, indent, depth }: Blocks): Statement {
  const variable = cursor.name('a variable')
  const down = cursor.peek() === 'down'
  const range = readBounds(cursor, variable)
  cursor.end()
  return { at, kind: 'for', range, down, body: readBlock(lines, indent, at, depth) }
}

function readIf(cursor: Cursor, at: Place, { lines, indent, depth }: Blocks): Statement {
  const condition = readNode(cursor)
  cursor.end()
  const chosen = readBlock(lines, indent, at, depth)
  const { next } = lines
  if (next === undefined || next.indent !== indent || next.tokens[0]!.text !== 'else')
    return { at, kind: 'if', condition, chosen, otherwise: [] }
  const other = lines.take()
  other.expect('else')
  other.end()
  return { at, kind: 'if', condition, chosen, otherwise: readBlock(lines, indent, at, depth) }
}

function readSimple(cursor: Cursor, keyword: string, at: Place): Statement {
  const where = wheres[keyword]
  if (where !== undefined) {
    const label = readLabel(cursor)
    cursor.expect(':')
    return { at, kind: 'zero', where, label, of: readNode(cursor) }
  }
  if (verbs.includes(keyword)) return readMessage(cursor, keyword as Verb, at)
  switch (keyword) {
    case 'input':
    case 'public': {
      const names = []
      while (!cursor.done) names.push(readLabel(cursor))
      return { at, kind: keyword, names }
    }
    case 'word':
    case 'let':
      return { at, kind: keyword, label: readLabel(cursor, true), value: readAssigned(cursor) }
    case 'col':
    case 'fixed':
      return { at, kind: 'col', label: readLabel(cursor, true), rule: readAssigned(cursor), fixed: keyword === 'fixed' }
    case 'role': {
      const role = cursor.name('a role')
      cursor.expect(':')
      return { at, kind: 'role', role, label: readLabel(cursor) }
    }
    case 'access':
      return readAccess(cursor, at)
    case 'bool':
      return { at, kind: 'bool', each: cursor.separated(() => readNode(cursor)) }
    case 'operands': {
      const instructions = cursor.peek() === ':' ? [] : cursor.separated(() => cursor.name('an instruction'))
      cursor.expect(':')
      return { at, kind: 'operands', instructions, values: readItems(cursor) }
    }
    case 'height':
      return { at, kind: 'height', value: readNode(cursor) }
    default:
      throw airError(at, `${keyword} begins no statement`)
  }
}

function readAssigned(cursor: Cursor): Node {
  cursor.expect('=')
  return readNode(cursor)
}

function readAccess(cursor: Cursor, at: Place): Statement {
  const label = readLabel(cursor)
  cursor.expect('at')
  const place = cursor.separated(() => readNode(cursor))
  if (place.length !== 3) throw airError(at, 'an access is at: space, pointer, time')
  const writes = cursor.took('writes') ? readNode(cursor) : undefined
  const when = cursor.took('when') ? readNode(cursor) : undefined
  return { at, kind: 'access', label, place, writes, when }
}

function readMessage(cursor: Cursor, verb: Verb, at: Place): Statement {
  const bus = cursor.name('a bus')
  const count = readNode(cursor)
  const weight = cursor.took('weight') ? readNode(cursor) : undefined
  cursor.expect(':')
  const fields = readItems(cursor)
  const row = verb === 'provide' && cursor.took('at') ? readNode(cursor) : undefined
  return { at, kind: 'message', verb, bus, count, weight, fields, row }
}
