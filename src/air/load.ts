/** AIRs from their files: those that rvr ships, and a user's own. */
import type { Air, AirSet, Bus } from './air.ts'
import { elaborate } from './elaborate/declare.ts'
import { Evaluator } from './elaborate/evaluate.ts'
import { Names, inputs } from './elaborate/names.ts'
import { Scope } from './elaborate/scope.ts'
import { RvrError, messageOf } from '../errors.ts'
import { readMachineList, readSource } from './language/files.ts'
import { airError, type Place } from './language/place.ts'
import type { AirLine, BusLine, Definition, SourceFile } from './language/syntax.ts'
import { resourceText } from '../resources.ts'

/** The text of the file at a path without ending, relative to the machine's list. */
export type ReadAir = (path: string) => string

const MAX_AIRS = 1024
const MAX_BUSES = 1 << 16

/**
 * The AIRs that a machine's list names, in its order.
 *
 * @param list the list's path, as `read` knows it
 * @throws RvrError `MACHINE_INVALID`: `details` is {file, line, column}; and what `read` throws
 */
export function loadAirs(list: string, read: ReadAir): AirSet {
  const machine = readMachineList(read(list), `${list}.air`)
  const buses = machine.buses.map(busOf)
  const start: Place = { file: `${list}.air`, line: 1, column: 1 }
  if (machine.airs.length > MAX_AIRS) throw airError(start, `more than ${MAX_AIRS} AIRs`)
  const sources = new Sources(read)
  const names = new Set<string>()
  const airs = machine.airs.map(line => {
    if (names.has(line.name)) throw airError(line.at, `a second AIR of the name ${line.name}`)
    names.add(line.name)
    return airOf(line, buses, sources)
  })
  return { name: machine.name, buses, airs }
}

function busOf({ at, name, id, kind, fields, table }: BusLine): Bus {
  if (id >= MAX_BUSES) throw airError(at, `a number below ${MAX_BUSES} was expected`)
  const evaluator = new Evaluator({ definitions: new Map(), columns: new Names(), words: inputs(fields) })
  return { name, id: Number(id), kind, fields, table: table && evaluator.word(table, new Scope()) }
}

function airOf({ at, name, path, parameters, instructions }: AirLine, buses: readonly Bus[], sources: Sources): Air {
  const source = sources.get(path, at)
  const values = new Map<string, bigint>()
  const evaluator = new Evaluator({ definitions: new Map(), columns: new Names(), words: new Names() })
  for (const given of parameters) values.set(given.name, evaluator.number(given.value, new Scope()))
  const [missing] = source.parameters.filter(each => !values.has(each))
  if (missing !== undefined) throw airError(at, `${path} needs the parameter ${missing}`)
  const [unknown] = [...values.keys()].filter(each => !source.parameters.includes(each))
  if (unknown !== undefined) throw airError(at, `${path} has no parameter ${unknown}`)
  const opcodes = new Map(instructions.map(each => [each.name, Number(each.opcode)]))
  const least = [...opcodes.values()].toSorted((a, b) => a - b)[0]
  if (least !== undefined) values.set('base_opcode', BigInt(least))
  const definitions = sources.definitionsOf(path, at)
  return elaborate(source.body, { name, at, buses, definitions, parameters: values, instructions: opcodes })
}

/** Files that were read, each once. */
class Sources {
  readonly #read: ReadAir
  readonly #files = new Map<string, SourceFile>()
  readonly #definitions = new Map<string, ReadonlyMap<string, Definition>>()

  constructor(read: ReadAir) {
    this.#read = read
  }

  get(path: string, at: Place): SourceFile {
    const before = this.#files.get(path)
    if (before !== undefined) return before
    const source = readSource(this.#text(path, at), `${path}.air`)
    this.#files.set(path, source)
    return source
  }

  #text(path: string, at: Place): string {
    try {
      return this.#read(path)
    } catch (cause) {
      if (cause instanceof RvrError) throw cause
      throw airError(at, `${path}.air cannot be read: ${messageOf(cause)}`)
    }
  }

  /** What a file defines, and what those that it uses do. */
  definitionsOf(path: string, at: Place): ReadonlyMap<string, Definition> {
    const before = this.#definitions.get(path)
    if (before !== undefined) return before
    const all = new Map<string, Definition>()
    // A file that uses itself, in a circle, sees what has been read so far.
    this.#definitions.set(path, all)
    const source = this.get(path, at)
    const add = (definition: Definition): void => {
      const other = all.get(definition.name)
      if (other !== undefined && other !== definition) throw airError(definition.at, `a second ${definition.name}`)
      all.set(definition.name, definition)
    }
    for (const use of source.uses) for (const each of this.definitionsOf(use.path, use.at).values()) add(each)
    for (const each of source.definitions) add(each)
    return all
  }
}

/** The AIRs of the machine that rvr ships for a register width. */
export function shippedAirs(xlen: 32 | 64): AirSet {
  return loadAirs(`rv${xlen}im`, path => resourceText(`src/air/shipped/${path}.air`))
}
