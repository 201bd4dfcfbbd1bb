/** A guest of a few short blocks, quickly built; and its blocks. */
import { blocksOf } from '../../../src/apc/candidates/blocks.ts'
import { systemBuses } from '../../../src/air/system-buses.ts'
import { parseElf } from '../../../src/elf/parse.ts'
import type { Xlen } from '../../../src/elf/image.ts'
import { abiNamed, decoderFor } from '../../../src/extensions/registry.ts'
import { MAX_BLOCK } from '../../../src/program/graph.ts'
import { lifted } from '../../../src/program/lifted.ts'
import { shippedOnce } from '../../../src/trace/airs.ts'
import { coderOf } from '../../../src/trace/coding.ts'
import { program, TEXT } from '../../run/support.ts'
import type { Assembler } from '../../support/assembler.ts'

/** Where its blocks start. */
export const START = TEXT
export const LOOP = TEXT + 8
export const TAIL = TEXT + 20

/** Goes through its loop eight times. */
export function counting(code: Assembler): Assembler {
  code.op('addi', { rd: 't0', rs1: 0, imm: 8 }).op('addi', { rd: 't1', rs1: 0, imm: 0 })
  code.label('loop').op('add', { rd: 't1', rs1: 't1', rs2: 't0' }).op('addi', { rd: 't0', rs1: 't0', imm: -1 })
  code.op('bne', { rs1: 't0', rs2: 0, target: 'loop' })
  code.op('addi', { rd: 't2', rs1: 't1', imm: 1 })
  return code.op('xor', { rd: 't2', rs1: 't2', rs2: 't1' }).op('terminate')
}

export const smallGuest = (xlen: Xlen = 32): Uint8Array => program(xlen, counting)

/** What blocks of shipped machines are built from. */
export function machineOf(xlen: Xlen) {
  const { airs, buses } = shippedOnce(xlen)
  return { airs, buses: systemBuses(buses, xlen) }
}

export function blocksIn(guest: Uint8Array) {
  const image = parseElf(guest, '<bytes>')
  const { xlen } = image
  return blocksOf(lifted(image, decoderFor(xlen, abiNamed('openvm')), MAX_BLOCK), coderOf(shippedOnce(xlen)))
}
