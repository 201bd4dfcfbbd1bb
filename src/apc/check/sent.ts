/** What follows from one message of a row: bounds, zeros, or that there is no such row. */
import { P } from '../../air/field.ts'
import { CHECKED_SPACES, type SystemBus } from '../../air/system-buses.ts'
import { tableFacts } from '../table.ts'
import { knownValue, type Sum } from './sums.ts'

/** A message with sums for expressions. */
export interface Sent {
  readonly bus: SystemBus
  readonly count: Sum
  readonly fields: readonly Sum[]
}

/** Fields of messages that are sent for sure, below a bound each. */
export function boundedFields({ bus, count, fields }: Sent): readonly (readonly [Sum, number])[] {
  const sent = knownValue(count)
  if (sent === undefined || sent === 0) return []
  const { role } = bus
  if (role.kind === 'memory') {
    const isChecked = CHECKED_SPACES.includes(knownValue(fields[role.address[0]!]!) ?? -1)
    return sent === P - 1 && isChecked ? role.content.map(field => [fields[field]!, 2 ** role.cellBits] as const) : []
  }
  if (role.kind !== 'table') return []
  const { bounds } = tableFacts(bus, fields.map(knownValue))
  return [...bounds].map(([field, bound]) => [fields[field]!, bound] as const)
}

/** What the register that always holds 0 has sent. */
export function zerosOf({ bus: { role }, count, fields }: Sent): readonly Sum[] {
  if (role.kind !== 'memory' || knownValue(count) !== P - 1) return []
  const isZeroRegister = role.address.every((field, at) => knownValue(fields[field]!) === role.zero[at])
  return isZeroRegister ? role.content.map(field => fields[field]!) : []
}

/** Is it in no table? */
export function isRefused({ bus, count, fields }: Sent): boolean {
  if (bus.role.kind !== 'table' || (knownValue(count) ?? 0) === 0) return false
  const values = fields.map(knownValue)
  const { bounds, impossible } = tableFacts(bus, values)
  return impossible || [...bounds].some(([field, bound]) => (values[field] ?? 0) >= bound)
}
