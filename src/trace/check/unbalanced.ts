/** Messages that do not cancel, and the rows that say them. */
import { inTable } from '../../air/check/messages.ts'
import { P } from '../../air/field.ts'
import type { Matrix } from '../matrix.ts'
import type { Said } from '../messages.ts'
import type { Checking } from './checking.ts'
import type { Party } from './failure.ts'
import { columnsOf, placeOfRow, type Explaining } from './places.ts'

/** Rows that are named of one message. */
export const MOST_PARTIES = 6

export interface Unbalanced {
  /** What is left. */
  readonly count: number
  /** The first rows that say it, and what they say. */
  readonly said: (readonly [Matrix, Said])[]
  partyCount: number
}

export const signed = (count: number): number => (count > P / 2 ? count - P : count)

async function partyOf(matrix: Matrix, { row, count, interaction }: Said, explaining: Explaining): Promise<Party> {
  const columns = columnsOf(matrix, row, [interaction.count, ...interaction.fields])
  return { ...(await placeOfRow(matrix, row, explaining)), count: signed(count), columns }
}

export function addUnbalanced({ count, said, partyCount }: Unbalanced, { findings, explaining }: Checking): void {
  const [, { bus, fields }] = said[0]!
  findings.add(async () => {
    const parties: Party[] = []
    for (const [matrix, each] of said) parties.push(await partyOf(matrix, each, explaining))
    return {
      kind: 'message',
      bus: bus.name,
      message: fields,
      count,
      isInNoTable: !inTable(bus, fields),
      parties,
      partyCount,
    }
  })
}
