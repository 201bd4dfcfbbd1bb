/** Machine files that name a list of AIRs: what they say of chips follows from the declarations. */
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Air } from '../air/air.ts'
import { figuresOf } from '../air/figures.ts'
import type { AirMemo } from '../air/listed.ts'
import { loadAirs, orShipped, type LoadedAirs } from '../air/load.ts'
import { RvrError } from '../errors.ts'
import { readPlainFile } from '../files/read.ts'
import { machineError, type Chip } from './file.ts'

const ENDING = '.air'

/** Sets of this process by digest: the machine is asked for them again when a run of it is traced. */
const known = new Map<string, LoadedAirs>()
const MOST_KNOWN = 8

/**
 * The AIRs of a list in a file. Files that do not lie beside it are those that rvr ships.
 *
 * @param path of the list, with its ending
 * @param memo is asked for what this process has not read yet
 * @throws RvrError `IO` (a file cannot be read), `MACHINE_INVALID` (`details` is {file, line, column})
 */
export function listedAirs(path: string, memo?: AirMemo): LoadedAirs {
  const folder = dirname(path)
  const list = basename(path, ENDING)
  const read = orShipped(each => {
    const file = join(folder, `${each}${ENDING}`)
    return each === list || existsSync(file) ? readPlainFile('airs', file).toString('utf8') : undefined
  })
  const set = loadAirs(list, read, folder === '.' ? '' : `${folder}/`, memo)
  if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value!)
  known.set(set.digest, set)
  return set
}

/**
 * The AIRs that a machine was loaded with.
 *
 * @throws RvrError `MACHINE_INVALID`: files were changed since; and what `listedAirs` throws
 */
export function airsOfFile(
  { list, digest }: { readonly list: string; readonly digest: string },
  memo?: AirMemo,
): LoadedAirs {
  const set = known.get(digest) ?? listedAirs(list, memo)
  if (set.digest === digest) return set
  throw new RvrError('MACHINE_INVALID', `the AIRs of ${list} were changed since the machine was loaded`, {
    hint: 'Load the machine again.',
    details: { list, wanted: digest, found: set.digest },
  })
}

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What the file says of a chip, and nothing that is not so. */
function chipOf(air: Air): Chip {
  const { name, instructions, height } = air
  const { width, interactions, nextRow } = figuresOf(air)
  return {
    name,
    width,
    interactions,
    ...(nextRow && { nextRow }),
    ...(height !== undefined && { constantHeight: height }),
    ...(instructions.length > 0 && { operations: [...instructions] }),
  }
}

/**
 * The content of a machine file with the figures of its AIRs. A chip of an AIR is its name, or an object that says
 * nothing else; only the chips of memory may have figures of their own. All else is left as it is, to be validated.
 *
 * @param list what the machine keeps as the path of its list
 * @throws RvrError `MACHINE_INVALID` as `parseMachine` does
 */
export function withFigures(data: Fields, set: LoadedAirs, list: string, origin: string): Fields {
  const { chips, memory } = data
  if (!Array.isArray(chips)) return { ...data, airs: { list, digest: set.digest } }
  const airs = new Map(set.airs.map(air => [air.name, air]))
  const ofMemory = new Set(isObject(memory) ? [memory['boundary'], memory['merkle'], memory['hash']] : [])
  const complete = (chip: unknown, index: number): unknown => {
    const given: unknown = typeof chip === 'string' ? { name: chip } : chip
    if (!isObject(given)) return chip
    const name = given['name']
    const air = airs.get(String(name))
    if (air === undefined) {
      if (typeof chip !== 'string') return chip
      throw machineError(origin, `chips.${index}`, chip, `the name of an AIR in ${list}, or a chip with its figures`)
    }
    airs.delete(air.name)
    if (ofMemory.has(name) && 'width' in given) return given
    const derived = chipOf(air)
    for (const [field, value] of Object.entries(given))
      if (field !== 'name') throw machineError(origin, `chips.${index}.${field}`, value, 'nothing: its AIR says it')
    return derived
  }
  const completed = chips.map(complete)
  const [missing] = airs.keys()
  if (missing !== undefined) throw machineError(origin, 'chips', chips, `a chip for each AIR; ${missing} has none`)
  return { ...data, airs: { list, digest: set.digest }, chips: completed }
}

/**
 * The content of a machine file that may name a list of AIRs.
 *
 * @param folder that the list's path counts from
 * @throws RvrError `IO`, `MACHINE_INVALID`
 */
export function resolvedAirs(data: unknown, folder: string, origin: string, memo?: AirMemo): unknown {
  if (!isObject(data) || typeof data['airs'] !== 'string') return data
  const named = data['airs']
  if (!named.endsWith(ENDING)) throw machineError(origin, 'airs', named, `the path of a list that ends in ${ENDING}`)
  const list = join(folder, named)
  return withFigures(data, listedAirs(list, memo), list, origin)
}
