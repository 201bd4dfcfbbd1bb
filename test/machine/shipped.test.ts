/** The machines that rvr ships hold the published figures, chip for chip. */
import { describe, expect, test } from 'vitest'
import { rows as i } from '../../src/isa/i/rows.ts'
import { rows as m } from '../../src/isa/m/rows.ts'
import { chipOf } from '../../src/machine/chips.ts'
import { defaultMachine, operationOf } from '../../src/machine/machine.ts'
import { decoderFor, abiNamed } from '../../src/extensions/registry.ts'

/**
 * The table of the metering rules in its reading order: name, width, interactions, † needs the next row, = constant
 * height.
 */
const RV64IM = `
  Program 10 1 =slots | VmConnector 6 5 † =2 | PersistentBoundary 38 8
  MemoryMerkle 33 4 † | DivRemW 61 30 | DivRem 84 41
  MulH 52 40 | MulW 33 24 | Mul 40 31
  RangeTuple 3 1 † =1048576 | Reveal 24 17 | HintStore 24 17 †
  BitwiseLogicImm 34 20 | LessThanImm 27 14 | ShiftRightArithImm 49 20
  ShiftLogicalImm 51 19 | AddI 23 16 | Auipc 16 14
  Jalr 22 15 | JalLui 17 12 | BranchLessThan 30 14
  BranchEqual 24 11 | StoreDouble 39 29 | LoadDouble 39 28
  StoreWord 37 27 | LoadWord 37 26 | LoadSignExtendWord 38 27
  StoreHalf 36 26 | LoadHalf 36 25 | LoadSignExtendHalf 37 26
  StoreByte 28 19 | LoadByte 28 18 | LoadSignExtendByte 29 19
  ShiftWRightArithImm 42 17 | ShiftWLogicalImm 44 16 | AddIW 22 14
  ShiftWRightArith 49 22 | ShiftWLogical 51 21 | ShiftRightArith 56 25
  ShiftLogical 58 24 | LessThan 33 18 | AddSubW 28 17
  BitwiseLogic 42 23 | AddSub 29 19 | BitwiseLookup 18 2 † =65536
  Phantom 6 3 | Poseidon2Periphery 300 1 | VariableRangeChecker 4 1 † =262144`
const RV64IM_GROUPS: Readonly<Record<string, string>> = {
  AddSub: 'add sub',
  BitwiseLogic: 'xor or and',
  ShiftLogical: 'sll srl',
  ShiftRightArith: 'sra',
  LessThan: 'slt sltu',
  AddI: 'addi',
  BitwiseLogicImm: 'xori ori andi',
  ShiftLogicalImm: 'slli srli',
  ShiftRightArithImm: 'srai',
  LessThanImm: 'slti sltiu',
  AddSubW: 'addw subw',
  AddIW: 'addiw',
  ShiftWLogical: 'sllw srlw',
  ShiftWRightArith: 'sraw',
  ShiftWLogicalImm: 'slliw srliw',
  ShiftWRightArithImm: 'sraiw',
  BranchEqual: 'beq bne',
  BranchLessThan: 'blt bltu bge bgeu',
  JalLui: 'jal lui',
  Jalr: 'jalr',
  Auipc: 'auipc',
  Mul: 'mul',
  MulH: 'mulh mulhsu mulhu',
  DivRem: 'div divu rem remu',
  MulW: 'mulw',
  DivRemW: 'divw divuw remw remuw',
  LoadDouble: 'ld',
  LoadWord: 'lwu',
  LoadSignExtendWord: 'lw',
  LoadHalf: 'lhu',
  LoadSignExtendHalf: 'lh',
  LoadByte: 'lbu',
  LoadSignExtendByte: 'lb',
  StoreDouble: 'sd',
  StoreWord: 'sw',
  StoreHalf: 'sh',
  StoreByte: 'sb',
  HintStore: 'hint_store hint_buffer',
  Reveal: 'reveal',
  Phantom: 'nop',
}
/** The published tables of the RV32IM machine: width, interactions and operations. */
const RV32IM: readonly (readonly [width: number, interactions: number, operations: string])[] = [
  [36, 20, 'add sub xor or and addi xori ori andi'],
  [53, 24, 'sll srl sra slli srli srai'],
  [37, 18, 'slt sltu slti sltiu'],
  // REVEAL is a store to another address space.
  [41, 17, 'lw lhu lbu sw sh sb reveal'],
  [36, 18, 'lb lh'],
  [26, 11, 'beq bne'],
  [32, 13, 'blt bltu bge bgeu'],
  [18, 10, 'jal lui'],
  [28, 16, 'jalr'],
  [20, 12, 'auipc'],
  [31, 19, 'mul'],
  [39, 24, 'mulh mulhsu mulhu'],
  [59, 25, 'div divu rem remu'],
  [32, 18, 'hint_store hint_buffer'],
  [6, 3, 'nop'],
]

