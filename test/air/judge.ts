/** What a checker has to say of the rows of one instruction, when everything around them is honest. */
import type { Air, AirSet } from '../../src/air/air.ts'
import { Balance, inTable, messagesOf, type Message } from '../../src/air/check/messages.ts'
import { brokenConstraints } from '../../src/air/check/rows.ts'
import { P } from '../../src/air/field.ts'
import type { Filled } from './execute.ts'
import type { SegmentMemory } from './memory.ts'

export interface Instruction {
  readonly filled: Filled
  readonly ts: number
  /** Memory behind the instruction, with its accesses. */
  readonly memory: SegmentMemory
  /** Content of a block as messages have it. */
  readonly limbs: (content: bigint) => readonly number[]
}

export interface Judged {
  readonly set: AirSet
  readonly air: Air
  /** What honest rows say. */
  readonly honest: readonly Message[]
}

/**
 * Why rows are refused, in words; undefined where they are accepted: constraints hold, lookups are in their tables, and
 * what they say on all other buses is what honest rows say, so the rest of a segment would balance.
 */
export function refusal({ set, air, honest }: Judged, rows: readonly (readonly number[])[]): string | undefined {
  for (const { constraint, row } of brokenConstraints(air, rows)) return `${constraint.name} on row ${row}`
  const balance = new Balance()
  for (const message of messagesOf(air, set.buses, rows)) {
    const { bus, count, fields } = message
    if (count !== 0 && !inTable(bus, fields)) return `bus ${bus.name}: ${fields.join(', ')} is in no table`
    // What a fixed table holds may be asked for by anybody.
    if (bus.table === undefined) balance.add(message)
  }
  for (const message of honest) if (message.bus.table === undefined) balance.add(message, (P - message.count) % P)
  const [left] = balance.left()
  return left && `bus ${left.message.bus.name}: ${left.message.fields.join(', ')} is left ${left.count} times`
}

const placeOf = ({ bus, fields }: Message): string => `${bus.id}:${fields.join()}`

/**
 * What rows do instead of what they have to, where nobody would notice: constraints and lookups accept them, they find
 * what honest rows find (program, memory, time and place), and leave something else behind. Undefined where they are
 * refused, or do the same.
 */
export function otherEffect({ set, air, honest }: Judged, rows: readonly (readonly number[])[]): string | undefined {
  if (!brokenConstraints(air, rows).next().done) return undefined
  const balance = new Balance()
  for (const message of messagesOf(air, set.buses, rows)) {
    if (message.count !== 0 && !inTable(message.bus, message.fields)) return undefined
    if (message.bus.table === undefined) balance.add(message)
  }
  const own = honest.filter(({ bus, count }) => bus.table === undefined && count !== 0)
  for (const message of own) balance.add(message, (P - message.count) % P)
  const left = balance.left()
  const expected = new Set(own.map(placeOf))
  // What honest rows leave behind is missing; what these do is too much.
  const isLeftBehind = left.every(({ message, count }) =>
    expected.has(placeOf(message)) ? count < 0 && message.bus.name !== 'program' : count > 0,
  )
  const [other] = left.filter(({ count }) => count > 0)
  return isLeftBehind ? other && `bus ${other.message.bus.name}: ${other.message.fields.join(', ')}` : undefined
}

/** Messages that an honest checker expects besides lookups in fixed tables, made without the AIR's own messages. */
export function expectedMessages({ filled, ts, memory, limbs }: Instruction, duration: number): readonly string[] {
  const { program, next } = filled
  const said = [
    `program 1: ${program.join()}`,
    `execution -1: ${program[0]},${ts}`,
    `execution 1: ${next},${ts + duration}`,
  ]
  for (const { space, pointer, time, old, last } of memory.accesses) {
    said.push(`memory -1: ${[space, pointer, ...limbs(old), last].join()}`)
    const content = memory.accesses.find(each => each.space === space && each.pointer === pointer && each.time > time)
    said.push(`memory 1: ${[space, pointer, ...limbs(content?.old ?? memory.content(space, pointer)), time].join()}`)
  }
  return said.toSorted()
}

/** The messages of rows that fixed tables do not answer, in the same form. */
export function saidMessages(messages: Iterable<Message>): readonly string[] {
  const said: string[] = []
  for (const { bus, count, fields } of messages) {
    if (count === 0 || bus.table !== undefined) continue
    said.push(`${bus.name} ${count > P / 2 ? count - P : count}: ${fields.join()}`)
  }
  return said.toSorted()
}
