/** States between two instructions of the block: what the one sends is what the next one receives. */
import { P } from '../../../air/field.ts'
import type { Draft, DraftMessage } from '../draft.ts'

/**
 * Of a bus that hands over a state the first message received and the last one sent are left.
 *
 * Invariant: the messages that go cancel, because equations between them are added. A row is about instructions that
 * follow one another, so honest rows satisfy these.
 */
export function telescope(draft: Draft): void {
  for (const [bus, { role }] of draft.buses.entries()) if (role.kind === 'state') telescopeBus(draft, bus)
}

function telescopeBus(draft: Draft, bus: number): void {
  const order = [...draft.messages.keys()].filter(index => draft.messages[index]?.bus === bus)
  const wanted = (at: number): number => (at % 2 === 0 ? P - 1 : 1)
  const isChain = order.every((index, at) => {
    const { count } = draft.messages[index]!
    return count.atoms.length === 0 && count.constant === wanted(at)
  })
  if (!isChain || order.length % 2 !== 0) return
  for (let at = 1; at + 1 < order.length; at += 2) {
    cancel(draft, draft.messages[order[at]!]!, draft.messages[order[at + 1]!]!)
    draft.setMessage(order[at]!, undefined)
    draft.setMessage(order[at + 1]!, undefined)
  }
}

/** The two messages are the same. */
export function cancel(draft: Draft, sent: DraftMessage, received: DraftMessage): void {
  for (const [index, field] of sent.fields.entries())
    draft.addConstraint(draft.polynomials.minus(field, received.fields[index]!))
}
