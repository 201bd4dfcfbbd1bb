/** Guest files and input files that are not what they should be: exit 2, and a sentence that says what is wrong where. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { assembler } from '../support/assembler.ts'
import { buildElf, type ElfSpec } from '../support/elf-builder.ts'
import { cli, expectFailure, fixture, jsonOf, place } from './e2e-support.ts'

const TEXT = 0x200800
const code = assembler(64, TEXT).op('addi', { rd: 'a0' }).op('jal', { imm: 0 }).finish()
const elf = (spec: Partial<ElfSpec> = {}): Uint8Array =>
  buildElf({ xlen: 64, entry: TEXT, segments: [{ address: TEXT, bytes: code, flags: 5 }], ...spec })
/** The same file with some bytes replaced. */
function patched(offset: number, ...bytes: number[]): Uint8Array {
  const file = elf()
  file.set(bytes, offset)
  return file
}
const text = { address: TEXT, bytes: code, flags: 5 }

const cases: readonly (readonly [what: string, file: Uint8Array, says: RegExp])[] = [
  ['an empty file', new Uint8Array(0), /magic/],
  ['text', Buffer.from('#!/bin/sh\necho hello\n'), /e_ident\[0\].* is 0x23, wanted 0x7f/],
  ['a header cut short', elf().subarray(0, 40), /e_phoff|e_shoff|e_flags|truncated/],
  ['program headers cut short', elf().subarray(0, 80), /program header 0/],
  ['contents cut short', elf().subarray(0, -4), /p_offset of program header 0 .*an end inside the file/],
  ['an executable of this host', patched(18, 62, 0), /e_machine is 62, wanted 243 \(EM_RISCV\)/],
  ['an unknown class', patched(4, 3), /EI_CLASS is 3, wanted 1 \(ELFCLASS32\) or 2/],
  ['the other class', patched(4, 1), /is \d+, wanted/],
  ['big endian', patched(5, 2), /EI_DATA is 2, wanted 1 \(little endian\)/],
  ['an object file', patched(16, 1, 0), /e_type is 1 \(ET_REL, an object file\), wanted 2/],
  ['floating point', patched(48, 5), /e_flags is 0x5 \(double-precision/],
  ['an entry outside', elf({ entry: 0x900000 }), /e_entry is 0x900000/],
  ['an entry that is misaligned', elf({ entry: TEXT + 2 }), /e_entry is 0x200802/],
  [
    'overlapping segments',
    elf({ segments: [text, { address: TEXT + 4, bytes: code }] }),
    /p_vaddr of program header 1 is 0x200804, wanted at least 0x200808/,
  ],
  [
    'a segment that is too large',
    elf({ segments: [text, { address: 0x300000, bytes: code, memorySize: 0x4000_0000 }] }),
    /p_vaddr of program header 1 .*ends at 0x40300000/,
  ],
  [
    'a segment beyond memory',
    elf({ segments: [text, { address: 0x4000_0000, bytes: code }] }),
    /p_vaddr of program header 1 is 0x40000000/,
  ],
  ['sizes near 2^64', patched(64 + 40, 255, 255, 255, 255, 255, 255, 255, 255), /program header 0/],
  ['no segment', elf({ segments: [] }), /e_phnum is 0/],
]

test.concurrent.each(cases)('%s', async (_what, file, says) => {
  const at = place()
  const guest = join(at.directory, 'guest.elf')
  writeFileSync(guest, file)
  const result = await cli(at, ['run', guest, '--json'])
  expectFailure(result, 2, guest, says)
  expect(jsonOf(result)).toEqual({
    error: {
      code: 'ELF_INVALID',
      message: expect.stringMatching(says),
      hint: expect.any(String),
      details: expect.objectContaining({ path: guest }),
    },
  })
})

test.concurrent('a file that cannot be read, and a directory', async () => {
  const at = place()
  expectFailure(await cli(at, ['run', join(at.directory, 'none.elf')]), 2, 'none.elf', /ENOENT|no such file/)
  expectFailure(await cli(at, ['compile', at.directory]), 2, at.directory)
  expectFailure(await cli(at, ['inspect', at.directory]), 2, at.directory)
})

test.concurrent.each([
  ['{"input": ["0x01', /input\.json: .*(JSON|Unterminated)/],
  ['[]', /input\.json: there is no array "input"/],
  ['{"input": [5]}', /input\.json: input\[0\] is no string/],
  ['{"input": ["u32:4294967296"]}', /u32:4294967296/],
  ['{"input": ["0x02ffffffff"]}', /word 0 is 4294967295/],
])('input file %s', async (content, says) => {
  const at = place()
  const file = join(at.directory, 'input.json')
  writeFileSync(file, content)
  const result = await cli(at, ['run', fixture('fibonacci'), '--input-file', file, '--json'])
  expectFailure(result, 2, says)
  expect(jsonOf(result)).toMatchObject({ error: { code: 'INPUT_INVALID' } })
})

test.concurrent.each([
  [['run', fixture('fibonacci'), '--input', 'float:1.5'], 'float:1.5'],
  [['run', fixture('fibonacci'), '--input', 'hex:123'], 'hex:123'],
  [['run', fixture('fibonacci'), '--input', 'file:/no/such/file'], '/no/such/file'],
  [['run', fixture('fibonacci'), '--mode', 'turbo'], 'turbo'],
  [['run', fixture('fibonacci'), '--turbo'], '--turbo'],
  [['turbo'], 'turbo'],
])('%j', async (args, says) => {
  const result = await cli(place(), [...args, '--json'])
  expectFailure(result, 2, says)
  expect(jsonOf(result)).toMatchObject({ error: { message: expect.stringContaining(says) } })
})
