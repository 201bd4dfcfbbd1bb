/** Lookups whose result is known without the table. */
import { tableFacts } from '../../table.ts'
import type { Draft } from '../draft.ts'
import { fittedEquation } from '../functions.ts'
import { knownFields, rangesOf } from '../ranges.ts'

/**
 * Invariant: lookups of constants go. Where a field is a sum of multiples of the others in every message of the table
 * that there can be, an equation says so; the lookup stays, because it bounds the other fields.
 */
export function lookups(draft: Draft, seen: Set<string>): void {
  const ranges = rangesOf(draft)
  for (let index = 0; index < draft.messages.length; index++) {
    const message = draft.messages[index]
    if (message === undefined || draft.buses[message.bus]!.role.kind !== 'table') continue
    if (message.count.atoms.length > 0) continue
    const key = `${message.bus}:${message.fields.map(({ id }) => id).join()}`
    const { impossible, equations } = tableFacts(draft.buses[message.bus]!, knownFields(message.fields))
    if (message.fields.every(({ atoms }) => atoms.length === 0)) {
      // One that is in no table stays: nothing satisfies it.
      if (!impossible) draft.setMessage(index, undefined)
    } else if (!seen.has(key)) {
      seen.add(key)
      for (const equation of equations) {
        const zero = fittedEquation(draft, message, equation, ranges)
        if (zero !== undefined) draft.addConstraint(zero)
      }
    }
  }
}
