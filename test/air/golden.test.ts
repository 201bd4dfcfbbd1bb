/** Rows that were published: filled by the rules, accepted by the constraints, saying what they should say. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { brokenConstraints } from '../../src/air/check/rows.ts'
import { inTable, messagesOf } from '../../src/air/check/messages.ts'
import { P } from '../../src/air/field.ts'
import { shippedAirs } from '../../src/air/load.ts'
import { RowHasher } from '../../src/trace/system/hash.ts'
import { airsOf } from '../../src/trace/system/airs.ts'
import { decoderFor, fill } from './execute.ts'
import { givenFile } from './given.ts'
import { SegmentMemory } from './memory.ts'

const file = givenFile('air/golden-rv64.json')

interface GoldenRow {
  readonly insn: string
  readonly word: string
  readonly tuple: readonly number[]
  readonly pc: number
  readonly ts: number
  readonly regs: readonly (readonly [number, string, number])[]
  readonly memory: readonly (readonly [number, number, string, number])[]
  readonly hints: readonly string[]
  readonly to_pc: number
  readonly to_ts: number
  readonly rows: readonly (readonly number[])[]
  readonly messages: readonly (readonly (readonly [number, number, readonly number[]])[])[]
}
interface GoldenAir {
  readonly columns: readonly string[]
  readonly constraints: number
  readonly interactions: number
  readonly rows: readonly GoldenRow[]
}
interface Golden {
  readonly field: number
  readonly buses: readonly string[]
  readonly airs: Readonly<Record<string, GoldenAir>>
  /** A known answer of the permutation. */
  readonly poseidon2: { readonly in: readonly number[]; readonly out: readonly number[] }
  readonly segment: { readonly zero_leaf_hash: readonly number[]; readonly zero_root: readonly number[] }
}

const set = shippedAirs(64)
const decode = decoderFor(64)

const signed = (count: number): number => (count > P / 2 ? count - P : count)

test.skipIf(file === undefined)('published rows of RV64 come out', () => {
  const { airs } = JSON.parse(readFileSync(file!, 'utf8')) as Golden
  let rows = 0
  for (const [name, golden] of Object.entries(airs)) {
    const air = set.airs.find(each => each.name === name)!
    expect([name, ...air.columns]).toEqual([name, ...golden.columns])
    expect([name, air.constraints.length, air.interactions.length]).toEqual([
      name,
      golden.constraints,
      golden.interactions,
    ])
    for (const given of golden.rows) {
      const where = `${name} ${given.insn} ${given.word}`
      const memory = new SegmentMemory(64)
      for (const [number, value, last] of given.regs) memory.setRegister(number, BigInt(value), last)
      for (const [space, address, value, last] of given.memory) memory.set(space, address, BigInt(value), last)
      const instr = decode(Number(given.word), given.pc)!
      const filled = fill(set, instr, { memory, ts: given.ts, xlen: 64, hints: given.hints.map(BigInt) })
      expect([where, filled.air.name, filled.program, filled.next]).toEqual([
        where,
        name,
        [given.pc, ...given.tuple],
        given.to_pc,
      ])
      for (const [index, row] of given.rows.entries())
        expect([where, ...named(air.columns, filled.rows[index]!)]).toEqual([where, ...named(air.columns, row)])
      expect([where, filled.rows.length]).toEqual([where, given.rows.length])
      expect([where, ...brokenConstraints(air, filled.rows)]).toEqual([where])
      const messages = [...messagesOf(air, set.buses, filled.rows)]
      const said = messages.map(({ bus, count, fields }) => [bus.id, signed(count), fields])
      expect([where, ...said]).toEqual([where, ...given.messages.flat()])
      const state = messages.findLast(({ bus }) => bus.name === 'execution')!
      expect([where, ...state.fields]).toEqual([where, given.to_pc, given.to_ts])
      for (const { bus, count, fields } of messages)
        expect([where, count === 0 || inTable(bus, fields), bus.name, fields]).toEqual([where, true, bus.name, fields])
      rows += given.rows.length
    }
  }
  expect(rows).toBeGreaterThan(200)
})

test.skipIf(file === undefined)('field, buses and hash are the published ones', () => {
  const { field, buses, poseidon2, segment } = JSON.parse(readFileSync(file!, 'utf8')) as Golden
  expect(field).toBe(P)
  expect(set.buses.map(({ name }) => name)).toEqual(buses)
  const { hash, hashBus } = airsOf(set)
  const hasher = new RowHasher(hash, hashBus)
  const output = hash.columns.indexOf('post[7][0]')
  expect(Array.from(hasher.row(poseidon2.in).subarray(output, output + 16))).toEqual(poseidon2.out)
  const compressed = (left: ArrayLike<number>, right: ArrayLike<number>): number[] =>
    Array.from(hasher.row([...Array.from(left), ...Array.from(right)]).subarray(output, output + 8))
  const zeros = Array.from({ length: 8 }, () => 0)
  let node = compressed(zeros, zeros)
  expect(node).toEqual(segment.zero_leaf_hash)
  for (let level = 0; level < 28; level++) node = compressed(node, node)
  expect(node).toEqual(segment.zero_root)
})

const named = (columns: readonly string[], row: readonly number[]): string[] =>
  row.map((value, index) => `${columns[index]} = ${value}`)
