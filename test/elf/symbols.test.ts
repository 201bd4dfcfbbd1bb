/** Symbols and sections: what is kept, which function covers an address, and that damage never throws. */
import { expect, test } from 'vitest'
import { parseElf } from '../../src/elf/parse.ts'
import { readSection } from '../../src/elf/sections.ts'
import { symbolAt } from '../../src/elf/symbols.ts'
import { buildElf } from '../support/elf-builder.ts'

const build = (xlen: 32 | 64) =>
  buildElf({
    xlen,
    entry: 0x1000,
    segments: [{ address: 0x1000, bytes: new Uint8Array(0x100), flags: 5 }],
    symbols: [
      { name: 'last', address: 0x1080 },
      { name: 'main', address: 0x1010, size: 0x20 },
      { name: 'unsized', address: 0x1040 },
      { name: 'alias', address: 0x1010, size: 0x10 },
      { name: 'table', address: 0x1030, size: 8, type: 1 },
      { name: 'label', address: 0x1000, type: 0 },
      { name: '$x', address: 0x1000 },
      { name: '.L12', address: 0x1000 },
      { name: '', address: 0x1004 },
      { name: 'imported', address: 0, section: 0 },
      { name: 'main.c', address: 0, type: 4 },
    ],
  })

test.each([32, 64] as const)('RV%i symbols are sorted and filtered', xlen => {
  const { symbols } = parseElf(build(xlen), 'x')
  expect(symbols).toEqual([
    { name: 'label', address: 0x1000, size: 0, kind: 'other' },
    { name: 'main', address: 0x1010, size: 0x20, kind: 'function' },
    { name: 'alias', address: 0x1010, size: 0x10, kind: 'function' },
    { name: 'table', address: 0x1030, size: 8, kind: 'object' },
    { name: 'unsized', address: 0x1040, size: 0, kind: 'function' },
    { name: 'last', address: 0x1080, size: 0, kind: 'function' },
  ])
})

test.each([
  [0x1000, undefined],
  [0x100c, undefined],
  [0x1010, 'main'],
  [0x102c, 'main+0x1c'],
  [0x1030, undefined],
  [0x1040, 'unsized'],
  [0x107c, 'unsized+0x3c'],
  [0x1080, 'last'],
  [0x10fc, 'last+0x7c'],
  [0x1100, undefined],
  [0x2000_0000, undefined],
])('symbolAt(%i) is %s', (pc, name) => expect(symbolAt(parseElf(build(64), 'x'), pc)).toBe(name))

test('readSection finds a section of an ELF64 file', () => {
  const names = readSection(build(64), '.shstrtab')
  expect(new TextDecoder().decode(names)).toBe('\0.symtab\0.strtab\0.shstrtab\0')
  expect(readSection(build(64), '.rvr')).toBeUndefined()
  expect(readSection(build(32), '.shstrtab')).toBeUndefined()
})

test('damage in the section table means no symbols, never an exception', () => {
  for (const xlen of [32, 64] as const) {
    const good = build(xlen)
    const complete = parseElf(good, 'x').symbols.length
    const contentsEnd = (xlen === 64 ? 64 + 56 : 52 + 32) + 0x100
    for (let length = contentsEnd; length < good.length; length++)
      expect(parseElf(good.slice(0, length), 'x').symbols).toEqual([])
    for (let offset = contentsEnd; offset < good.length; offset++) {
      for (const value of [0, 0x7f, 0xff]) {
        const copy = good.slice()
        copy[offset] = value
        expect(parseElf(copy, 'x').symbols.length).toBeLessThanOrEqual(complete + 2)
        readSection(copy, '.strtab')
      }
    }
  }
})

test('garbage has no sections', () => {
  expect(readSection(new Uint8Array(), '.text')).toBeUndefined()
  expect(readSection(new Uint8Array(64).fill(0xff), '.text')).toBeUndefined()
  for (let length = 0; length < 80; length++) expect(readSection(build(64).slice(0, length), '.symtab')).toBeUndefined()
})

test('symbols are read when somebody wants them, once: a hit of the cache does not', () => {
  const image = parseElf(build(64), 'x')
  expect(Object.getOwnPropertyDescriptor(image, 'symbols')).toHaveProperty('get')
  expect(image.symbols).toBe(image.symbols)
  expect(image.symbols).toHaveLength(6)
})

test('names that overlap take no more memory than the file is worth', () => {
  const count = 20_000
  const file = buildElf({
    xlen: 64,
    entry: 0x1000,
    segments: [{ address: 0x1000, bytes: new Uint8Array(0x100), flags: 5 }],
    symbols: Array.from({ length: count }, (_, index) => ({ name: 'a', address: 0x1000 + (index % 0x100) })),
  })
  expect(parseElf(file, 'x').symbols).toHaveLength(count)
  // One name of 40,000 bytes, and each symbol somewhere in it.
  const table = file.indexOf(0x12, 64 + 56 + 0x100) - 4
  const view = new DataView(file.buffer)
  for (let index = 0; index < count; index++) view.setUint32(table + 24 * index, 1 + index, true)
  file.fill(0x61, table + 24 * count + 1, table + 24 * count + 2 * count)
  expect(parseElf(file, 'x').symbols).toEqual([])
})
