/** AIRs from their files: a machine's list, those that rvr ships, and what extensions add. */
import { createHash } from 'node:crypto'
import type { Xlen } from '../elf/image.ts'
import { resourceText } from '../resources.ts'
import type { AirSet } from './air.ts'
import { airsOfList, withBuses, type AirList, type AirMemo } from './listed.ts'
import type { ReadAir } from './sources.ts'

export interface LoadedAirs extends AirSet {
  /** SHA-256 of all that they follow from, rules for rows included, 64 hex digits: of a machine, of its files. */
  readonly digest: string
}

/**
 * The AIRs that a machine's list names, in its order.
 *
 * @param list the list's path, as `read` knows it
 * @param folder where the list lies, as errors are to name it: with a slash at its end, or nothing
 * @throws RvrError `MACHINE_INVALID`: `details` is {file, line, column}; and what `read` throws as such an error
 */
export function loadAirs(list: string, read: ReadAir, folder = '', memo?: AirMemo): LoadedAirs {
  const { name, buses, airs, digest } = airsOfList({ list, read, folder }, undefined, memo)
  return { name: name!, buses, airs, digest }
}

/**
 * The machine with the AIRs of another list, which an extension brings: behind its own, but for those that take the
 * place of one of the same name. Buses of the list are those of the machine; their tables may hold more.
 *
 * @throws RvrError as `loadAirs` does
 */
export function extendedAirs(set: LoadedAirs, list: AirList, memo?: AirMemo): LoadedAirs {
  const listed = airsOfList(list, set, memo)
  const airs = new Map(listed.airs.map(air => [air.name, air]))
  const own = set.airs.map(air => airs.get(air.name) ?? air)
  const added = listed.airs.filter(({ name }) => !set.airs.some(air => air.name === name))
  const digest = digestWith(set, listed.digest)
  return { name: set.name, buses: withBuses(set.buses, listed.buses), airs: [...own, ...added], digest }
}

/** The digest of a set that follows from another one and something else. */
export const digestWith = ({ digest }: LoadedAirs, further: string): string =>
  createHash('sha256').update(`${digest} ${further}`).digest('hex')

export const readShipped: ReadAir = path => resourceText(`src/air/shipped/${path}.air`)

/** Files that a reader does not have are those that rvr ships. */
export const orShipped =
  (read: (path: string) => string | undefined): ReadAir =>
  path =>
    read(path) ?? readShipped(path)

export const shippedAirs = (xlen: Xlen, memo?: AirMemo): LoadedAirs => loadAirs(`rv${xlen}im`, readShipped, '', memo)
