/** Optimised systems are checked on demand: instructions are found again in rows of the program, and faults are found. */
import { expect, test } from 'vitest'
import { shippedAirs } from '../../src/air/load.ts'
import { buildBlock } from '../../src/apc/block.ts'
import { execution, type InstructionSet } from '../../src/apc/check/executions.ts'
import { instructionsOf } from '../../src/apc/check/instructions.ts'
import { verify } from '../../src/apc/check/verify.ts'
import { optimise } from '../../src/apc/optimise/optimise.ts'
import type { System } from '../../src/air/system.ts'
import type { Instr } from '../../src/isa/row.ts'
import { assembled } from './executions.ts'
import { publishedMachine } from './given.ts'
import { instructionTexts } from './instructions.ts'
import { snapshots } from './snapshots.ts'

const machines: Readonly<Record<32 | 64, InstructionSet>> = {
  32: { xlen: 32, set: shippedAirs(32) },
  64: { xlen: 64, set: shippedAirs(64) },
}

const fieldsOf = (instrs: readonly Instr[]) =>
  instrs.map(({ row, pc, rd, rs1, rs2, imm }) => ({ name: row.name, pc, rd, rs1, rs2, imm }))

/** What an instruction has no use for is not in its row of the program. */
function used({ row, ...fields }: Instr): Instr {
  const isStore = row.kind === 'store' || row.kind === 'branch'
  const hasImmediate = row.kind !== 'alu' || row.source === 'immediate'
  const hasSecond = isStore || (row.kind === 'alu' && row.source === 'register')
  const hasFirst = row.kind !== 'upper' && row.kind !== 'jal'
  const { rd, rs1, rs2, imm } = fields
  const kept = { rd: isStore ? 0 : rd, rs1: hasFirst ? rs1 : 0, rs2: hasSecond ? rs2 : 0, imm: hasImmediate ? imm : 0 }
  return { ...fields, row, ...kept }
}

const listings = [
  { name: 'RV32', xlen: 32 as const, instrs: snapshots.flatMap(({ instrs }) => instrs) },
  { name: 'RV64', xlen: 64 as const, instrs: assembled(64, 0x1000, instructionTexts) },
  {
    name: 'immediates',
    xlen: 32 as const,
    instrs: assembled(32, 0x1000, [
      'addi x1, x2, -2048',
      'addi x1, x2, 2047',
      'lui x3, 1048575',
      'lui x3, 1',
      'auipc x3, 524288',
      'auipc x3, 1',
      'lw x31, -2048(x1)',
      'sb x0, 2047(x0)',
      'beq x1, x2, -4096',
      'jal x1, -1048576',
      'jalr x1, -1(x2)',
      'srai x1, x2, 31',
      'mulhsu x1, x2, x3',
    ]),
  },
]

test.each(listings)('instructions are found in rows of the program: $name', ({ xlen, instrs }) => {
  const { entries } = execution(machines[xlen], instrs, 1)
  const blocks = instrs.map(({ pc }, index) => ({ start: pc, instructions: [entries[index]!] }))
  expect(fieldsOf(instructionsOf(machines[xlen], blocks))).toEqual(fieldsOf(instrs.map(used)))
})

test.each([
  ['an opcode of no instruction', [999, 4, 4, 1, 1, 0, 0, 0]],
  ['a pointer of no register', [512, 5, 4, 1, 1, 0, 0, 0]],
  ['an instruction of its host', [609, 4, 4, 0, 1, 2, 0, 0]],
])('%s is refused', (_name, entry) => {
  const blocks = [{ start: 0x1000, instructions: [entry] }]
  expect(() => instructionsOf(machines[32], blocks)).toThrow(
    expect.objectContaining({ code: 'INPUT_INVALID', details: { pc: 0x1000, entry } }),
  )
})

const EFFORT = { executions: 20, attacked: 2 }
const text = ['addi x5, x6, 1', 'sw x5, 4(x7)']
const { entries } = execution(machines[32], assembled(32, 0x1000, text), 1)
const block = { start: 0x1000, instructions: entries }
const before = buildBlock(publishedMachine, block)
const { system: after, eliminated } = optimise(before)
const verified = (change: Partial<System>) =>
  verify({ machine: machines[32], blocks: [block], before, after: { ...after, ...change }, eliminated }, EFFORT)

test('what is right is found to be so', () => {
  const { executions, accepted, findings } = verified({})
  expect({ executions, findings }).toEqual({ executions: 20, findings: [] })
  expect(accepted).toBeGreaterThan(0)
})

test('what accepts too much is found, and what refuses executions', () => {
  const { buses } = after
  const withoutChecks = after.messages.filter(({ bus }) => buses[bus]!.role.kind !== 'table')
  expect(verified({ messages: withoutChecks }).findings).not.toEqual([])
  expect(verified({ constraints: [] }).findings).not.toEqual([])
  const [first] = after.columns
  const refusing = { op: 'column', index: first!.id, row: 0 } as const
  expect(verified({ constraints: [...after.constraints, refusing] }).findings).toContainEqual({
    column: 'none',
    reason: `an execution breaks constraint ${after.constraints.length}`,
  })
  expect(verified({ messages: after.messages.slice(1) }).findings).toContainEqual({
    column: 'none',
    reason: 'an execution has another effect',
  })
})

test('a block that no execution goes through is refused, and cells that come from nowhere', () => {
  const impossible = { ...before, constraints: [...before.constraints, { op: 'constant', value: 1 } as const] }
  const all = { machine: machines[32], blocks: [block], after, eliminated }
  const refused = (message: RegExp) =>
    expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringMatching(message) })
  expect(() => verify({ ...all, before: impossible }, EFFORT)).toThrow(refused(/no execution/))
  const foreign = { ...before, columns: before.columns.map(({ id, name }) => ({ id, name })) }
  expect(() => verify({ ...all, before: foreign }, EFFORT)).toThrow(refused(/nothing says/))
})
