/** Which accesses are known to be aligned, and what is tested of the others. */
import { expect, test } from 'vitest'
import { alignments } from '../../src/analysis/alignment.ts'
import type { Assembler } from '../support/assembler.ts'
import { graphOf } from '../codegen/guests.ts'

const MOVING: ReadonlyMap<number, unknown> = new Map()

/** Of the guest's loads and stores, in order. */
function found(write: (a: Assembler) => unknown, options: { learns?: boolean; proven?: number; moving?: number } = {}) {
  const { learns = true, proven, moving } = options
  const instrs = graphOf(64, write).program.instrs.map(instr => instr!)
  const isProven = proven === undefined ? undefined : new Set([proven])
  const all = alignments(instrs, {
    learns,
    proven: isProven,
    moving: moving === undefined ? MOVING : new Map([[moving, 0]]),
  })
  return [...all.values()]
}

const loads = (a: Assembler): unknown =>
  a
    .op('ld', { rd: 'a1', rs1: 'a0', imm: 8 })
    .op('lw', { rd: 'a2', rs1: 'a0', imm: 4 })
    .op('lb', { rd: 'a3', rs1: 'a4', imm: 3 })
    .op('lw', { rd: 'a5', rs1: 'a0', imm: 6 })

test('what was tested is known until the register changes', () => {
  expect(found(loads)).toEqual(['register', 'known', 'known', 'address'])
  expect(found(loads, { learns: false })).toEqual(['register', 'register', 'known', 'address'])
  expect(found(loads, { proven: 0 })).toEqual(['known', 'register', 'known', 'address'])
  expect(found(loads, { moving: 0 })).toEqual(['address', 'register', 'known', 'address'])
  const again = (a: Assembler): unknown => loads(a.op('ld', { rd: 'a0', rs1: 'a0' }))
  expect(found(again)).toEqual(['register', 'register', 'known', 'known', 'address'])
})

test.each([
  ['addi', { rd: 'a0', rs1: 'a0', imm: 16 }, 'known'],
  ['addi', { rd: 'a0', rs1: 'a0', imm: 4 }, 'register'],
  ['addiw', { rd: 'a0', rs1: 'a0', imm: -8 }, 'known'],
  ['andi', { rd: 'a0', rs1: 'a9', imm: -8 }, 'known'],
  ['slli', { rd: 'a0', rs1: 'a9', imm: 3 }, 'known'],
  ['slli', { rd: 'a0', rs1: 'a9', imm: 2 }, 'register'],
  ['add', { rd: 'a0', rs1: 'a0', rs2: 'a0' }, 'known'],
  ['sub', { rd: 'a0', rs1: 'a0', rs2: 'a7' }, 'register'],
  ['lui', { rd: 'a0', imm: 0x1000 }, 'known'],
  ['xori', { rd: 'a0', rs1: 'a0', imm: 8 }, 'register'],
] as const)('%s behind a test, %o: %s', (name, operands, wanted) => {
  const rest = Object.fromEntries(Object.entries(operands).map(([field, r]) => [field, r === 'a9' ? 's9' : r]))
  const write = (a: Assembler): unknown =>
    a.op('ld', { rd: 'a1', rs1: 'a0' }).op(name, rest).op('sd', { rs1: 'a0', rs2: 'a1' })
  expect(found(write)).toEqual(['register', wanted])
})
