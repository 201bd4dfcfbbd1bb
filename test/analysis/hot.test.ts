/** Which guest registers travel between regions in host registers: by use, and by what a profile says they would save. */
import { describe, expect, test } from 'vitest'
import { frequenciesOf } from '../../src/analysis/frequency.ts'
import { chooseHotByTraffic, hotOrder } from '../../src/analysis/hot.ts'
import { buildRegions } from '../../src/analysis/regions.ts'
import { registerNames } from '../../src/isa/registers.ts'
import type { Stretch } from '../../src/profile/counts.ts'
import type { Assembler } from '../support/assembler.ts'
import { graphOf, TEXT } from '../codegen/guests.ts'

const ALWAYS = ['sp', 'a0', 'ra', 's0', 'a1', 's1', 'a2']
const order = (write: (a: Assembler) => unknown): string[] =>
  hotOrder(graphOf(64, write)).map(register => registerNames[register]!)

describe('by use', () => {
  test('every register once, those that every guest lives on first', () => {
    const found = order(a => a.op('add', { rd: 't6', rs1: 't5', rs2: 't4' }).op('terminate'))
    expect(found.slice(0, 7)).toEqual(ALWAYS)
    expect(found.toSorted()).toEqual(registerNames.slice(1).toSorted())
    // Used equally often: the lower number first, as among those that are never used.
    expect(found.slice(7, 12)).toEqual(['t4', 't5', 't6', 'gp', 'tp'])
  })

  test('a use in a loop counts more than several outside', () => {
    const found = order(a =>
      a
        .op('add', { rd: 't0', rs1: 't0', rs2: 't0' })
        .label('loop')
        .op('addi', { rd: 's5', rs1: 's6', imm: -1 })
        .op('bne', { rs1: 's5', target: 'loop' })
        .op('terminate'),
    )
    expect(found.slice(7, 10)).toEqual(['s5', 's6', 't0'])
  })

  test('what an instruction has no operand for is not used: rs2 of immediates, rd of stores and branches', () => {
    const found = order(a =>
      a.op('sd', { rs1: 's3', rs2: 's4', imm: 31 }).op('beq', { rs1: 's4', imm: 30 }).op('terminate'),
    )
    expect(found.slice(7, 9)).toEqual(['s4', 's3'])
    expect(found.indexOf('t6')).toBe(30)
  })
})

describe('by a profile', () => {
  /** Slots: 0 before the loop, 1 the call, 2 and 3 the rest of the loop, 4 the end, 5 the function, 6 its return. */
  const graph = graphOf(64, a =>
    a
      .op('addi', { rd: 's0', imm: 1000 })
      .label('loop')
      .op('jal', { rd: 'ra', target: 'leaf' })
      .op('addi', { rd: 's0', rs1: 's0', imm: -1 })
      .op('bne', { rs1: 's0', target: 'loop' })
      .op('terminate')
      .label('leaf')
      .op('add', { rd: 't3', rs1: 't3', rs2: 't4' })
      .op('jalr', { rs1: 'ra' }),
  )
  const { main } = buildRegions(graph)
  const chosen = (usual: readonly string[], counts: readonly [slot: number, instructions: number, count: number][]) => {
    const stretches = counts.map(([slot, instructions, count]): Stretch => ({
      pc: TEXT + 4 * slot,
      instructions,
      count,
    }))
    const numbers = usual.map(name => registerNames.indexOf(name as never))
    return chooseHotByTraffic(graph, main, frequenciesOf(graph, stretches), numbers).map(r => registerNames[r]!)
  }
  const called: [number, number, number][] = [
    [0, 1, 1],
    [1, 3, 1000],
    [4, 1, 1],
    [5, 2, 1000],
  ]

  test('what calls load and store again and again takes the place of what is idle, the place of the idlest first', () => {
    expect(chosen(['a5'], called)).toEqual(['s0'])
    expect(chosen(['t3', 'a5'], called)).toEqual(['t3', 's0'])
    expect(chosen(['a5', 'a6', 'a7', 'a4'], called).toSorted()).toEqual(['ra', 's0', 't3', 't4'])
  })

  test('what is hot already and used keeps its place', () => {
    expect(chosen(['ra', 's0', 't3', 't4'], called)).toEqual(['ra', 's0', 't3', 't4'])
  })

  test('the usual ones stay where little would be saved, or nothing was executed', () => {
    // One call in a million instructions.
    const rare: [number, number, number][] = [
      [0, 1, 1_000_000],
      [1, 3, 1],
      [4, 1, 1],
      [5, 2, 1],
    ]
    expect(chosen(['a5', 'a6'], rare)).toEqual(['a5', 'a6'])
    expect(chosen(['a5', 'a6'], [])).toEqual(['a5', 'a6'])
  })
})
