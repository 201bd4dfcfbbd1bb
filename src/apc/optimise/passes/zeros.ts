/** The block that always holds 0 gives zeros. */
import { P } from '../../../air/field.ts'
import type { Draft } from '../draft.ts'

/** Invariant: what is added holds in every memory that the rest of a proof allows. */
export function zeros(draft: Draft): void {
  for (const message of draft.messages) {
    if (message === undefined) continue
    const { role } = draft.buses[message.bus]!
    const { count, fields } = message
    if (role.kind !== 'memory' || count.atoms.length > 0 || count.constant !== P - 1) continue
    const isZero = role.address.every(
      (field, at) => fields[field]!.atoms.length === 0 && fields[field]!.constant === role.zero[at],
    )
    if (isZero) for (const field of role.content) draft.addConstraint(fields[field]!)
  }
}
