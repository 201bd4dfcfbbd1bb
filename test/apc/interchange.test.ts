/** Interchange files come back as they were written, and what is no such file is refused with its place. */
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { buildBlock } from '../../src/apc/block.ts'
import { readInterchange } from '../../src/apc/interchange/read.ts'
import { writeInterchange } from '../../src/apc/interchange/write.ts'
import { sizeOf } from '../../src/air/system.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { givenSystems, publishedBlocks, publishedSize, rv32 } from './given.ts'

const ADDI = [512, 48, 48, 16777215, 1, 0, 0, 0]
const bytesOf = (value: unknown): Uint8Array => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

const machine = rv32([256, 2048], 7)
const block = { start: 0x1000, instructions: [ADDI, [545, 48, 0, 2013265897, 1, 1, 0, 0]] }
const written = writeInterchange({ blocks: [block], system: buildBlock(machine, block) })

test('a block comes back', () => {
  const read = readInterchange(bytesOf(written))
  const built = buildBlock(machine, block)
  expect(read.blocks).toEqual([block])
  expect(read.system.columns).toEqual(built.columns)
  expect(sizeOf(read.system)).toEqual(sizeOf(built))
  expect(writeInterchange(read)).toBe(written)
  expect(writeInterchange(readInterchange(gzipSync(written)))).toBe(written)
})

test.each(givenSystems('powdr').filter(({ bytes }) => isExhaustive || bytes.length < 2500))(
  '$name',
  ({ name, bytes }) => {
    const read = readInterchange(bytes)
    const { after } = publishedBlocks.find(each => name.startsWith(each.name))!
    expect(sizeOf(read.system)).toEqual(publishedSize(after))
    const again = writeInterchange(read)
    expect(writeInterchange(readInterchange(bytesOf(again)))).toBe(again)
  },
)

