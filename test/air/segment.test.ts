/** A published segment: executed and filled instruction by instruction, with the tables around them, all buses balance. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Air } from '../../src/air/air.ts'
import { Balance, inTable, messagesOf, type Message } from '../../src/air/check/messages.ts'
import { brokenConstraints } from '../../src/air/check/rows.ts'
import { P } from '../../src/air/field.ts'
import { fillRow } from '../../src/air/fill.ts'
import { shippedAirs } from '../../src/air/load.ts'
import { decoderFor, fill } from './execute.ts'
import { givenFile } from './given.ts'
import { SegmentMemory } from './memory.ts'

const file = givenFile('air/golden-rv64.json')

interface Segment {
  readonly base: number
  readonly words: readonly string[]
  readonly image: readonly (readonly [number, number, string])[]
  readonly instret: number
  readonly final_pc: number
  readonly final_ts: number
  readonly public: Readonly<Record<string, readonly number[]>>
  readonly tables: Readonly<Record<string, readonly (readonly number[])[]>>
  readonly merkle: readonly (readonly number[])[]
  /** 16 inputs, then how often they are asked for. */
  readonly poseidon2: readonly (readonly number[])[]
  /** Fields, then how often they are asked for. */
  readonly lookups: Readonly<Record<string, readonly (readonly number[])[]>>
}

const set = shippedAirs(64)
const airNamed = (name: string): Air => set.airs.find(air => air.name === name)!
const none = new SegmentMemory(64)

/** @returns the rows of each AIR that the instructions add rows to */
function executed({ base, words, image, instret, final_pc, final_ts }: Segment): Map<string, number[][]> {
  const decode = decoderFor(64)
  const memory = new SegmentMemory(64)
  for (const [space, address, content] of image) memory.set(space, address, BigInt(content), 0)
  const rows = new Map<string, number[][]>()
  let pc = base
  let ts = 1
  // The last instruction ends the run: it has no row.
  for (let count = 1; count < instret; count++) {
    const filled = fill(set, decode(Number(words[(pc - base) / 4]), pc)!, { memory, ts, xlen: 64 })
    rows.set(filled.air.name, [...(rows.get(filled.air.name) ?? []), ...filled.rows])
    const state = [...messagesOf(filled.air, set.buses, filled.rows)].findLast(({ bus }) => bus.name === 'execution')!
    pc = filled.next
    ts = state.fields[1]!
  }
  expect([pc, ts]).toEqual([final_pc, final_ts])
  return rows
}

/** Rows of zeros behind them, up to a power of two. */
function padded(rows: readonly (readonly number[])[], width: number): readonly (readonly number[])[] {
  const height = 2 ** Math.ceil(Math.log2(rows.length))
  return [...rows, ...Array.from({ length: height - rows.length }, () => Array.from({ length: width }, () => 0))]
}

function tablesOf(segment: Segment): Map<string, readonly (readonly number[])[]> {
  const tables = new Map<string, readonly (readonly number[])[]>(Object.entries(segment.tables))
  for (const [name, rows] of executed(segment)) {
    const filled = padded(rows, airNamed(name).columns.length)
    expect([name, filled]).toEqual([name, segment.tables[name]])
    tables.set(name, filled)
  }
  tables.set('MemoryMerkle', padded(segment.merkle, airNamed('MemoryMerkle').columns.length))
  const hash = airNamed('Poseidon2Periphery')
  const hashRow = (row: readonly number[]): number[] =>
    fillRow(hash, Object.fromEntries(hash.rules.inputs.map((name, index) => [name, row[index]!])), none)
  tables.set(hash.name, segment.poseidon2.map(hashRow))
  return tables
}

function balanceOf(segment: Segment, tables: ReturnType<typeof tablesOf>): Balance {
  const balance = new Balance()
  for (const [name, rows] of tables) {
    const said = messagesOf(airNamed(name), set.buses, rows, segment.public[name])
    for (const message of said) {
      if (message.count !== 0) expect([name, message.fields, inTable(message.bus, message.fields)]).toContain(true)
      balance.add(message)
    }
  }
  const answers = new Map(['VariableRangeChecker', 'BitwiseLookup', 'RangeTuple'].map(name => [name, airNamed(name)]))
  for (const air of answers.values()) {
    const [interaction] = air.interactions
    const bus = set.buses[interaction!.bus]!
    for (const row of segment.lookups[bus.name] ?? []) {
      const answer: Message = {
        bus,
        interaction: interaction!,
        row: 0,
        count: P - row.at(-1)!,
        fields: row.slice(0, -1),
      }
      balance.add(answer)
    }
  }
  return balance
}

test.skipIf(file === undefined)('constraints of all tables hold, and all messages cancel', () => {
  const { segment } = JSON.parse(readFileSync(file!, 'utf8')) as { readonly segment: Segment }
  const tables = tablesOf(segment)
  for (const [name, rows] of tables)
    expect([name, ...brokenConstraints(airNamed(name), rows, segment.public[name])]).toEqual([name])
  expect(balanceOf(segment, tables).left()).toEqual([])
})

test.skipIf(file === undefined)('a changed cell of the tables around the instructions is noticed', () => {
  const { segment } = JSON.parse(readFileSync(file!, 'utf8')) as { readonly segment: Segment }
  const tables = tablesOf(segment)
  const unnoticed: string[] = []
  for (const name of ['Program', 'VmConnector', 'PersistentBoundary', 'MemoryMerkle']) {
    const air = airNamed(name)
    const rows = tables.get(name)!
    const publics = segment.public[name]
    const says = (row: readonly number[]): readonly Message[] =>
      [...messagesOf(air, set.buses, [row, row], publics)].filter(({ count }) => count !== 0)
    const live = [...rows.keys()].filter(index => says(rows[index]!).some(({ bus }) => bus.table === undefined))
    for (const [column, columnName] of air.columns.entries()) {
      const index = live[(column * 7) % live.length]!
      const changed = rows.with(index, rows[index]!.with(column, (rows[index]![column]! + 1) % P))
      if ([...brokenConstraints(air, changed, publics)].length > 0) continue
      const balance = new Balance()
      for (const message of messagesOf(air, set.buses, rows, publics)) balance.add(message, (P - message.count) % P)
      for (const message of messagesOf(air, set.buses, changed, publics)) balance.add(message)
      if (balance.left().length === 0) unnoticed.push(`${name} ${columnName}`)
    }
  }
  expect(unnoticed).toEqual([
    // The segment's first row does not say how it ends.
    'VmConnector done',
    'VmConnector code',
    // Leaves that were not written have no hash at the end.
    'PersistentBoundary new_hash[2]',
    'PersistentBoundary new_hash[7]',
  ])
})
