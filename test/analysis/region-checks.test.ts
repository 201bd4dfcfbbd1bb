/** Where a region checks addresses: what one block has checked, those behind it need not, on all ways and around loops. */
import { describe, expect, test } from 'vitest'
import { covers } from '../../src/analysis/facts.ts'
import { DEFAULT_MEMORY } from '../../src/elf/image.ts'
import { proveChecks, type RegionChecks } from '../../src/analysis/region-checks.ts'
import { registerNames } from '../../src/isa/registers.ts'
import type { Assembler } from '../support/assembler.ts'
import { planOf, registers, regionOf } from './loops/region.ts'

type Write = (a: Assembler) => Assembler
const load = (a: Assembler, rs1: 'a0' | 'a1' = 'a0', imm = 0): Assembler => a.op('lw', { rd: 't3', rs1, imm })

const image = { xlen: 64, direct: DEFAULT_MEMORY } as const

function checksOf(write: Write, { isFast = false, isAlone = false } = {}): RegionChecks {
  const { bodies, next } = regionOf(64, write)
  const headers = new Set(next.flatMap((targets, from) => targets.filter(target => target <= from)))
  const loops = isFast ? [planOf(64, write)] : []
  const replaced = new Set(isAlone ? loops.flatMap(({ blocks }) => blocks) : [])
  return proveChecks({ image, bodies, next, isHeader: position => headers.has(position), loops, replaced })
}
/** By block: registers that are checked at its head, and places of the checks inside. */
const placesOf = ({ blocks }: Pick<RegionChecks, 'blocks'>): string[] =>
  blocks.map(({ head, inner }) =>
    [...head.map(({ register }) => registerNames[register]!), ...[...inner.keys()].map(String)].join(' '),
  )

describe('from block to block', () => {
  test('what was checked in front is known behind', () => {
    const branch: Write = a => load(load(a).op('beq', { rs1: 'a5', target: 'on' })).label('on')
    expect(placesOf(checksOf(a => load(branch(a))))).toEqual(['a0', '', ''])
  })

  test('where ways meet, only what all of them have checked', () => {
    const one: Write = a => load(load(a.op('beq', { rs1: 'a5', target: 'on' })).label('on'))
    expect(placesOf(checksOf(one))).toEqual(['', 'a0', 'a0'])
    const { entering } = checksOf(one)
    expect(covers(entering[2]!, registers.a0, 0, 4)).toBe(false)
  })

  test('a register that was written is another address', () => {
    const written: Write = a =>
      load(load(a).op('ld', { rd: 'a0', rs1: 'a0' }).op('beq', { rs1: 'a5', target: 'on' }).label('on'))
    expect(placesOf(checksOf(written))).toEqual(['a0', 'a0'])
  })
})

describe('around a loop', () => {
  const counted =
    (body: Write): Write =>
    a =>
      body(a.op('addi', { rd: 't0', imm: 9 }).label('loop'))
        .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
        .op('bne', { rs1: 't0', target: 'loop' })
  const moving = counted(a => load(a).op('addi', { rd: 'a0', rs1: 'a0', imm: 4 }))

  test('what stays as it is needs no check again, what moves needs one in each iteration', () => {
    const still: Write = a => counted(inner => load(inner))(load(a))
    expect(placesOf(checksOf(still))).toEqual(['a0', '', ''])
    expect(placesOf(checksOf(a => moving(load(a))))).toEqual(['a0', 'a0', ''])
  })

  test('a fast copy has none where one test in front of it proves them; the other copy keeps its own', () => {
    const checks = checksOf(moving, { isFast: true })
    expect(placesOf(checks)).toEqual(['', 'a0', ''])
    expect(checks.copies.map(blocks => placesOf({ blocks }))).toEqual([['']])
  })

  test('a loop whose fast copy is the only one has no checks beside it', () => {
    const checks = checksOf(moving, { isFast: true, isAlone: true })
    expect(placesOf(checks)).toEqual(['', '', ''])
    expect(checks.copies.map(blocks => placesOf({ blocks }))).toEqual([['']])
  })
})

test('where no way leads nothing is known, and everything is checked', () => {
  const { bodies } = regionOf(64, a => load(load(a).op('beq', { rs1: 'a5', target: 'on' })).label('on'))
  const next = [[2], [2], []]
  const checks = proveChecks({ image, bodies, next, isHeader: () => false, loops: [], replaced: new Set() })
  expect(checks.entering[1]).toBeUndefined()
  expect(placesOf(checks)).toEqual(['a0', 'a0', ''])
})
