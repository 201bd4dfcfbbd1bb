/** Guests that do not fit their ABI are said to be what they look like; the others run without a word. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { doubtsAbout } from '../../src/elf/doubts.ts'
import type { Image } from '../../src/elf/image.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'

const TEXT = 0x200802
/** Code at an odd place: slots are those of addresses, not of the file. */
const guest = (write: (a: Assembler) => unknown, architecture?: string): Image => {
  const a = assembler(64, TEXT + 2)
  write(a)
  const bytes = Uint8Array.of(0, 0, ...a.finish())
  return {
    ...parseElf(
      buildElf({
        xlen: 64,
        entry: TEXT + 2,
        segments: [
          { address: TEXT, bytes, flags: 5 },
          { address: 0x300000, bytes: Uint8Array.of(0x73, 0, 0, 0, 0x0b, 0, 0, 0), flags: 6 },
        ],
      }),
      'g.elf',
    ),
    architecture,
  }
}

test('a Linux program without --abi linux, and the other way round', () => {
  const linux = guest(a => a.op('addi').op('ecall'))
  const openvm = guest(a => a.op('addi').op('terminate', { imm: 3 }))
  const both = guest(a => a.op('ecall').op('terminate'))
  const none = guest(a => a.op('addi'))
  expect(doubtsAbout(linux, 'g.elf', { abi: 'openvm', missing: [] })).toEqual([
    expect.stringMatching(/^g\.elf makes system calls .* run it with --abi linux$/),
  ])
  expect(doubtsAbout(openvm, 'g.elf', { abi: 'linux', missing: [] })).toEqual([
    expect.stringMatching(/leave --abi linux out$/),
  ])
  for (const [image, abi] of [
    [linux, 'linux'],
    [openvm, 'openvm'],
    [both, 'linux'],
    [both, 'openvm'],
    [none, 'linux'],
    [none, 'openvm'],
  ] as const)
    expect(doubtsAbout(image, 'g.elf', { abi, missing: [] })).toEqual([])
  // The bytes of an ecall, but in the middle of two words.
  expect(
    doubtsAbout(
      guest(a => a.word(0x0073_0000).word(0)),
      'g.elf',
      { abi: 'openvm', missing: [] },
    ),
  ).toEqual([])
})

test('instruction sets that the guest has not, by name', () => {
  const image = guest(a => a.op('terminate'), 'rv64i2p1_m2p0_a2p1_f2p2')
  expect(doubtsAbout(image, 'g.elf', { abi: 'openvm', missing: ['a', 'f'] })).toEqual([
    expect.stringMatching(/compiled for rv64i2p1.* has no a, f here: the first instruction of these/),
  ])
})

test('the shipped guests raise none', () => {
  for (const [name, abi] of [
    ['fibonacci.rv64', 'openvm'],
    ['kitchen-sink.rv32', 'openvm'],
    ['printf.rv64', 'linux'],
    ['bench-sort.gcc.rv32', 'linux'],
    ['crc32.rv64', 'openvm'],
  ] as const) {
    expect(
      doubtsAbout(
        parseElf(readFileSync(new URL(`../../cache-fixtures/guests/elf/${name}.elf`, import.meta.url)), name),
        name,
        { abi, missing: [] },
      ),
    ).toEqual([])
  }
})
