/** What public values mean, from the lines that say so. */
import { publicRoles, type PublicRole, type RoleName } from '../air.ts'
import { airError } from '../language/place.ts'
import type { StatementOf } from '../language/syntax.ts'
import { pathText, type Named, type Names } from './names.ts'
import type { Value } from './value.ts'

const isRole = (name: string): name is RoleName => Object.hasOwn(publicRoles, name)

/**
 * @param named a public value, or a list of them
 * @throws RvrError where there is no such role, or it has another number of values
 */
export function roleOf({ role, at }: StatementOf<'role'>, named: Named, columns: Names): PublicRole {
  if (!isRole(role)) throw airError(at, `${role} is no role; roles are ${Object.keys(publicRoles).join(', ')}`)
  const { count } = publicRoles[role]
  const value = columns.get(named)
  const values: readonly Value[] = value === undefined ? [] : [value].flat()
  const indices = values.map(each =>
    typeof each === 'object' && 'op' in each && each.op === 'public' ? each.index : -1,
  )
  const [first = -1] = indices
  if (first === -1 || indices.some((index, place) => index !== first + place))
    throw airError(named.at, `${pathText(named)} is no public value`)
  if (indices.length !== count) throw airError(named.at, `${indices.length} values, and ${role} has ${count}`)
  return { name: role, first }
}
