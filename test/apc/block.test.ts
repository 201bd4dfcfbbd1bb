/** Blocks before anything is optimised are what others published, in size and polynomial by polynomial. */
import { describe, expect, test } from 'vitest'
import { flattened, evaluated } from '../../src/air/flat.ts'
import { add, multiply } from '../../src/air/field.ts'
import { shippedAirs } from '../../src/air/load.ts'
import { airOfOpcode, buildBlock, sizeOfBlocks } from '../../src/apc/block.ts'
import { systemBuses } from '../../src/air/system-buses.ts'
import { readInterchange } from '../../src/apc/interchange/read.ts'
import { sizeOf, type System } from '../../src/air/system.ts'
import { givenSystems, publishedBlocks, publishedMachine, publishedSize, rv32 } from './given.ts'
import { isExhaustive } from '../support/exhaustive.ts'

/** Values of all polynomials of a system on columns that hold anything. */
function values({ constraints, messages, buses }: System, row: ArrayLike<number>) {
  const flat = flattened([...constraints, ...messages.flatMap(({ count, fields }) => [count, ...fields])])
  const found = evaluated(flat, { row, next: row, publics: [] })
  return { buses: messages.map(({ bus }) => buses[bus]!.id), values: flat.roots.map(root => found[root]!) }
}

const SMALL = 60_000
const systems = givenSystems('before').filter(({ bytes }) => isExhaustive || bytes.length < SMALL)

test.each(systems)('$name is ours, polynomial by polynomial', ({ bytes }) => {
  const { blocks, system } = readInterchange(bytes)
  const ours = buildBlock(publishedMachine, blocks[0]!)
  let state = 1
  const row = Array.from(ours.columns, () => (state = add(multiply(state, 1_103_515_245), 12_345)))
  expect(sizeOf(ours)).toEqual(sizeOf(system))
  expect(ours.columns.map(({ id, origin }) => ({ id, origin }))).toEqual(
    system.columns.map(({ id, origin }) => ({ id, origin })),
  )
  expect(values(ours, row)).toEqual(values(system, row))
})

test.each(publishedBlocks)('$name has the published size', ({ start_pc: start, instructions, before }) => {
  const block = { start, instructions }
  expect(sizeOf(buildBlock(publishedMachine, block))).toEqual(publishedSize(before))
  expect(sizeOfBlocks(publishedMachine, [block])).toEqual(publishedSize(before))
})

describe('single instructions', () => {
  const machine = rv32([256, 2048], 7)
  const sizes: Readonly<
    Record<string, readonly [opcodes: readonly number[], columns: number, bus: number, own: number]>
  > = {
    BaseAlu: [[512, 513, 514, 515, 516], 36, 20, 22],
    Shift: [[517, 518, 519], 53, 24, 76],
    LessThan: [[520, 521], 37, 18, 28],
    LoadStore: [[528, 529, 530, 531, 532, 533], 41, 17, 25],
    LoadSignExtend: [[534, 535], 36, 18, 18],
    BranchEqual: [[544, 545], 26, 11, 11],
    BranchLessThan: [[549, 550, 551, 552], 32, 13, 25],
    JalLui: [[560, 561], 18, 10, 9],
    Jalr: [[565], 28, 16, 9],
    Auipc: [[576], 20, 12, 5],
    Mul: [[592], 31, 19, 4],
    MulH: [[593, 594, 595], 39, 24, 11],
    DivRem: [[596, 597, 598, 599], 59, 25, 64],
  }
  test.each(Object.entries(sizes))('%s', (name, [opcodes, columns, interactions, own]) => {
    for (const opcode of opcodes) {
      expect(airOfOpcode(machine, opcode).name).toBe(name)
      const built = buildBlock(machine, { start: 0, instructions: [[opcode, 8, 7, 5, 1, 1, 0, 0]] })
      expect(sizeOf(built)).toEqual({ columns, interactions, constraints: own + 10 })
    }
  })
})

test('instructions that fit into no block are refused', () => {
  const machine = rv32([256, 2048], 7)
  const of = (opcode: number) => () => buildBlock(machine, { start: 0, instructions: [[opcode, 0, 0, 0, 0, 0, 0, 0]] })
  const refused = (message: RegExp) =>
    expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringMatching(message) })
  expect(of(99)).toThrow(refused(/opcode 99/))
  // A buffer of hints is as many rows as it has words.
  expect(of(609)).toThrow(refused(/HintStore.*more than its row/))
})

test('blocks of RV64 are built by the same code', () => {
  const { airs, buses } = shippedAirs(64)
  const machine = { airs, buses: systemBuses(buses, 64) }
  for (const air of airs) {
    if (air.instructions.length === 0 || air.name === 'HintStore' || air.name === 'Phantom') continue
    const instructions = air.codings.map(({ opcode }) => [opcode, 8, 16, 24, 1, 1, 0, 0])
    const built = sizeOf(buildBlock(machine, { start: 0, instructions }))
    expect(built).toEqual({
      columns: instructions.length * air.columns.length,
      interactions: instructions.length * air.interactions.length,
      constraints: instructions.length * (air.constraints.length + 10),
    })
  }
})

test.skipIf(publishedBlocks.length === 0)('there are blocks to compare with', () => {
  expect(publishedBlocks.length).toBe(60)
  expect(systems.length).toBeGreaterThan(20)
})
