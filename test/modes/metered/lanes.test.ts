/** Lanes are those of the meter area: chips for which it has none are refused. */
import { expect, test } from 'vitest'
import { rows } from '../../../src/isa/i/rows.ts'
import type { Instr } from '../../../src/isa/row.ts'
import { AREA_LANES } from '../../../src/layout/meter.ts'
import type { Machine } from '../../../src/machine/machine.ts'
import { assignLanes } from '../../../src/modes/metered/lanes.ts'
import type { Graph } from '../../../src/program/program.ts'

const add = rows.find(({ name }) => name === 'add')!

/** So many instructions, each with a chip of its own. */
function lanesOf(count: number) {
  const names = Array.from({ length: count }, (_, index) => `add${index}`)
  const instrs = names.map((name): Instr => ({
    pc: 0,
    size: 4,
    word: 0,
    row: { ...add, name },
    rd: 1,
    rs1: 1,
    rs2: 1,
    imm: 0,
  }))
  const machine = { chipIndex: new Map(names.map((name, index) => [name, index])) } as unknown as Machine
  const graph = { program: { instrs, image: { segments: [] } }, blocks: [] } as unknown as Graph
  return assignLanes({ graph, machine, vectorBytes: 32, slot: () => '0', address: () => '0', registers: () => '0u' })
}

test('as many chips as the area has lanes, and no more', () => {
  expect(lanesOf(AREA_LANES)).toMatchObject({ vectors: AREA_LANES / 16 })
  expect(() => lanesOf(AREA_LANES + 1)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
})
