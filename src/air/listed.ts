/** What a list of AIRs and the files that it names come to. */
import type { Air, AirSet, Bus } from './air.ts'
import { elaborate } from './elaborate/declare.ts'
import { Evaluator } from './elaborate/evaluate.ts'
import { Names, inputs } from './elaborate/names.ts'
import { Scope } from './elaborate/scope.ts'
import { readMachineList } from './language/files.ts'
import { airError, type Place } from './language/place.ts'
import type { AirLine, BusLine } from './language/syntax.ts'
import { Sources, sourcesDigest, type ReadAir } from './sources.ts'

const MAX_AIRS = 1024
const MAX_BUSES = 1 << 16

/** A list of AIRs, and the files that it names. */
export interface AirList {
  /** Its path, as `read` knows it. */
  readonly list: string
  readonly read: ReadAir
  /** Where the list lies, as errors are to name it: with a slash at its end, or nothing. */
  readonly folder?: string | undefined
}

export interface Listed {
  /** Of the machine; the list of an extension has none. */
  readonly name: string | undefined
  /** Those of the list. */
  readonly buses: readonly Bus[]
  readonly airs: readonly Air[]
  /** All files that were read. */
  readonly paths: readonly string[]
  /** SHA-256 of these, 64 hex digits. */
  readonly digest: string
}

type Machine = Pick<AirSet, 'name' | 'buses'>

/** Keeps what lists came to; whether the files are still the same is no concern of it. */
export interface AirMemo {
  /** Undefined where nothing whole is kept. */
  recall(question: readonly string[]): Listed | undefined
  /** Failing to is harmless and silent. */
  remember(question: readonly string[], listed: Listed): void
}

/**
 * @param base the machine whose AIRs the list adds to; undefined for the list of a machine
 * @throws RvrError `MACHINE_INVALID`: `details` is {file, line, column}; and what `read` throws as such an error
 */
export function airsOfList(list: AirList, base?: Machine, memo?: AirMemo): Listed {
  const buses = base?.buses.map(({ name, id, kind, fields }) => ({ name, id, kind, fields }))
  const question = [list.list, list.folder ?? '', JSON.stringify(buses ?? null)]
  const before = memo?.recall(question)
  if (before !== undefined && isCurrent(before, list)) return before
  const listed = elaborated(list, base)
  memo?.remember(question, listed)
  return listed
}

/** Are the files what they were? Which ones are read follows from what is in them. */
function isCurrent({ paths, digest }: Listed, { read }: AirList): boolean {
  try {
    return sourcesDigest(paths.map(path => [path, read(path)])) === digest
  } catch {
    return false // a file is gone: reading the list says so
  }
}

function elaborated({ list, read, folder }: AirList, base: Machine | undefined): Listed {
  const sources = new Sources(read, folder)
  const start: Place = { file: sources.nameOf(list), line: 1, column: 1 }
  const { name, buses: busLines, airs: airLines } = readMachineList(sources.text(list, start), start.file)
  if (base === undefined && name === undefined) throw airError(start, 'no line that names the machine')
  if (base !== undefined && name !== undefined) throw airError(start, 'the list of an extension names no machine')
  const buses = busLines.map(line => (base === undefined ? busOf(line) : widened(base, line)))
  const airs = airsOf(airLines, { buses: base === undefined ? buses : withBuses(base.buses, buses), sources, start })
  return { name, buses, airs, paths: sources.paths, digest: sources.digest() }
}

function widened({ name, buses }: Machine, line: BusLine): Bus {
  const bus = busOf(line)
  const known = buses.find(each => each.name === bus.name)
  if (known?.id === bus.id && known.kind === bus.kind && known.fields.join() === bus.fields.join()) return bus
  throw airError(line.at, `machine ${name} has no such bus ${bus.name}`, "Number, kind and fields are the machine's.")
}

/** Buses of a machine, some of which hold more. */
export function withBuses(base: readonly Bus[], wider: readonly Bus[]): readonly Bus[] {
  const known = new Map(wider.map(bus => [bus.name, bus]))
  return base.map(bus => known.get(bus.name) ?? bus)
}

interface Reading {
  readonly buses: readonly Bus[]
  readonly sources: Sources
  readonly start: Place
}

function airsOf(lines: readonly AirLine[], { buses, sources, start }: Reading): readonly Air[] {
  if (lines.length > MAX_AIRS) throw airError(start, `more than ${MAX_AIRS} AIRs`)
  const names = new Set<string>()
  return lines.map(line => {
    if (names.has(line.name)) throw airError(line.at, `a second AIR of the name ${line.name}`)
    names.add(line.name)
    return airOf(line, buses, sources)
  })
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
