/** Rows that were changed in one cell are refused, but for the cells that are listed as free; so are other forgeries. */
import { afterAll, describe, expect, test } from 'vitest'
import type { AirSet } from '../../src/air/air.ts'
import { inTable, messagesOf, type Message } from '../../src/air/check/messages.ts'
import { brokenConstraints } from '../../src/air/check/rows.ts'
import { P, inverse, subtract } from '../../src/air/field.ts'
import type { Xlen } from '../../src/elf/image.ts'
import { casesOf, rowsOf, START, type Case } from './corners.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { execute, fill, type Filled } from './execute.ts'
import { allAirs } from './sets.ts'
import { free } from './free.ts'
import { refusal } from './judge.ts'

/** Cases of one instruction that are tried: some of all kinds. */
const MOST_CASES = isExhaustive ? 12 : 4
/** A prime, so that picks do not follow the order in which cases are made. */
const STRIDE = 7919

function sample(cases: readonly Case[]): readonly Case[] {
  const picks = Array.from({ length: Math.min(MOST_CASES, cases.length) }, (_, k) => (k * STRIDE) % cases.length)
  return [...new Set(picks)].map(index => cases[index]!)
}

/** Of the other values that a cell might have, each case tries one in so many. */
const TURNS = 2

/** Other values for a cell: close ones, the ends of the field, and what its neighbour holds. */
function otherValues(row: readonly number[], column: number, turn: number): readonly number[] {
  const value = row[column]!
  const others = [(value + 1) % P, (value + P - 1) % P, 0, 1, P - 1, (value + 256) % P]
  others.push(row[(column + 1) % row.length]!, (P - value) % P)
  return [...new Set(others)].filter((other, index) => other !== value && (index + turn) % TURNS === 0)
}

interface Honest {
  readonly name: string
  readonly filled: Filled
  readonly messages: readonly Message[]
}

function* honestRows(set: AirSet, xlen: Xlen, cases: readonly Case[]): Generator<Honest> {
  for (const { name, instr, memory, hints } of cases) {
    const filled = fill(set, instr, { memory: memory(), ts: START, xlen, hints })
    yield { name, filled, messages: [...messagesOf(filled.air, set.buses, filled.rows)] }
  }
}

/** Do constraints and lookups refuse the rows, whatever the other tables say? */
function isRefusedAlone({ buses }: AirSet, { air, rows }: Filled): boolean {
  if ([...brokenConstraints(air, rows)].length > 0) return true
  return [...messagesOf(air, buses, rows)].some(({ bus, count, fields }) => count !== 0 && !inTable(bus, fields))
}

/** A branch that goes the other way, with all that might hide it: what is marked, how far apart that is, inverses. */
function* otherWays({ air, rows }: Filled): Generator<number[]> {
  const place = (column: string): number => air.columns.indexOf(column)
  const forged = rows[0]!.slice()
  const value = (column: string): number => forged[place(column)]!
  for (const column of ['taken', 'lt'].filter(each => air.columns.includes(each)))
    forged[place(column)] = 1 - value(column)
  yield forged
  const limbs = air.columns.filter(column => column.startsWith('x[')).length
  for (let marked = 0; marked <= limbs; marked++) {
    const isTop = marked === limbs - 1 && air.columns.includes('x_top')
    const [x, y] = isTop
      ? [value('x_top'), value('y_top')]
      : [forged[place(`x[${marked}]`)], forged[place(`y[${marked}]`)]]
    const apart = subtract(y ?? 0, x ?? 0)
    for (const diff of [apart, subtract(0, apart)]) {
      const other = forged.slice()
      const set = (column: string, cell: number): void => {
        if (air.columns.includes(column)) other[place(column)] = cell
      }
      for (let limb = 0; limb < limbs; limb++) {
        set(`mark[${limb}]`, Number(limb === marked))
        set(`inv_at[${limb}]`, limb === marked ? inverse(diff) : 0)
      }
      set('diff', diff)
      yield other
    }
  }
}

/** `gap1[0]` is a part of `gap1`. */
const family = (column: string): string => column.replace(/\[\d+\]$/, '')