describe('refused', () => {
  const file = {
    block: { blocks: [{ start_pc: 0, instructions: [ADDI] }] },
    machine: {
      constraints: [['x@0', '*', ['x@0', '-', 1]]] as unknown[],
      bus_interactions: [{ id: 3, mult: 1, args: ['y@1', 8] }] as unknown[],
      derived_columns: [] as unknown[],
    },
    subs: [[{ original_poly_index: 0, apc_poly_id: 0 }]] as unknown,
    bus_map: { bus_ids: { 3: { Other: 'VariableRangeChecker' } } as object },
  }
  const withMachine = (change: object) => ({ ...file, machine: { ...file.machine, ...change } })
  const deep = `${'["-",'.repeat(5000)}1${']'.repeat(5000)}`
  const many = () => withMachine({ constraints: Array.from({ length: 500_001 }, (_, id) => `x@${id}`) })

  const columnsIn = (count: number) =>
    Array.from({ length: count / 2 }, (_, at) => ({ id: 3, mult: 1, args: [`x@${2 * at}`, `x@${2 * at + 1}`] }))

  test.each<[name: string, file: unknown, at: string]>([
    ['no JSON', '{', 'the text'],
    ['no object', '[]', 'the text'],
    ['no buses', { ...file, bus_map: {} }, 'bus_map.bus_ids'],
    ['an unknown bus', { ...file, bus_map: { bus_ids: { 3: { Other: 'Magic' } } } }, 'bus_map.bus_ids.3'],
    [
      'a bus that is not in the map',
      withMachine({ bus_interactions: [{ id: 4, mult: 1, args: [] }] }),
      'machine.bus_interactions[0].id',
    ],
    [
      'wrong arity',
      withMachine({ bus_interactions: [{ id: 3, mult: 1, args: [1] }] }),
      'machine.bus_interactions[0].args',
    ],
    ['a constant of p', withMachine({ constraints: [1, 2013265921] }), 'machine.constraints[1]'],
    ['a constant of -p', withMachine({ constraints: [['x@0', '+', -2013265921]] }), 'machine.constraints[0]'],
    ['a fraction', withMachine({ constraints: [0.5] }), 'machine.constraints[0]'],
    ['an unknown operation', withMachine({ constraints: [['x@0', '/', 2]] }), 'machine.constraints[0]'],
    [
      'degree 4',
      withMachine({ constraints: [[['x@0', '*', 'x@0'], '*', ['x@0', '*', 'x@0']]] }),
      'machine.constraints[0]',
    ],
    ['a column without id', withMachine({ constraints: ['x'] }), 'machine.constraints[0]'],
    ['a column of two names', withMachine({ constraints: ['x@0', 'y@0'] }), 'machine.constraints[1]'],
    ['too many columns', many, 'machine.constraints[500000]'],
    [
      'deep nesting',
      JSON.stringify(withMachine({ constraints: ['HERE'] })).replace('"HERE"', deep),
      'machine.constraints[0]',
    ],
    [
      'a circle of derived columns',
      withMachine({ derived_columns: [['x@0', { QuotientOrZero: ['x@0', 1] }]] }),
      'machine.derived_columns[0]',
    ],
    [
      'derived columns that need one another',
      withMachine({
        derived_columns: [
          ['x@0', { QuotientOrZero: ['y@1', 2] }],
          ['y@1', { QuotientOrZero: [1, 'x@0'] }],
        ],
      }),
      'machine.derived_columns[0]',
    ],
    [
      'a column that is derived twice',
      withMachine({
        derived_columns: [
          ['x@0', { Constant: 1 }],
          ['x@0', { Constant: 1 }],
        ],
      }),
      'machine.derived_columns',
    ],
    [
      'a derived constant of p',
      withMachine({ derived_columns: [['x@0', { Constant: 2013265921 }]] }),
      'machine.derived_columns[0].Constant',
    ],
    [
      'a constant of p in a field',
      withMachine({ bus_interactions: [{ id: 3, mult: 1, args: ['y@1', 2013265921] }] }),
      'machine.bus_interactions[0].args[1]',
    ],
    [
      'a count of degree 4',
      withMachine({
        bus_interactions: [{ id: 3, mult: [['x@0', '*', 'x@0'], '*', ['x@0', '*', 'x@0']], args: [1, 8] }],
      }),
      'machine.bus_interactions[0].mult',
    ],
    [
      'a million columns',
      () => withMachine({ constraints: [], bus_interactions: columnsIn(1_000_000) }),
      'machine.bus_interactions[250000].args[0]',
    ],
    [
      'more entries than a list may have',
      () => withMachine({ constraints: Array(1_000_001).fill(0) }),
      'machine.constraints',
    ],
    [
      'an unknown method',
      withMachine({ derived_columns: [['x@0', { Guess: 1 }]] }),
      'machine.derived_columns[0].QuotientOrZero',
    ],
    ['origins that are no numbers', { ...file, subs: [[{}]] }, 'subs[0][0]'],
  ])('%s', (_name, value, at) => {
    const bytes = bytesOf(typeof value === 'function' ? value() : value)
    expect(() => readInterchange(bytes)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID', details: { at } }))
  })

  test('gzip that is cut off', () => {
    const bytes = gzipSync(JSON.stringify(file)).subarray(0, 60)
    expect(() => readInterchange(bytes)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }))
  })

  test('gzip of far more than a file may have', () => {
    const bomb = gzipSync(Buffer.alloc(300 << 20, ' '), { level: 1 })
    expect(bomb.length).toBeLessThan(2 << 20)
    expect(() => readInterchange(bomb)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', details: { at: 'the text' } }),
    )
  })

  test('the older shape of derived columns is read', () => {
    const derived = [
      [true, 'z@2', { QuotientOrZero: ['x@0', 'y@1'] }],
      ['w@3', { Constant: 1 }],
    ]
    const { system } = readInterchange(bytesOf(withMachine({ derived_columns: derived })))
    expect(system.derived.map(({ column, method }) => [column, method.kind])).toEqual([
      [2, 'quotient'],
      [3, 'constant'],
    ])
    expect(system.columns.length).toBe(4)
  })
})
