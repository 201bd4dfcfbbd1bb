/** Counters of Zicsr: all three count retired instructions, wherever the guest runs; what cannot be read traps by name. */
import { expect, test } from 'vitest'
import type { Run } from '../../src/index.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { machineWithNops, rowsOfSets } from '../support/sets.ts'
import { artifactOf, TEXT, useRvr, widths } from '../run/support.ts'

const quick = useRvr('shared', 'quick')
const CYCLE = 0xc00
const TIME = 0xc01
const INSTRET = 0xc02
const HIGH = 0x80

function guest(xlen: 32 | 64, write: (code: Assembler) => unknown): Uint8Array {
  const code = assembler(xlen, TEXT, rowsOfSets(['zicsr'], xlen))
  write(code)
  return buildElf({ xlen, entry: TEXT, segments: [{ address: TEXT, bytes: code.finish(), flags: 5 }] })
}

test.each(widths)(
  'RV%i: they count in native code and in the interpreter, across stops, as a plain model does',
  async xlen => {
    // A loop of 3 instructions a turn, and a counter on each side of it.
    const turns = 5000
    const elf = guest(xlen, code => {
      code
        .op('csrrs', { rd: 'a0', imm: CYCLE })
        .li('t0', turns)
        .label('loop')
        .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
        .op('add', { rd: 't1', rs1: 't1', rs2: 't0' })
        .op('bne', { rs1: 't0', rs2: 0, target: 'loop' })
        .op('csrrci', { rd: 'a1', imm: INSTRET })
        .op('csrrsi', { rd: 0, imm: TIME })
        .op('csrrc', { rd: 'a2', imm: TIME })
      if (xlen === 32) code.op('csrrs', { rd: 'a3', imm: INSTRET + HIGH })
      code.op('terminate')
    })
    const before = 1n + 2n + 3n * BigInt(turns)
    const loaded = await quick.rvr.load(elf, { isa: `rv${xlen}im_zicntr`, machine: machineWithNops(xlen) })
    const countersIn = ({ registers }: Run): bigint[] => registers.slice(10, 14)
    for (const [mode, engine] of [
      ['pure', 'interp'],
      ['pure', 'native'],
      ['metered', 'interp'],
      ['metered', 'native'],
    ] as const) {
      const artifact = await artifactOf(loaded, mode, engine)
      using run = await artifact.execute()
      expect(countersIn(run), `${mode}, ${engine}`).toEqual([0n, before, before + 2n, 0n])
      const first = await artifact.execute({ maxInstructions: 700 })
      using rest = await first.resume()
      expect(countersIn(rest)).toEqual(countersIn(run))
    }
  },
)

test.each([
  ['csrrw', { rd: 'a0', rs1: 'a1', imm: INSTRET }, /^csrrw: counter instret is read-only$/],
  ['csrrw', { imm: CYCLE }, /cycle is read-only; it is unimp/],
  ['csrrs', { rd: 'a0', rs1: 'a1', imm: TIME }, /^csrrs: counter time is read-only$/],
  ['csrrci', { rd: 'a0', rs1: 1, imm: CYCLE }, /^csrrci: counter cycle is read-only$/],
  ['csrrs', { rd: 'a0', imm: 0x300 }, /^csrrs: there is no register 0x300; guests have cycle, time and instret$/],
  ['csrrs', { rd: 'a0', imm: CYCLE + HIGH }, /no register 0xc80 \(cycleh, of RV32\)/],
] as const)('%s %o traps', async (name, operands, message) => {
  const elf = guest(64, code => code.op('addi', { rd: 'a0', imm: 7 }).op(name, operands))
  const loaded = await quick.rvr.load(elf, { abi: 'linux', isa: 'rv64im_zicsr' })
  using run = await loaded.interpret('pure').execute()
  expect(run.trap).toMatchObject({ kind: 'illegal-instruction', pc: TEXT + 4, message: expect.stringMatching(message) })
  expect(run.registers[10]).toBe(7n)
})

test('in ABI openvm csrrw stays what the ABI says, whatever the guest has', async () => {
  const elf = guest(64, code => code.word(0xc000_1073).op('csrrs', { rd: 'a0', imm: INSTRET }).op('terminate'))
  using run = await (await quick.rvr.load(elf, { isa: 'rv64im_zicsr' })).interpret('pure').execute()
  expect([run.exitCode, run.registers[10]]).toEqual([0, 1n])
})