describe.each([32, 64] as const)('RV%i', xlen => {
  const set = allAirs(xlen)
  const instructions = rowsOf(xlen, set)
  const listed = Object.entries(free[xlen]).flatMap(([air, columns]) => Object.keys(columns).map(c => `${air} ${c}`))
  const unnoticed = new Set<string>()

  test.each(instructions)('$name: one cell', row => {
    let turn = 0
    for (const { name, filled, messages } of honestRows(set, xlen, sample([...casesOf(row, xlen)]))) {
      const { air, rows } = filled
      turn++
      expect([name, refusal({ set, air, honest: messages }, rows)]).toEqual([name, undefined])
      for (const [index, content] of rows.entries()) {
        for (const [column, columnName] of air.columns.entries()) {
          for (const value of otherValues(content, column, turn + column)) {
            const changed = rows.map((each, k) => (k === index ? each.with(column, value) : each))
            if (refusal({ set, air, honest: messages }, changed) !== undefined) continue
            unnoticed.add(`${air.name} ${family(columnName)}`)
            const found = `${columnName} of ${name}: ${content[column]} → ${value}`
            expect(free[xlen][air.name]?.[family(columnName)], found).toBeTypeOf('string')
          }
        }
      }
    }
  })

  test.each(instructions)('$name: rows that are zeroed, dropped, doubled or exchanged', row => {
    for (const { name, filled, messages } of honestRows(set, xlen, sample([...casesOf(row, xlen)]))) {
      const { air, rows } = filled
      const zeros = air.columns.map(() => 0)
      for (const index of rows.keys()) {
        const forged = [rows.with(index, zeros), rows.toSpliced(index, 1), rows.toSpliced(index, 0, rows[index]!)]
        if (index > 0) forged.push(rows.with(index, rows[0]!).with(0, rows[index]!))
        for (const [kind, each] of forged.entries())
          expect([name, kind, refusal({ set, air, honest: messages }, each)]).not.toEqual([name, kind, undefined])
      }
    }
  })

  test.each(instructions.filter(({ kind }) => ['alu', 'upper', 'load', 'jal', 'jalr'].includes(kind)))(
    '$name: another result, in all columns that follow from it',
    row => {
      for (const { name, instr, memory } of sample([...casesOf(row, xlen)])) {
        if (instr.rd === 0) continue
        const honest = fill(set, instr, { memory: memory(), ts: START, xlen })
        const { result } = execute(instr, memory(), xlen)
        for (const wrong of [result + 1n, result - 1n, result ^ (1n << BigInt(xlen - 1)), ~result, result << 16n]) {
          const claimed = BigInt.asUintN(xlen, wrong)
          const filled = fill(set, instr, { memory: memory(), ts: START, xlen, claimed })
          const isRefused = isRefusedAlone(set, filled)
          // Where no column depends on the result, the messages have the right one.
          const isTheSame = String(filled.rows) === String(honest.rows)
          expect([name, claimed, isRefused || isTheSame || claimed === result]).toEqual([name, claimed, true])
        }
      }
    },
  )

  test.each(instructions.filter(({ kind }) => kind === 'branch'))('$name: the other way', row => {
    for (const { name, instr, memory } of sample([...casesOf(row, xlen)])) {
      const honest = fill(set, instr, { memory: memory(), ts: START, xlen })
      for (const forged of otherWays(honest))
        expect([name, isRefusedAlone(set, { ...honest, rows: [forged] })]).toEqual([name, true])
    }
  })

  test.each(instructions.filter(({ kind }) => kind === 'call'))('$name: another result', row => {
    for (const { name, instr, memory } of sample([...casesOf(row, xlen)])) {
      const honest = fill(set, instr, { memory: memory(), ts: START, xlen })
      const cells = honest.air.columns.flatMap((column, index) => (column.startsWith('z[') ? [index] : []))
      const right = cells.reduceRight((sum, cell) => (sum << 16n) | BigInt(honest.rows[0]![cell]!), 0n)
      for (const wrong of [right + 1n, right - 1n, ~right, right ^ (1n << 255n), right << 16n, 0n]) {
        const claimed = BigInt.asUintN(16 * cells.length, wrong)
        const forged = honest.rows[0]!.slice()
        for (const [limb, cell] of cells.entries()) forged[cell] = Number((claimed >> BigInt(16 * limb)) & 0xffffn)
        const isRefused = isRefusedAlone(set, { ...honest, rows: [forged] })
        expect([name, claimed, isRefused || claimed === right]).toEqual([name, claimed, true])
      }
    }
  })

  test('rows of zeros say nothing and satisfy all constraints that hold on every row', () => {
    const instructionAirs = set.airs.filter(({ instructions: names }) => names.length > 0)
    for (const air of instructionAirs) {
      const zeros = [air.columns.map(() => 0), air.columns.map(() => 0)]
      expect([air.name, ...brokenConstraints(air, zeros)]).toEqual([air.name])
      expect([...messagesOf(air, set.buses, zeros)].filter(({ count }) => count !== 0)).toEqual([])
    }
  })

  afterAll(() => {
    // What is listed without need hides what should be noticed.
    expect(listed.filter(each => !unnoticed.has(each))).toEqual([])
  })
})
