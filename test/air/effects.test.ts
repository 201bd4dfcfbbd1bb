/** What an instruction leaves behind follows from what it finds: rows of other results, mixed with the right ones, are refused. */
import { describe, expect, test } from 'vitest'
import { messagesOf } from '../../src/air/check/messages.ts'
import type { Xlen } from '../../src/elf/image.ts'
import { casesOf, rowsOf, START, type Case } from './corners.ts'
import { execute, fill, type Filled } from './execute.ts'
import { otherEffect } from './judge.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import type { SegmentMemory } from './memory.ts'
import { allAirs } from './sets.ts'

/** Cases of one instruction that are tried: some of all kinds. */
const MOST_CASES = isExhaustive ? 30 : 5
/** A prime, so that picks do not follow the order in which cases are made. */
const STRIDE = 7919

function sample(cases: readonly Case[]): readonly Case[] {
  const picks = Array.from({ length: Math.min(MOST_CASES, cases.length) }, (_, k) => (k * STRIDE) % cases.length)
  return [...new Set(picks)].map(index => cases[index]!)
}

/** `gap1[0]` is a part of `gap1`. */
const family = (column: string): string => column.replace(/\[\d+\]$/, '')

/** Memory in which all blocks that an instruction accesses hold something else, with the same times. */
function withOthers(
  memory: SegmentMemory,
  filled: SegmentMemory,
  change: (content: bigint) => bigint,
  spaces: readonly number[],
) {
  for (const { space, pointer, old, last } of filled.accesses.toReversed())
    if (spaces.includes(space)) memory.setBlock({ space, pointer, time: 0 }, change(old), last)
  return memory
}

/**
 * Rows that are filled for something else: another result, other registers, other memory. Each is honest there, so all
 * that a row says besides follows from it.
 */
function* othersOf({ instr, memory, hints }: Case, xlen: Xlen): Generator<Filled> {
  const set = allOf[xlen]
  const given = memory()
  fill(set, instr, { memory: given, ts: START, xlen, hints })
  const { result } = execute(instr, memory(), xlen)
  const wrap = (value: bigint): bigint => BigInt.asUintN(xlen, value)
  for (const claimed of [wrap(result + 1n), wrap(~result), wrap(result << 8n)])
    yield fill(set, instr, { memory: memory(), ts: START, xlen, hints, claimed })
  const changes = [(old: bigint) => wrap(old + 1n), (old: bigint) => wrap(~old), (old: bigint) => old ^ 0xff00n]
  for (const change of changes) {
    for (const spaces of [[1], [2, 3]]) {
      try {
        const other = withOthers(memory(), given, change, spaces)
        yield fill(set, instr, { memory: other, ts: START, xlen, hints })
      } catch {
        // There may be nothing at that address.
      }
    }
  }
}

const allOf = { 32: allAirs(32), 64: allAirs(64) }

/** Rows between two: one part or all but one of the other's, and pairs where rows of memory have many parts. */
function* mixed(honest: Filled, other: Filled, pairs: boolean): Generator<readonly (readonly number[])[]> {
  if (honest.rows.length !== other.rows.length) return
  const { columns } = honest.air
  const differs = (column: number): boolean => honest.rows.some((row, k) => row[column] !== other.rows[k]![column])
  const families = [...new Set(columns.filter((_, index) => differs(index)).map(family))]
  const taking = (taken: ReadonlySet<string>) =>
    honest.rows.map((row, k) =>
      row.map((cell, index) => (taken.has(family(columns[index]!)) ? other.rows[k]![index]! : cell)),
    )
  for (const [index, each] of families.entries()) {
    yield taking(new Set([each]))
    yield taking(new Set(families.filter(kept => kept !== each)))
    if (!pairs) continue
    for (const second of families.slice(index + 1)) {
      yield taking(new Set([each, second]))
      yield taking(new Set(families.filter(kept => kept !== each && kept !== second)))
    }
  }
  yield other.rows
}

describe.each([32, 64] as const)('RV%i', xlen => {
  const set = allOf[xlen]

  test.each(rowsOf(xlen, set))('$name', row => {
    const pairs = row.kind === 'load' || row.kind === 'store' || row.kind === 'host'
    let tried = 0
    for (const each of sample([...casesOf(row, xlen)])) {
      const { name, instr, memory, hints } = each
      const honest = fill(set, instr, { memory: memory(), ts: START, xlen, hints })
      const judged = { set, air: honest.air, honest: [...messagesOf(honest.air, set.buses, honest.rows)] }
      expect([name, otherEffect(judged, honest.rows)]).toEqual([name, undefined])
      for (const other of othersOf(each, xlen)) {
        for (const rows of mixed(honest, other, pairs)) {
          const effect = otherEffect(judged, rows)
          expect([name, effect]).toEqual([name, undefined])
          tried++
        }
      }
    }
    expect(tried > 0 || row.kind === 'nop').toBe(true)
  })

  test('without constraints and lookups other effects are found', () => {
    const names = ['add', 'sltu', 'mul', 'divu', 'lb', 'sb', 'jal', 'jalr', 'auipc']
    const found = names.filter(each => {
      const row = rowsOf(xlen, set).find(({ name }) => name === each)!
      return sample([...casesOf(row, xlen)]).some(tried => {
        const { instr, memory, hints } = tried
        const honest = fill(set, instr, { memory: memory(), ts: START, xlen, hints })
        const interactions = honest.air.interactions.filter(({ bus }) => set.buses[bus]!.table === undefined)
        const air = { ...honest.air, constraints: [], interactions }
        const judged = { set, air, honest: [...messagesOf(air, set.buses, honest.rows)] }
        for (const other of othersOf(tried, xlen))
          for (const rows of mixed(honest, other, true)) if (otherEffect(judged, rows) !== undefined) return true
        return false
      })
    })
    expect(found).toEqual(names)
  })
})
