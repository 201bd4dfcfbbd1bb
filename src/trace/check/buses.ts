/** Adds up what all rows of a segment say on the buses; what does not cancel is wrong. */
import { add } from '../../air/field.ts'
import { messagesOf, type Said } from '../messages.ts'
import type { SegmentTables } from '../segment.ts'
import type { Checking } from './checking.ts'
import { addUnbalanced, MOST_PARTIES, signed, type Unbalanced } from './unbalanced.ts'
import type { Matrix } from '../matrix.ts'

const keyOf = ({ bus, fields }: Said): string => `${bus.id}:${fields.join()}`

function* allMessages({ tables, set, publics }: SegmentTables): Generator<readonly [Matrix, Said], void> {
  for (const matrix of tables)
    for (const said of messagesOf(matrix, set.buses, publics.get(matrix.air))) yield [matrix, said]
}

/** Returns how many messages there were. */
export async function checkBuses(segment: SegmentTables, checking: Checking): Promise<number> {
  const { turns } = checking
  const counts = new Map<string, number>()
  let messages = 0
  for (const [, said] of allMessages(segment)) {
    if (turns.isDue()) await turns.take()
    const key = keyOf(said)
    const count = add(counts.get(key) ?? 0, said.count)
    if (count === 0) counts.delete(key)
    else counts.set(key, count)
    messages++
  }
  if (counts.size === 0) return messages
  // Who said it is asked only where something is left.
  const left = new Map<string, Unbalanced>()
  for (const [matrix, said] of allMessages(segment)) {
    if (turns.isDue()) await turns.take()
    const key = keyOf(said)
    const count = counts.get(key)
    if (count === undefined) continue
    const entry = left.get(key) ?? { count: signed(count), said: [], partyCount: 0 }
    left.set(key, entry)
    if (entry.partyCount++ < MOST_PARTIES) entry.said.push([matrix, said])
  }
  for (const entry of left.values()) addUnbalanced(entry, checking)
  return messages
}
