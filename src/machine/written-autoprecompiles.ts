/** Autoprecompiles as the part of a machine file, and back. */
import { createHash } from 'node:crypto'
import { readBuses, writtenBuses } from '../air/written-buses.ts'
import { BadSystem, readSystem, writtenSystem } from '../air/written-system.ts'
import { P } from '../air/field.ts'
import type { SystemBus } from '../air/system-buses.ts'
import { chipNameOf, MAX_AUTOPRECOMPILES, type Autoprecompile, type Autoprecompiles } from './autoprecompiles.ts'
import { machineError } from './file.ts'

/** Of all systems: they are over the machine's. */
const busesOf = ({ list }: Autoprecompiles): readonly SystemBus[] => list[0]?.system.buses ?? []

const writtenAutoprecompile = ({ start, instructions, system }: Autoprecompile): unknown => ({
  start,
  instructions,
  system: writtenSystem(system),
})

/** What JSON can say; the names of chips follow. */
export const writtenAutoprecompiles = (of: Autoprecompiles): unknown => ({
  guest: of.guest,
  buses: writtenBuses(busesOf(of)),
  list: of.list.map(writtenAutoprecompile),
})

const known = new WeakMap<Autoprecompiles, string>()

/** SHA-256 of all that they hold, 64 hex digits. */
export function digestOf(of: Autoprecompiles): string {
  let digest = known.get(of)
  if (digest === undefined) {
    const hash = createHash('sha256').update(JSON.stringify([of.guest, writtenBuses(busesOf(of))]))
    // One at a time: the text of all of them may be longer than a string can be.
    for (const each of of.list) hash.update(JSON.stringify(writtenAutoprecompile(each)))
    known.set(of, (digest = hash.digest('hex')))
  }
  return digest
}

type Fields = Readonly<Record<string, unknown>>

/** Instructions of the longest block that a machine may count. */
const MOST_INSTRUCTIONS = 1000
/** Opcode, and operands a … g. */
const ENTRY = 8

const isEntry = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length === ENTRY && value.every(each => Number.isInteger(each) && each >= 0 && each < P)

function autoprecompileOf(value: unknown, buses: readonly SystemBus[]): Autoprecompile {
  const { start, instructions, system } = (value ?? {}) as Fields
  const isBlock = Array.isArray(instructions) && instructions.length <= MOST_INSTRUCTIONS && instructions.every(isEntry)
  if (typeof start !== 'number' || !isBlock) throw new BadSystem('a start and instructions were expected')
  const read = readSystem(system, buses)
  if (read.columns.some(({ origin }) => origin !== undefined && origin.instruction >= instructions.length))
    throw new BadSystem('columns: one is of an instruction that is not there')
  return { start, instructions, chip: chipNameOf(start), system: read }
}

/**
 * The content of a machine file with its autoprecompiles as machines have them; all else is left as it is.
 *
 * @throws RvrError `MACHINE_INVALID` naming the autoprecompile
 */
export function withReadAutoprecompiles(data: unknown, origin: string): unknown {
  const written = ((data ?? {}) as Fields)['autoprecompiles']
  if (typeof written !== 'object' || written === null) return data
  const { guest, buses, list } = written as Fields
  let at = 'autoprecompiles'
  try {
    if (typeof guest !== 'string' || !/^[0-9a-f]{64}$/.test(guest)) throw new BadSystem('the digest of a guest')
    if (!Array.isArray(list) || list.length > MAX_AUTOPRECOMPILES)
      throw new BadSystem(`a list of ${MAX_AUTOPRECOMPILES} at most was expected`)
    const known = readBuses(buses, (data as Fields)['xlen'] === 64 ? 64 : 32)
    const read = list.map((each, index) => {
      at = `autoprecompiles.list.${index}`
      return autoprecompileOf(each, known)
    })
    return { ...(data as Fields), autoprecompiles: { guest, list: read } satisfies Autoprecompiles }
  } catch (cause) {
    if (!(cause instanceof BadSystem)) throw cause
    throw machineError(origin, at, written, cause.message)
  }
}
