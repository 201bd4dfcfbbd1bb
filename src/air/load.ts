/** AIRs from their files: a machine's list, those that rvr ships, and what extensions add. */
import type { Xlen } from '../elf/image.ts'
import { resourceText } from '../resources.ts'
import type { Air, AirSet, Bus } from './air.ts'
import { elaborate } from './elaborate/declare.ts'
import { Evaluator } from './elaborate/evaluate.ts'
import { Names, inputs } from './elaborate/names.ts'
import { Scope } from './elaborate/scope.ts'
import { readMachineList } from './language/files.ts'
import { airError, type Place } from './language/place.ts'
import type { AirLine, BusLine } from './language/syntax.ts'
import { Sources, type ReadAir } from './sources.ts'

const MAX_AIRS = 1024
const MAX_BUSES = 1 << 16

export interface LoadedAirs extends AirSet {
  /** SHA-256 of all files that they were read from, 64 hex digits. */
  readonly digest: string
}

/**
 * The AIRs that a machine's list names, in its order.
 *
 * @param list the list's path, as `read` knows it
 * @param folder where the list lies, as errors are to name it: with a slash at its end, or nothing
 * @throws RvrError `MACHINE_INVALID`: `details` is {file, line, column}; and what `read` throws as such an error
 */
export function loadAirs(list: string, read: ReadAir, folder = ''): LoadedAirs {
  const sources = new Sources(read, folder)
  const start = startOf(list, sources)
  const { name, buses: busLines, airs: airLines } = readMachineList(sources.text(list, start), start.file)
  if (name === undefined) throw airError(start, 'no line that names the machine')
  const buses = busLines.map(busOf)
  return { name, buses, airs: airsOf(airLines, { buses, sources, start }), digest: sources.digest() }
}

/**
 * The machine with the AIRs of another list, which an extension brings: behind its own, but for those that take the
 * place of one of the same name. Buses of the list are those of the machine; their tables may hold more.
 *
 * @throws RvrError as `loadAirs` does
 */
export function extendedAirs(set: AirSet, { list, read, folder = '' }: AirList): AirSet {
  const sources = new Sources(read, folder)
  const start = startOf(list, sources)
  const { name, buses: busLines, airs: airLines } = readMachineList(sources.text(list, start), start.file)
  if (name !== undefined) throw airError(start, 'the list of an extension names no machine')
  const further = new Map(busLines.map(line => [line.name, widened(set, line)]))
  const buses = set.buses.map(bus => further.get(bus.name) ?? bus)
  const airs = new Map(airsOf(airLines, { buses, sources, start }).map(air => [air.name, air]))
  const own = set.airs.map(air => airs.get(air.name) ?? air)
  const added = [...airs.values()].filter(({ name: each }) => !set.airs.some(air => air.name === each))
  return { name: set.name, buses, airs: [...own, ...added] }
}

/** A list of AIRs, and the files that it names. */
export interface AirList {
  /** Its path, as `read` knows it. */
  readonly list: string
  readonly read: ReadAir
  readonly folder?: string | undefined
}

const startOf = (list: string, sources: Sources): Place => ({ file: sources.nameOf(list), line: 1, column: 1 })

function widened({ name, buses }: AirSet, line: BusLine): Bus {
  const bus = busOf(line)
  const known = buses.find(each => each.name === bus.name)
  if (known?.id === bus.id && known.kind === bus.kind && known.fields.join() === bus.fields.join()) return bus
  throw airError(line.at, `machine ${name} has no such bus ${bus.name}`, "Number, kind and fields are the machine's.")
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

export const readShipped: ReadAir = path => resourceText(`src/air/shipped/${path}.air`)

/** Files that a reader does not have are those that rvr ships. */
export const orShipped =
  (read: (path: string) => string | undefined): ReadAir =>
  path =>
    read(path) ?? readShipped(path)

export const shippedAirs = (xlen: Xlen): LoadedAirs => loadAirs(`rv${xlen}im`, readShipped)
