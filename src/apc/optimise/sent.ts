/** What a block sends itself before it receives it. */
import { P } from '../../air/field.ts'
import type { Draft } from './draft.ts'

/**
 * Whoever sends a block of memory has checked its cells. So what memory says of a value proves nothing where the value
 * may be one that the row has sent before.
 *
 * @returns whether a message is such a receive
 */
export function circularReceives(draft: Draft): (index: number) => boolean {
  const sent = firstSends(draft)
  return index => {
    const message = draft.messages[index]
    if (message === undefined || !isReceive(draft, index)) return false
    const { role } = draft.buses[message.bus]!
    const content = role.kind === 'memory' ? role.content.flatMap(field => message.fields[field]!.columns) : []
    return content.some(column => (sent.get(column) ?? Infinity) < index)
  }
}

const isMemory = (draft: Draft, index: number): boolean =>
  draft.buses[draft.messages[index]!.bus]!.role.kind === 'memory'

function isReceive(draft: Draft, index: number): boolean {
  const { count } = draft.messages[index]!
  return isMemory(draft, index) && count.atoms.length === 0 && count.constant === P - 1
}

/** By column the first message that the block sends it in. */
function firstSends(draft: Draft): ReadonlyMap<number, number> {
  const sent = new Map<number, number>()
  for (const [index, message] of draft.messages.entries()) {
    if (message === undefined || !isMemory(draft, index) || isReceive(draft, index)) continue
    for (const { columns } of message.fields)
      for (const column of columns) if (!sent.has(column)) sent.set(column, index)
  }
  return sent
}
