/** Every instruction, with operands at the corners: its rows are filled and accepted, and say what was really done. */
import { describe, expect, test } from 'vitest'
import { inTable, messagesOf } from '../../src/air/check/messages.ts'
import { brokenConstraints } from '../../src/air/check/rows.ts'
import type { Xlen } from '../../src/elf/image.ts'
import { casesOf, rowsOf, START, type Case } from './corners.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { execute, fill, writtenByCall } from './execute.ts'
import { allAirs } from './sets.ts'
import { expectedMessages, saidMessages } from './judge.ts'

const limbsFor =
  (xlen: Xlen) =>
  (content: bigint): readonly number[] =>
    [0n, 1n, 2n, 3n].map(k => Number((content >> (k * BigInt(xlen / 4))) & ((1n << BigInt(xlen / 4)) - 1n)))

/** Half of the cases, the first among them, spread by the golden ratio: whatever lists they are made of, none is left out. */
const chosen = (cases: Iterable<Case>): readonly Case[] =>
  [...cases].filter((_, place) => isExhaustive || (place * 1.618033988749895) % 1 < 0.5)

describe.each([32, 64] as const)('RV%i', xlen => {
  const set = allAirs(xlen)
  const rows = rowsOf(xlen, set)

  test.each(rows)('$name', row => {
    let cases = 0
    for (const { name, instr, memory: made, hints } of chosen(casesOf(row, xlen))) {
      const memory = made()
      const before = execute(instr, made(), xlen)
      const written = row.kind === 'call' ? writtenByCall(row, instr, made()) : undefined
      const filled = fill(set, instr, { memory, ts: START, xlen, hints })
      const { air } = filled
      expect([name, ...brokenConstraints(air, filled.rows)]).toEqual([name])
      const messages = [...messagesOf(air, set.buses, filled.rows)]
      for (const { bus, count, fields } of messages)
        if (count !== 0 && !inTable(bus, fields)) expect([name, bus.name, ...fields]).toEqual([name, 'in its table'])
      const state = messages.findLast(({ bus }) => bus.name === 'execution')!
      const times = filled.rows.length > 1 ? 3 * filled.rows.length : state.fields[1]! - START
      const expected = expectedMessages({ filled, ts: START, memory, limbs: limbsFor(xlen) }, times)
      expect([name, ...saidMessages(messages)]).toEqual([name, ...expected])
      // What the instruction computes has arrived in its register.
      if (written !== undefined)
        expect([name, memory.load(Number(memory.register(instr.rd)), 32)]).toEqual([name, written])
      else if (instr.rd !== 0 && !['store', 'branch', 'host', 'nop'].includes(row.kind))
        expect([name, memory.register(instr.rd)]).toEqual([name, before.result])
      cases++
    }
    expect(cases).toBeGreaterThan(0)
  })
})
