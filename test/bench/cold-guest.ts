/** A guest of 1 MB of code that says when it begins: its first instructions print one letter, the rest is what the large guest of the benchmark is. */
import { parseElf } from '../../src/elf/parse.ts'
import { randomGuest } from '../differential/generator.ts'
import { assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'

/** Behind everything that the generated program uses. */
const START = 0x1000_0000
const WRITE = 64
const STANDARD_ERROR = 2
export const COLD_LETTER = '!'

export function coldGuest(): Uint8Array {
  const { elf } = randomGuest(64, 9, 2500)
  const { entry, segments } = parseElf(elf, 'large.elf')
  const code = assembler(64, START)
  const letter = START + 0x800
  code
    .li('a0', STANDARD_ERROR)
    .li('a1', letter)
    .li('a2', 1)
    .li('a7', WRITE)
    .op('ecall')
    .li('t0', entry)
    .op('jalr', { rs1: 't0' })
  const text = new Uint8Array(0x804)
  text.set(code.finish())
  text[letter - START] = COLD_LETTER.charCodeAt(0)
  return buildElf({
    xlen: 64,
    entry: START,
    segments: [
      ...segments.map(({ address, bytes, executable, memorySize }) => ({
        address,
        bytes,
        memorySize,
        flags: executable ? 5 : 6,
      })),
      { address: START, bytes: text, flags: 5 },
    ],
  })
}
