/** A guest of 1 MB of code that executes about as many instructions as it is asked to, and says when it begins. */
import { buildElf, type SymbolSpec } from '../../support/elf-builder.ts'
import { assembler, type Assembler } from '../../support/assembler.ts'
import { randomSource } from '../../support/random.ts'

const BASE = 0x10000
const DATA = 0x80_0000
/** What offsets of loads and stores reach. */
const DATA_BYTES = 2048
const SEED = 16
const WRITE = 64
const EXIT = 93
const STANDARD_ERROR = 2

/** Printed by the first five instructions. */
export const FIRST_LETTER = '!'

/** All within reach of a jal from behind them, which is 2^20 bytes. */
const FUNCTIONS = 1230
/** Functions that most of the time is spent in. */
const HOT = 64
/** Of each function: instructions of its loop's body, iterations, and instructions in front of the loop. */
const BODY = 14
const ITERATIONS = 16
const STRAIGHT = 180
/** A branch in eight skips an instruction, half of the time. */
const PER_CALL = (BODY + 3) * ITERATIONS + STRAIGHT - 11

const temporaries = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 't0', 't1', 't2', 't3', 't4'] as const
const registerRows = ['add', 'sub', 'xor', 'or', 'and', 'sll', 'srl', 'sltu', 'addw', 'mul', 'mulhu']
const immediateRows = ['addi', 'xori', 'andi', 'addiw', 'sltiu']
const memoryRows = ['ld', 'lwu', 'lbu', 'sd', 'sw']

/** One instruction of compiled code's usual mixture. */
function anyInstruction(code: Assembler, random: (bound: number) => number): void {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!
  const [rd, rs1, rs2] = [pick(temporaries), pick(temporaries), pick(temporaries)]
  const kind = random(8)
  if (kind < 3) code.op(pick(registerRows), { rd, rs1, rs2 })
  else if (kind < 5) code.op(pick(immediateRows), { rd, rs1, imm: random(4096) - 2048 })
  else if (kind < 7) code.op(pick(memoryRows), { rd, rs1: 's0', rs2, imm: random(DATA_BYTES / 8) * 8 })
  else code.op('bltu', { rs1, rs2, imm: 8 })
}

/** What the instruction in front may skip. */
const skippable = (code: Assembler): Assembler => code.op('addi', { rd: 't5', rs1: 't5', imm: 1 })

function emitFunction(code: Assembler, name: string, random: (bound: number) => number): void {
  code.label(name)
  for (let index = 0; index < STRAIGHT; index++) anyInstruction(code, random)
  skippable(code)
  code.li('t6', ITERATIONS).label(`${name}.loop`)
  for (let index = 0; index < BODY; index++) anyInstruction(code, random)
  skippable(code)
  code.op('addi', { rd: 't6', rs1: 't6', imm: -1 }).op('bne', { rs1: 't6', target: `${name}.loop` })
  code.op('jalr', { rs1: 'ra' })
}

/** Every function is called once, then some of them again and again. */
export function coldGuest(instructions: number): Uint8Array {
  const random = randomSource(SEED)
  const code = assembler(64, BASE)
  const names = Array.from({ length: FUNCTIONS }, (_, index) => `function_${index}`)
  const passes = Math.max(1, Math.round((instructions / PER_CALL - FUNCTIONS) / HOT))
  for (const name of names) emitFunction(code, name, random)
  const entry = code.pc
  const call = (name: string): Assembler => code.op('jal', { rd: 'ra', target: name })
  code.li('a0', STANDARD_ERROR).li('a1', DATA).li('a2', 1).li('a7', WRITE).op('ecall')
  code.li('s0', DATA)
  names.forEach(call)
  code.li('s1', passes).label('again')
  names.slice(0, HOT).forEach(call)
  code.op('addi', { rd: 's1', rs1: 's1', imm: -1 }).op('bne', { rs1: 's1', target: 'again' })
  code.li('a0', 0).li('a7', EXIT).op('ecall')
  const text = code.finish()
  const data = new Uint8Array(DATA_BYTES + 8)
  data[0] = FIRST_LETTER.charCodeAt(0)
  const symbols = names.map((name, index): SymbolSpec => {
    const address = code.addressOf(name)
    return {
      name,
      address,
      size: (names[index + 1] === undefined ? entry : code.addressOf(names[index + 1]!)) - address,
    }
  })
  return buildElf({
    xlen: 64,
    entry,
    segments: [
      { address: BASE, bytes: text, flags: 5 },
      { address: DATA, bytes: data, flags: 6 },
    ],
    symbols,
    sections: [{ name: '.text', address: BASE, size: text.length, flags: 6 }],
  })
}
