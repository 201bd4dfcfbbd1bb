/** All of an `airs.json` as a key has it: AIRs in order, what public values mean, and where a run starts. */
import { P } from '../air/field.ts'
import { airsInvalid } from './fault.ts'
import { fieldsOf, indexIn, listOf, namedOf, numberOf, type Named } from './fields.ts'
import { flatAir, type FlatAir } from './flat-air.ts'
import { limits } from './limits.ts'

/** What public values mean to those who join proofs. */
export interface Role {
  readonly role: number
  readonly air: number
  /** Public value of the AIR. */
  readonly first: number
  readonly count: number
}

/** What a public value of a role is where a run starts. */
export interface Start {
  readonly role: number
  readonly index: number
  readonly value: number
}

export interface FlatSystem {
  readonly maxLogHeight: number
  /** How many. */
  readonly buses: number
  readonly airs: readonly FlatAir[]
  /** Trees of fixed columns. */
  readonly trees: number
  readonly roles: readonly Role[]
  readonly starts: readonly Start[]
}

const FORMAT = 'rvr-airs/1'
const DEFAULT_LOG_HEIGHT = 22

function roleOf(value: unknown, place: string, named: Named, airs: readonly FlatAir[]): Role {
  const given = fieldsOf(value, place, ['role', 'air', 'index', 'count'])
  const air = indexIn(given['air'], `${place}.air`, named)
  const { publics } = airs[air]!
  const role = numberOf(given['role'], `${place}.role`, [1, limits.role])
  const first = indexIn(given['index'], `${place}.index`, publics)
  const count = numberOf(given['count'] ?? 1, `${place}.count`, [1, publics.count - first])
  return { role, air, first, count }
}

function startOf(value: unknown, place: string, roles: readonly Role[]): Start {
  const given = fieldsOf(value, place, ['role', 'index', 'value'])
  const role = roles.find(each => each.role === given['role'])
  if (role === undefined) throw airsInvalid(`${place}.role`, given['role'], 'a role of the file')
  const index = numberOf(given['index'], `${place}.index`, [0, role.count - 1])
  return { role: role.role, index, value: numberOf(given['value'], `${place}.value`, [0, P - 1]) }
}

function expectAscending<Entry>(list: readonly Entry[], place: string, rank: (entry: Entry) => number): void {
  for (const [index, entry] of list.entries())
    if (index > 0 && rank(entry) <= rank(list[index - 1]!))
      throw airsInvalid(`${place}[${index}]`, entry, 'one that comes behind the one in front of it')
}

/**
 * @param json whatever was read from a file of format `rvr-airs/1`
 * @throws RvrError `MACHINE_INVALID`: `details` is {place, found, wanted}
 */
export function flatSystem(json: unknown): FlatSystem {
  const given = fieldsOf(json, 'the file', ['format', 'maxLogHeight', 'buses', 'airs', 'roles', 'starts'])
  if (given['format'] !== FORMAT) throw airsInvalid('format', given['format'], JSON.stringify(FORMAT))
  const maxLogHeight = numberOf(given['maxLogHeight'] ?? DEFAULT_LOG_HEIGHT, 'maxLogHeight', [0, limits.logHeight])
  const buses = namedOf(given['buses'], 'buses', limits.buses)
  const list = listOf(given['airs'], 'airs', limits.airs)
  if (list.length === 0) throw airsInvalid('airs', list, 'an AIR at least')
  const airs = list.map((each, index) => flatAir(each, `airs[${index}]`, buses, maxLogHeight))
  const named = namedOf(
    airs.map(({ name }) => name),
    'airs',
    limits.airs,
  )
  const trees = airs.reduce((most, { tree = -1 }) => Math.max(most, tree + 1), 0)
  for (let tree = 0; tree < trees; tree++)
    if (!airs.some(each => each.tree === tree)) throw airsInvalid('airs', list, `a table in tree ${tree}`)
  const roles = listOf(given['roles'], 'roles', limits.list).map((each, index) =>
    roleOf(each, `roles[${index}]`, named, airs),
  )
  expectAscending(roles, 'roles', ({ role }) => role)
  const starts = listOf(given['starts'], 'starts', limits.list).map((each, index) =>
    startOf(each, `starts[${index}]`, roles),
  )
  expectAscending(starts, 'starts', ({ role, index }) => role * limits.publics + index)
  return { maxLogHeight, buses: buses.count, airs, trees, roles, starts }
}
