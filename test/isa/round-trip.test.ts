/** Decoder and encoder agree on every row, and the disassembly is that of GNU objdump. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { abiNamed, decoderFor } from '../../src/extensions/registry.ts'
import { disassemble } from '../../src/isa/disassemble.ts'
import { encode } from '../../src/isa/encoding.ts'
import type { Row } from '../../src/isa/row.ts'
import { allRows } from '../support/assembler.ts'
import { randomSource } from '../support/random.ts'

const OBJDUMP = 'riscv64-unknown-elf-objdump'

function objdumpExists(): boolean {
  try {
    execFileSync(OBJDUMP, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A random immediate of the row's format, in the form in which the decoder gives it. */
function randomImmediate(row: Row, random: (bound: number) => number): number {
  switch (row.format) {
    case 'I':
    case 'S':
      return random(4096) - 2048
    case 'csr':
      return random(4096) - 2048
    case 'shift':
      return random(64)
    case 'shiftw':
      return random(32)
    case 'B':
      return (random(4096) - 2048) * 2
    case 'J':
      return (random(1 << 20) - (1 << 19)) * 2
    case 'U':
      return (random(1 << 20) << 12) | 0
    default:
      return 0
  }
}

const isFixed = (row: Row): boolean => (row.mask & 0xfff00000) === (0xfff00000 | 0)

describe.each([32, 64] as const)('RV%i', xlen => {
  const decoders = { openvm: decoderFor(xlen, abiNamed('openvm')), linux: decoderFor(xlen, abiNamed('linux')) }
  const abiOf = (row: Row): 'openvm' | 'linux' =>
    abiNamed('linux').extensions.some(({ rows }) => rows.includes(row)) ? 'linux' : 'openvm'

  test.each(allRows(xlen).map(row => [row.name, row] as const))('%s', (_name, row) => {
    const random = randomSource(1)
    for (let round = 0; round < 200; round++) {
      const plain = row.name === 'csrrw' || row.format === 'none'
      const operands = {
        rd: plain ? 0 : random(32),
        rs1: plain ? 0 : random(32),
        rs2: random(32),
        imm: isFixed(row) ? 0 : randomImmediate(row, random),
      }
      const word = encode(row, operands)
      const instr = decoders[abiOf(row)](word | 0, 0x1000)
      expect(instr?.row.name).toBe(row.name)
      if (instr === undefined) continue
      expect(instr.pc).toBe(0x1000)
      if (row.format !== 'fence' && row.format !== 'none') {
        expect(instr.imm, `immediate of ${row.name}`).toBe(isFixed(row) ? word >> 20 : operands.imm)
        if (row.format !== 'S' && row.format !== 'B') expect(instr.rd).toBe(operands.rd)
        if (row.format !== 'U' && row.format !== 'J') expect(instr.rs1).toBe(operands.rs1)
        if (row.format === 'R' || row.format === 'S' || row.format === 'B') expect(instr.rs2).toBe(operands.rs2)
        expect(encode(row, { rd: instr.rd, rs1: instr.rs1, rs2: instr.rs2, imm: isFixed(row) ? 0 : instr.imm })).toBe(
          word,
        )
      }
      expect(disassemble(instr)).toContain(row.name)
    }
  })

  test('words outside the tables are unknown', () => {
    for (const word of [
      0,
      -1,
      0x00000001,
      0x4000_0033 | (1 << 12),
      0x0200_0013 | (1 << 12) | (xlen === 32 ? 0 : 1 << 31),
      0x2b,
      0x0000_1073 | (1 << 15),
      0x0000_1073 | (1 << 7),
    ]) {
      expect(decoders.openvm(word | 0, 0), (word >>> 0).toString(16)).toBeUndefined()
    }
    expect(decoders.openvm(0x73, 0)).toBeUndefined()
    expect(decoders.openvm(0x0010_0073, 0)).toBeUndefined()
    expect(decoders.openvm(0x0b | (1 << 12) | (2 << 20), 0)).toBeUndefined()
    expect(decoders.openvm(0x0b | (3 << 12) | (3 << 20), 0)).toBeUndefined()
    expect(decoders.linux(0x0b, 0)).toBeUndefined()
  })

  test.skipIf(!objdumpExists())('disassembly equals objdump', () => {
    const random = randomSource(2)
    const rows = allRows(xlen).filter(
      row => row.kind !== 'host' && row.kind !== 'call' && row.format !== 'fence' && row.name !== 'csrrw',
    )
    const words = rows.flatMap(row =>
      Array.from({ length: 20 }, () =>
        encode(row, { rd: random(32), rs1: random(32), rs2: random(32), imm: randomImmediate(row, random) }),
      ),
    )
    const directory = mkdtempSync(join(tmpdir(), 'rvr-test-'))
    try {
      const file = join(directory, 'code.bin')
      writeFileSync(file, Buffer.from(Uint32Array.from(words).buffer))
      const output = execFileSync(
        OBJDUMP,
        ['-D', '-b', 'binary', '-m', `riscv:rv${xlen}`, '-M', 'no-aliases', '--adjust-vma=0x1000000', file],
        { encoding: 'utf8' },
      )
      const expected = output.split('\n').flatMap(line => {
        const match = /^\s*[0-9a-f]+:\t[0-9a-f]+\s+\t([^#<]*)/.exec(line)
        return match === null ? [] : [match[1]!.trim().replace('\t', ' ')]
      })
      expect(expected).toHaveLength(words.length)
      const actual = words.map((word, index) => disassemble(decoders.openvm(word | 0, 0x1000000 + index * 4)!))
      expect(actual).toEqual(expected)
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
