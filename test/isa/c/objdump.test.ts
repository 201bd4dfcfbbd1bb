/** Every half-word, both widths, against the decoder and the names of GNU objdump. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { disassemble } from '../../../src/isa/disassemble.ts'
import { tablesOf } from '../../../src/isa/sets.ts'
import { createDecoder, type Decoder } from '../../../src/isa/table.ts'

const OBJDUMP = 'riscv64-unknown-elf-objdump'
function objdumpExists(): boolean {
  try {
    execFileSync(OBJDUMP, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const halves = Array.from({ length: 0x10000 }, (_, half) => half).filter(half => (half & 3) !== 3)

/** What objdump has for each half-word that lies at twice its index. */
function listing(xlen: 32 | 64): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'rvr-halves-'))
  try {
    const file = join(directory, 'halves.bin')
    writeFileSync(file, Uint16Array.from(halves))
    const options = ['-D', '-b', 'binary', '-m', `riscv:rv${xlen}`, '-M', 'no-aliases', file]
    const text = execFileSync(OBJDUMP, options, { encoding: 'utf8', maxBuffer: 2 ** 26 })
    return text.split('\n').flatMap(line => /^ *[0-9a-f]+:\t[0-9a-f]{4} *\t(.*)/.exec(line)?.[1] ?? [])
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Floating point, and what GNU prints of half-words that are no instruction. */
const NONE = /^(\.2byte|\.insn|c\.unimp|c\.f)/

/** Reserved in the manual, and printed all the same: a step of 0, amounts of RV32 that leave nothing. */
const RESERVED = /^c\.addi16sp\tsp,0$/
const RESERVED_32 = /^c\.(slli|srli|srai)\t.*,0x[23].$/

/** Its text in rvr's words. */
function translated(text: string, xlen: 32 | 64): string {
  if (NONE.test(text) || RESERVED.test(text) || (xlen === 32 && RESERVED_32.test(text))) return ''
  const [name = '', operands = ''] = text.replace(/ *[<#].*$/, '').split('\t')
  // Shifts by 0 have names of their own there; a sum into x0 is a c.nop.
  if (name.endsWith('64')) return `${name.slice(0, -2)} ${operands},0x0`
  if (name === 'c.addi' && operands.startsWith('zero,')) return `c.nop ${operands.slice(5)}`.replace(/ 0$/, '')
  return `${name} ${operands}`.trim()
}

const decoderOf = (xlen: 32 | 64): Decoder =>
  createDecoder(xlen, [
    ...tablesOf(['i', 'm', 'c']),
    { name: 'own', rows: [{ kind: 'nop', name: 'ebreak', format: 'none', mask: -1, match: 0x10_0073 }] },
  ])

test.each([
  [32, 28_823],
  [64, 38_551],
] as const)('RV%i has %i half-words that are instructions, of 2 bytes each', (xlen, count) => {
  const decode = decoderOf(xlen)
  const known = halves.flatMap(half => decode(half | 0xabcd_0000, 0x100) ?? [])
  expect(known.length).toBe(count)
  expect(known.every(({ size, word }) => size === 2 && word <= 0xffff)).toBe(true)
})

describe.skipIf(!objdumpExists())('objdump', () => {
  test.each([32, 64] as const)('RV%i', xlen => {
    const decode = decoderOf(xlen)
    const found = listing(xlen)
    expect(found.length).toBe(halves.length)
    const differences = halves.flatMap((half, index) => {
      const pc = 2 * index
      const instr = decode(half, pc)
      const own = instr === undefined ? '' : disassemble(instr).replace(/ \(.*/, '')
      const wanted = translated(found[index]!, xlen).replace(
        /^(c\.(?:j|jal|beqz|bnez) (?:.*,)?)(?:0x)?([0-9a-f]+)$/,
        '$10x$2',
      )
      return own === wanted ? [] : [`${half.toString(16)}: ${own} | ${wanted} | ${found[index]}`]
    })
    expect(differences.slice(0, 40)).toEqual([])
  })
})
