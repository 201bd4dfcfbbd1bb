/** Guests that are recorded and replayed. */
import { readFileSync } from 'node:fs'
import type { Xlen } from '../../../src/elf/image.ts'
import { u64, utf8 } from '../../../src/index.ts'
import { DATA, fixture, program } from '../../run/support.ts'
import { anyInstructions } from '../any-instructions.ts'
import type { GuestOptions } from './recorder.ts'

export interface Subject extends GuestOptions {
  readonly name: string
  readonly elf: Uint8Array
}

/** Hint buffers and stores, public values, text, calls, a loop of one block, and a word that is no instruction. */
export const transfers = (xlen: Xlen): Uint8Array =>
  program(xlen, code =>
    code
      .li('gp', DATA)
      .li('s1', 5)
      .li('s0', 0x400000)
      .op('hint_random', { rd: 's1' })
      .op('hint_buffer', { rd: 's0', rs1: 's1' })
      .op('lw', { rd: 'a0', rs1: 's0', imm: 4 })
      .op('hint_random', { rd: 's1' })
      .op('hint_store', { rd: 'gp' })
      .op('sw', { rs1: 's0', rs2: 'a0', imm: 8 })
      .op('reveal', { rd: 0, rs1: 'a0', imm: 8 })
      .op('reveal', { rd: 0, rs1: 's0', imm: 8 })
      .li('a2', 0)
      .op('print_str', { rd: 'gp', rs1: 'a2' })
      .op('jal', { rd: 'ra', target: 'leaf' })
      .op('jal', { target: 'end' })
      .label('leaf')
      .li('t0', 4)
      .label('loop')
      .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
      .op('bne', { rs1: 't0', target: 'loop' })
      .op('jalr', { rd: 0, rs1: 'ra' })
      .label('end')
      .op('addi', { rd: 0, rs1: 't0', imm: 3 })
      .word(0),
  )

export const subjects = (xlen: Xlen): Subject[] => [
  { name: 'fibonacci', elf: readFileSync(fixture('fibonacci', xlen)), inputs: [u64(20)] },
  { name: 'echo', elf: readFileSync(fixture('echo', xlen)), inputs: [utf8('Grüße')] },
  { name: 'exitcode', elf: readFileSync(fixture('exitcode', xlen)), inputs: [Uint8Array.of(42)] },
  { name: 'transfers', elf: transfers(xlen) },
  { name: 'any instructions', elf: anyInstructions(xlen, 5, 500) },
]
