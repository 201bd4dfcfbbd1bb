/** Reads whole files: an AIR or definitions for others, and a machine's list. */
import { airError } from './place.ts'
import type { Cursor } from './cursor.ts'
import { readNode } from './expressions.ts'
import { Lines, readBlock, readStatement } from './statements.ts'
import type { AirLine, BusLine, Definition, MachineList, SourceFile, Statement } from './syntax.ts'
import { linesOf } from './tokens.ts'

/** @throws RvrError `MACHINE_INVALID` naming file, line and column */
export function readSource(text: string, file: string): SourceFile {
  const lines = new Lines(linesOf(text, file))
  const uses: SourceFile['uses'][number][] = []
  const definitions: Definition[] = []
  const body: Statement[] = []
  let parameters: readonly string[] = []
  while (lines.next !== undefined) {
    const { indent, tokens } = lines.next
    if (indent !== 0) throw airError(tokens[0]!.at, 'indented, but in no block')
    const { text: keyword, at } = tokens[0]!
    if (keyword === 'def') definitions.push(readDefinition(lines))
    else if (keyword === 'use') {
      const cursor = lines.take()
      cursor.expect('use')
      uses.push({ at, path: readPath(cursor) })
      cursor.end()
    } else if (keyword === 'parameters') {
      const cursor = lines.take()
      cursor.expect('parameters')
      parameters = cursor.separated(() => cursor.name())
      cursor.end()
    } else body.push(readStatement(lines))
  }
  return { uses, definitions, parameters, body }
}

function readDefinition(lines: Lines): Definition {
  const { indent } = lines.next!
  const cursor = lines.take()
  const { at } = cursor
  cursor.expect('def')
  const name = cursor.name()
  cursor.expect('(')
  const parameters = cursor.peek() === ')' ? [] : cursor.separated(() => cursor.name('a parameter'))
  cursor.expect(')')
  const value = cursor.took('=') ? readNode(cursor) : undefined
  cursor.end()
  const body = value === undefined ? readBlock(lines, indent, at) : []
  return { at, name, parameters, body, value }
}

/** Names with slashes between them; the file of that path and the ending `.air`. */
function readPath(cursor: Cursor): string {
  let path = cursor.name('a path')
  for (;;) {
    if (cursor.took('/')) path += '/'
    else if (cursor.took('-')) path += '-'
    else return path
    path += cursor.name('a path')
  }
}

/** @throws RvrError `MACHINE_INVALID` naming file, line and column */
export function readMachineList(text: string, file: string): MachineList {
  const lines = new Lines(linesOf(text, file))
  const buses: BusLine[] = []
  const airs: AirLine[] = []
  let name: string | undefined
  while (lines.next !== undefined) {
    const cursor = lines.take()
    const { at } = cursor
    const keyword = cursor.name('machine, bus or air')
    if (keyword === 'machine') name = cursor.name()
    else if (keyword === 'bus') buses.push(readBus(cursor))
    else if (keyword === 'air') airs.push(readAir(cursor))
    else throw airError(at, `${keyword} where machine, bus or air was expected`)
    cursor.end()
  }
  return { name, buses, airs }
}

function readBus(cursor: Cursor): BusLine {
  const { at } = cursor
  const id = cursor.number()
  const name = cursor.name()
  const kind = cursor.took('permutation') ? 'permutation' : 'lookup'
  if (kind === 'lookup') cursor.expect('lookup')
  cursor.expect('(')
  const fields = cursor.separated(() => cursor.name('a field'))
  cursor.expect(')')
  const table = cursor.took(':') ? readNode(cursor) : undefined
  return { at, name, id, kind, fields, table }
}

function readAir(cursor: Cursor): AirLine {
  const { at } = cursor
  const name = cursor.name()
  cursor.expect('from')
  const path = readPath(cursor)
  const parameters = cursor.took('(') ? cursor.separated(() => readParameter(cursor)) : []
  if (parameters.length > 0) cursor.expect(')')
  const instructions = cursor.took('for')
    ? cursor.separated(() => ({ at: cursor.at, name: cursor.name('an instruction'), opcode: cursor.number() }))
    : []
  return { at, name, path, parameters, instructions }
}

function readParameter(cursor: Cursor): AirLine['parameters'][number] {
  const name = cursor.name('a parameter')
  cursor.expect('=')
  return { name, value: readNode(cursor) }
}
