/** Adds up what all rows of a segment say on the buses; what does not cancel is wrong. */
import { inTable } from '../../air/check/messages.ts'
import { add, P } from '../../air/field.ts'
import { messagesOf, type Said } from '../messages.ts'
import type { SegmentTables } from '../segment.ts'
import type { TracedGuest } from '../steps.ts'
import type { Matrix } from '../matrix.ts'
import type { Party } from './failure.ts'
import type { Findings } from './findings.ts'
import { columnsOf, placeOfRow } from './places.ts'

/** Rows that are named of one message. */
const MOST_PARTIES = 6

const signed = (count: number): number => (count > P / 2 ? count - P : count)
const keyOf = ({ bus, fields }: Said): string => `${bus.id}:${fields.join()}`

interface Left {
  readonly first: Said
  readonly count: number
  readonly parties: Party[]
  partyCount: number
}

function* allMessages({ tables, set, publics }: SegmentTables): Generator<readonly [Matrix, Said], void> {
  for (const matrix of tables)
    for (const said of messagesOf(matrix, set.buses, publics.get(matrix.air))) yield [matrix, said]
}

function partyOf(matrix: Matrix, { row, count, interaction }: Said, guest: TracedGuest): Party {
  const columns = columnsOf(matrix, row, [interaction.count, ...interaction.fields])
  return { ...placeOfRow(matrix, row, guest), count: signed(count), columns }
}

/** Returns how many messages there were. */
export function checkBuses(segment: SegmentTables, guest: TracedGuest, findings: Findings): number {
  const counts = new Map<string, number>()
  let messages = 0
  for (const [, said] of allMessages(segment)) {
    const key = keyOf(said)
    const count = add(counts.get(key) ?? 0, said.count)
    if (count === 0) counts.delete(key)
    else counts.set(key, count)
    messages++
  }
  if (counts.size === 0) return messages
  // Who said it is asked only where something is left.
  const left = new Map<string, Left>()
  for (const [matrix, said] of allMessages(segment)) {
    const key = keyOf(said)
    const count = counts.get(key)
    if (count === undefined) continue
    let entry = left.get(key)
    if (entry === undefined) left.set(key, (entry = { first: said, count: signed(count), parties: [], partyCount: 0 }))
    if (entry.partyCount++ < MOST_PARTIES) entry.parties.push(partyOf(matrix, said, guest))
  }
  for (const { first, count, parties, partyCount } of left.values())
    findings.add(() => ({
      kind: 'message',
      bus: first.bus.name,
      message: first.fields,
      count,
      isInNoTable: !inTable(first.bus, first.fields),
      parties,
      partyCount,
    }))
  return messages
}
