/** ELF acceptance: what a good file yields, and that every defect is an ELF_INVALID naming its field. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { MEMORY_BYTES, type Xlen } from '../../src/elf/image.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { RvrError } from '../../src/errors.ts'
import { buildElf, type ElfSpec } from '../support/elf-builder.ts'

const code = Uint8Array.of(0x0b, 0, 0, 0, 0x13, 0, 0, 0)
const spec = (xlen: Xlen, more: Partial<ElfSpec> = {}): ElfSpec => ({
  xlen,
  entry: 0x200800,
  segments: [
    { address: 0x300000, bytes: Uint8Array.of(1, 2, 3), flags: 6, memorySize: 16 },
    { address: 0x200800, bytes: code, flags: 5 },
  ],
  ...more,
})

/** The error of parsing, which must be ELF_INVALID with its four details and a hint. */
function rejected(bytes: Uint8Array): RvrError {
  let thrown: unknown
  try {
    parseElf(bytes, 'dir/guest.elf')
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(RvrError)
  const error = thrown as RvrError
  expect(error.code).toBe('ELF_INVALID')
  expect(Object.keys(error.details).toSorted()).toEqual(['field', 'found', 'path', 'wanted'])
  for (const value of Object.values(error.details)) expect(error.message).toContain(String(value))
  expect(error.hint).toBeTruthy()
  return error
}

/** A copy of `bytes` with a little-endian field changed. */
function patched(bytes: Uint8Array, offset: number, size: 1 | 2 | 4 | 8, value: number): Uint8Array {
  const copy = bytes.slice()
  const view = new DataView(copy.buffer)
  if (size === 1) view.setUint8(offset, value)
  else if (size === 2) view.setUint16(offset, value, true)
  else if (size === 4) view.setUint32(offset, value, true)
  else view.setBigUint64(offset, BigInt(value), true)
  return copy
}

describe.each([32, 64] as const)('RV%i', xlen => {
  const wide = xlen === 64
  const good = buildElf(spec(xlen))
  const word = wide ? 8 : 4
  const ph = wide ? 64 : 52
  const phSize = wide ? 56 : 32
  const at = (index: number, field: 'type' | 'offset' | 'vaddr' | 'filesz' | 'memsz'): number =>
    ph +
    index * phSize +
    (wide
      ? { type: 0, offset: 8, vaddr: 16, filesz: 32, memsz: 40 }
      : { type: 0, offset: 4, vaddr: 8, filesz: 16, memsz: 20 }
    )[field]

  test('a good file becomes an image', () => {
    const image = parseElf(good, 'guest.elf')
    expect(image).toMatchObject({
      xlen,
      entry: 0x200800,
      end: 0x300010,
      symbols: [],
      digest: createHash('sha256').update(good).digest('hex'),
    })
    expect(
      image.segments.map(({ address, memorySize, readable, writable, executable }) => ({
        address,
        memorySize,
        readable,
        writable,
        executable,
      })),
    ).toEqual([
      { address: 0x200800, memorySize: 8, readable: true, writable: false, executable: true },
      { address: 0x300000, memorySize: 16, readable: true, writable: true, executable: false },
    ])
    expect(image.segments[0]!.bytes).toEqual(code)
    expect(image.segments[0]!.bytes.buffer).toBe(good.buffer)
  })

  test('every prefix is ELF_INVALID and says that the file is cut off', () => {
    for (let length = 0; length < good.length; length++) {
      const error = rejected(good.slice(0, length))
      if (length >= 4) expect(error.hint).toContain('truncated')
    }
  })

  const tail = wide ? 48 : 36
  const fields: [name: string, bytes: Uint8Array, field: string][] = [
    ['magic', patched(good, 1, 1, 0x46), 'magic'],
    ['class', patched(good, 4, 1, 3), 'EI_CLASS'],
    ['endianness', patched(good, 5, 1, 2), 'EI_DATA'],
    ['identification version', patched(good, 6, 1, 0), 'EI_VERSION'],
    ['type', patched(good, 16, 2, 3), 'e_type'],
    ['machine', patched(good, 18, 2, 62), 'e_machine'],
    ['version', patched(good, 20, 4, 2), 'e_version'],
    ['entry misaligned', patched(good, 24, wide ? 8 : 4, 0x200802), 'e_entry'],
    ['entry outside memory', patched(good, 24, wide ? 8 : 4, MEMORY_BYTES), 'e_entry'],
    ['entry in no segment', patched(good, 24, wide ? 8 : 4, 0x200808), 'e_entry'],
    ['entry in a data segment', patched(good, 24, wide ? 8 : 4, 0x300000), 'e_entry'],
    ['program headers outside', patched(good, wide ? 32 : 28, word, 0x7fff_ffff), 'e_phoff'],
    ['single float', patched(good, tail, 4, 2), 'e_flags'],
    ['double float', patched(good, tail, 4, 4), 'e_flags'],
    ['quad float', patched(good, tail, 4, 6), 'e_flags'],
    ['RVE', patched(good, tail, 4, 8), 'e_flags'],
    ['header size', patched(good, tail + 4, 2, 40), 'e_ehsize'],
    ['program header size', patched(good, tail + 6, 2, 40), 'e_phentsize'],
    ['no program header', patched(good, tail + 8, 2, 0), 'e_phnum'],
    ['257 program headers', patched(good, tail + 8, 2, 257), 'e_phnum'],
    ['no PT_LOAD', patched(patched(good, at(0, 'type'), 4, 4), at(1, 'type'), 4, 4), 'p_type'],
    ['file size beyond memory size', patched(good, at(0, 'filesz'), word, 17), 'p_filesz of program header 0'],
    ['segment beyond the file', patched(good, at(1, 'offset'), word, good.length - 7), 'p_offset of program header 1'],
    ['segment beyond memory', patched(good, at(0, 'vaddr'), word, MEMORY_BYTES - 15), 'p_vaddr of program header 0'],
    ['overlap', patched(good, at(0, 'vaddr'), word, 0x200807), 'p_vaddr of program header 0'],
  ]
  test.each(fields)('%s', (_name, bytes, field) => expect(rejected(bytes).details['field']).toContain(field))

  test('limits themselves are accepted', () => {
    expect(parseElf(patched(good, at(0, 'vaddr'), word, MEMORY_BYTES - 16), 'x').end).toBe(MEMORY_BYTES)
    expect(parseElf(patched(good, at(0, 'vaddr'), word, 0x200808), 'x').segments).toHaveLength(2)
    expect(
      parseElf(patched(patched(good, at(0, 'filesz'), word, 11), at(0, 'memsz'), word, 11), 'x').segments[1]!.bytes,
    ).toHaveLength(11)
    expect(parseElf(patched(good, 24, word, 0x200804), 'x').entry).toBe(0x200804)
  })

  test('no single changed byte makes anything but an image or ELF_INVALID', () => {
    for (let offset = 0; offset < ph + 2 * phSize; offset++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        try {
          expect(parseElf(patched(good, offset, 1, value), 'x').xlen).toBeDefined()
        } catch (error) {
          expect(error).toMatchObject({ code: 'ELF_INVALID' })
        }
      }
    }
  })
})

test('RV64 addresses near 2^64 do not wrap into memory', () => {
  const good = buildElf(spec(64))
  const copy = good.slice()
  new DataView(copy.buffer).setBigUint64(64 + 16, 2n ** 64n - 8n, true)
  expect(rejected(copy).details['field']).toBe('p_vaddr of program header 0')
})
