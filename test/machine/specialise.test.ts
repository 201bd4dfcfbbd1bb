/** Machines with autoprecompiles: their chips, their digest, and what is refused. */
import { expect, test } from 'vitest'
import type { Autoprecompile } from '../../src/machine/autoprecompiles.ts'
import { defaultMachine, parseMachine } from '../../src/machine/machine.ts'
import { withAutoprecompiles } from '../../src/machine/specialise.ts'
import { RvrError } from '../../src/errors.ts'
import { someAutoprecompile } from './some-autoprecompiles.ts'

const shipped = defaultMachine(64)
const guest = 'ab'.repeat(32)
const first = someAutoprecompile({ start: 0x200800, count: 4, width: 30, interactions: 12 })
const second = someAutoprecompile({ start: 0x200810, count: 2, width: 17, interactions: 8 })
const machineOf = (...list: Autoprecompile[]) => withAutoprecompiles(shipped, { guest, list })

function errorOf(work: () => unknown): RvrError {
  try {
    work()
  } catch (error) {
    if (error instanceof RvrError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test('each has a chip in front of the hash chip, which no operation adds rows to', () => {
  const { chips, memoryChips, chipIndex } = machineOf(first, second)
  const { hash } = shipped.memoryChips
  expect(chips.slice(hash, hash + 2)).toEqual([
    { name: 'apc_200800', width: 30, interactions: 12, operations: [] },
    { name: 'apc_200810', width: 17, interactions: 8, operations: [] },
  ])
  expect(chips[memoryChips.hash]!.name).toBe('Poseidon2Periphery')
  expect(chips.length).toBe(shipped.chips.length + 2)
  expect(chipIndex).toEqual(shipped.chipIndex)
})

test('the digest covers everything; a machine without autoprecompiles has the digest that it had', () => {
  const { system } = first
  const variants = [
    machineOf(first, second),
    machineOf(second, first),
    machineOf(first),
    machineOf(second),
    withAutoprecompiles(shipped, { guest: 'cd'.repeat(32), list: [first] }),
    machineOf({ ...first, instructions: [[1, 0, 0, 0, 0, 0, 0, 0], ...first.instructions.slice(1)] }),
    machineOf({ ...first, system: { ...system, constraints: [{ op: 'column', index: 3, row: 0 }] } }),
    machineOf({ ...first, system: { ...system, derived: [{ column: 3, method: { kind: 'constant', value: 1 } }] } }),
  ]
  expect(new Set(variants.map(({ digest }) => digest)).size).toBe(variants.length)
  expect(machineOf({ ...first }).digest).toBe(machineOf({ ...first }).digest)
  const { autoprecompiles: _, ...without } = parseMachine(shipped, 'shipped')
  expect(parseMachine(without, 'shipped').digest).toBe(shipped.digest)
})

test('it can be validated anew and copied', () => {
  const machine = machineOf(first, second)
  expect(parseMachine(machine, 'again')).toEqual(machine)
  expect(parseMachine(structuredClone(machine), 'copy').digest).toBe(machine.digest)
})

test.each<[string, string, Autoprecompile[]]>([
  [
    'blocks that overlap',
    'list.1.start',
    [first, someAutoprecompile({ ...second, start: 0x20080c, count: 2, width: 1, interactions: 0 })],
  ],
  ['one block twice', 'chips.47.name', [first, first]],
  ['a start that is none', 'list.0.start', [{ ...first, start: 0x200802 }]],
  ['no instructions', 'list.0.instructions', [{ ...first, instructions: [] }]],
  ['another name', 'list.0.chip', [{ ...first, chip: 'apc' }]],
  [
    'too many',
    'list',
    Array.from({ length: 129 }, (_, index) =>
      someAutoprecompile({ start: 16 * index, count: 2, width: 1, interactions: 0 }),
    ),
  ],
])('%s are refused', (_, field, list) => {
  const { code, details } = errorOf(() => machineOf(...list))
  expect(code).toBe('MACHINE_INVALID')
  expect(details).toMatchObject({ field: expect.stringContaining(field) })
})

test('chips that do not fit their autoprecompiles are refused, and so are more for a machine that has some', () => {
  const machine = machineOf(first)
  const { hash } = shipped.memoryChips
  const wider = machine.chips.map((chip, index) => (index === hash ? { ...chip, width: 31 } : chip))
  expect(errorOf(() => parseMachine({ ...machine, chips: wider }, 'mine')).message).toContain(
    'field autoprecompiles.list.0.chip: found "apc_200800", wanted a chip of that name, 30 wide, with 12 interactions',
  )
  expect(errorOf(() => parseMachine({ ...machine, chips: shipped.chips }, 'mine')).code).toBe('MACHINE_INVALID')
  expect(errorOf(() => withAutoprecompiles(machine, { guest, list: [second] })).code).toBe('MACHINE_INVALID')
})
