/** What C finds wrong with rows, and hears them say, is what JavaScript does: honest rows, and rows that are changed. */
import { describe, expect, test } from 'vitest'
import { messagesOf } from '../../../src/air/check/messages.ts'
import { brokenConstraints } from '../../../src/air/check/rows.ts'
import { P } from '../../../src/air/field.ts'
import { checkerText, constraintsName, messagesName } from '../../../src/codegen/check/airs.ts'
import { randomSource } from '../../support/random.ts'
import { casesOf, rowsOf, START } from '../../air/corners.ts'
import { fill } from '../../air/execute.ts'
import { allAirs } from '../../air/sets.ts'
import { inC } from '../rows/in-c.ts'

const MOST_BROKEN = 10

describe.each([32, 64] as const)('RV%i', xlen => {
  const set = allAirs(xlen)
  const { airs } = set
  const library = inC(`#include "check.h"\n${airs.map(checkerText).join('\n')}`)
  const check = airs.map((_, k) =>
    library.func(constraintsName(k), 'void', ['void *', 'uint32_t', 'uint32_t', 'uint32_t', 'void *', 'void *']),
  )
  const say = airs.map((_, k) => library.func(messagesName(k), 'void', ['void *', 'void *', 'void *', 'void *']))

  /** Both checkers on one table; returns how many constraints are broken. */
  function compare(
    where: string,
    index: number,
    rows: readonly (readonly number[])[],
    publics: readonly number[],
  ): number {
    const air = airs[index]!
    const width = air.columns.length
    const table = Uint32Array.from(rows.flat())
    const given = Uint32Array.from(publics)
    const findings = new Uint32Array(2 + 3 * MOST_BROKEN)
    // In two stretches, as two threads would.
    const middle = rows.length >> 1
    check[index]!(table, rows.length, 0, middle, given, findings)
    check[index]!(table, rows.length, middle, rows.length, given, findings)
    const broken = [...brokenConstraints(air, rows, publics)]
    expect([where, findings[0]]).toEqual([where, broken.length])
    for (const [at, { row, constraint, value }] of broken.slice(0, MOST_BROKEN).entries()) {
      const [foundRow, foundConstraint, foundValue] = findings.subarray(2 + 3 * at, 5 + 3 * at)
      expect([where, foundRow, air.constraints[foundConstraint!]!.name, foundValue]).toEqual([
        where,
        row,
        constraint.name,
        value,
      ])
    }
    const messages = [...messagesOf(air, set.buses, rows, publics)]
    const out = new Uint32Array(air.interactions.reduce((sum, { fields }) => sum + 1 + fields.length, 0))
    for (const row of rows.keys()) {
      const next = (row + 1) % rows.length
      say[index]!(
        table.subarray(row * width, (row + 1) * width),
        table.subarray(next * width, (next + 1) * width),
        given,
        out,
      )
      const wanted = messages
        .filter(message => message.row === row)
        .flatMap(({ interaction, count, fields }) => [
          interaction.direction === 'send' ? count : (P - count) % P,
          ...fields,
        ])
      expect([where, row, ...out]).toEqual([where, row, ...wanted])
    }
    return broken.length
  }

  test('what rows of random cells break and say', () => {
    const random = randomSource(xlen)
    for (const [index, { name, columns, publics }] of airs.entries()) {
      const cell = (): number => (random(3) === 0 ? random(3) : random(P))
      const rows = Array.from({ length: 4 }, () => columns.map(cell))
      compare(name, index, rows, publics.map(cell))
    }
  })

  test('rows of instructions, and the same with one cell changed', () => {
    const random = randomSource(xlen + 1)
    let broken = 0
    for (const row of rowsOf(xlen, set)) {
      for (const { name, instr, memory, hints } of [...casesOf(row, xlen)].filter((_, at) => at % 5 === 0)) {
        const { air, rows } = fill(set, instr, { memory: memory(), ts: START, xlen, hints })
        const index = airs.indexOf(air)
        // A padding row behind them, so that the last one's next is none of theirs.
        const table = [...rows, air.columns.map(() => 0)]
        expect(compare(name, index, table, [])).toBe(0)
        const changed = table.map(each => [...each])
        const column = random(air.columns.length)
        changed[0]![column] = (changed[0]![column]! + 1 + random(5)) % P
        broken += compare(`${name}, ${air.columns[column]} changed`, index, changed, [])
      }
    }
    expect(broken).toBeGreaterThan(100)
  })
})