test('RV64IM: every figure of the table, in its order', () => {
  const wanted = RV64IM.trim()
    .split(/[|\n]/)
    .map(cell => {
      const [name, width, interactions, ...marks] = cell.trim().split(/\s+/)
      const constant = marks.find(mark => mark.startsWith('='))?.slice(1)
      const operations = RV64IM_GROUPS[name!]
      return {
        name,
        width: Number(width),
        interactions: Number(interactions),
        ...(marks.includes('†') && { nextRow: true }),
        ...(constant !== undefined && { constantHeight: constant === 'slots' ? constant : Number(constant) }),
        ...(operations !== undefined && { operations: operations.split(' ') }),
      }
    })
  const { chips, memoryChips, memory, limits } = defaultMachine(64)
  expect(wanted).toHaveLength(48)
  expect(chips).toEqual(wanted)
  expect(memoryChips).toEqual({ boundary: 2, merkle: 3, hash: chips.length - 2 })
  expect(memory.registerBytes).toBe(256)
  expect(limits).toEqual({
    maxTraceHeight: 2 ** 24,
    maxMemoryBytes: 15 * 2 ** 30,
    maxInteractions: 2_013_265_921,
    checkInterval: 1000,
  })
})

test('RV32IM: the published figures; limits and order follow RV64IM', () => {
  const machine = defaultMachine(32)
  const other = defaultMachine(64)
  const wanted = RV32IM.flatMap(([width, interactions, operations]) =>
    operations.split(' ').map(operation => [operation, `${width}/${interactions}`] as const),
  )
  const found = [...machine.chipIndex].map(
    ([operation, chip]) => [operation, `${machine.chips[chip]!.width}/${machine.chips[chip]!.interactions}`] as const,
  )
  expect(new Map(found)).toEqual(new Map(wanted))
  expect(
    machine.chips
      .filter(({ nextRow, operations }) => operations !== undefined && nextRow === true)
      .map(({ name }) => name),
  ).toEqual(['HintStore'])
  expect(machine.memory).toEqual({ ...other.memory, registerBytes: 128, leafBytes: 8, rowsPerLeaf: 2 })
  expect(machine.limits).toEqual(other.limits)
  const system = ({ chips }: typeof machine): typeof chips => chips.filter(chip => chip.operations === undefined)
  const differences: Readonly<Record<string, object>> = {
    RangeTuple: { constantHeight: 2 ** 19 },
    PersistentBoundary: { width: 21, interactions: 4 },
  }
  expect(system(machine)).toEqual(system(other).map(chip => ({ ...chip, ...differences[chip.name] })))
  expect(machine.source).toMatch(/^Published: .*Assumed: /)
})

describe.each([32, 64] as const)('RV%iIM', xlen => {
  const machine = defaultMachine(xlen)

  test('every instruction has a chip, and every chip of instructions has instructions', () => {
    const known = [...i, ...m]
      .filter(row => row.kind !== 'nop' && (!('only' in row) || row.only === undefined || row.only === xlen))
      .map(row => row.name)
    expect([...machine.chipIndex.keys()].toSorted()).toEqual(
      [...new Set(known), 'hint_buffer', 'hint_store', 'nop', 'reveal'].toSorted(),
    )
  })

  test('the chip of an operation has its width', () => {
    expect([...machine.chipIndex.keys()]).toEqual([...machine.widths.keys()])
    for (const [operation, index] of machine.chipIndex) {
      expect(machine.chips[index]!.operations).toContain(operation)
      expect(machine.chips[index]!.width).toBe(machine.widths.get(operation))
    }
  })

  test('chips of instructions', () => {
    const decode = decoderFor(xlen, abiNamed('openvm'))
    const chip = (word: number): [string, string | undefined] => {
      const instr = decode(word, 0x1000)!
      const index = chipOf(machine, instr)
      return [operationOf(instr), index === undefined ? undefined : machine.chips[index]!.name]
    }
    expect(chip(0x0030_0293)).toEqual(['addi', xlen === 64 ? 'AddI' : 'BaseAlu']) // addi x5,x0,3
    expect(chip(0x0000_0013)).toEqual(['nop', 'Phantom'])
    expect(chip(0x0ff0_000f)).toEqual(['nop', 'Phantom']) // fence
    expect(chip(0x0000_000b)).toEqual(['terminate', undefined])
  })
})
