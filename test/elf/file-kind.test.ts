/** Errors about files that are no guests say first what they are. */
import { expect, test } from 'vitest'
import { MAGIC } from '../../src/archive/beginning.ts'
import { architectureOf, extensionsOf } from '../../src/elf/attributes.ts'
import { kindOf } from '../../src/elf/file-kind.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { RvrError } from '../../src/errors.ts'
import { buildElf } from '../support/elf-builder.ts'

const TEXT = 0x200800
const guest = (bits: number): Uint8Array =>
  buildElf({
    xlen: bits === 32 ? 32 : 64,
    entry: TEXT,
    segments: [{ address: TEXT, bytes: Uint8Array.of(0x0b, 0, 0, 0), flags: 5 }],
  })

/** The file with header fields changed: e_type, e_machine, e_flags. */
function elf(bits: 32 | 64, { type = 2, machine = 243, flags = 0, isBig = false }): Uint8Array {
  const file = guest(bits)
  const view = new DataView(file.buffer)
  if (isBig) file[5] = 2
  view.setUint16(16, type, !isBig)
  view.setUint16(18, machine, !isBig)
  view.setUint32(bits === 64 ? 48 : 36, flags, !isBig)
  return file
}

/** The same with its program header made a PT_INTERP, which names a loader. */
function dynamic(bits: 32 | 64, more: Parameters<typeof elf>[1] = {}): Uint8Array {
  const file = elf(bits, more)
  const loader = Buffer.from('/lib/ld-linux-riscv64-lp64d.so.1\0')
  const result = new Uint8Array(file.length + loader.length)
  result.set(file)
  result.set(loader, file.length)
  const view = new DataView(result.buffer)
  view.setUint32(bits === 64 ? 64 : 52, 3, true)
  if (bits === 64) view.setBigUint64(64 + 8, BigInt(file.length), true)
  else view.setUint32(52 + 4, file.length, true)
  return result
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content)
const files: [what: string, file: Uint8Array, hint?: RegExp][] = [
  ['an x86-64 program', elf(64, { machine: 62 }), /RV32IM or RV64IM/],
  ['an x86-64 shared library', elf(64, { machine: 62, type: 3 })],
  ['an AArch64 program', elf(64, { machine: 183 })],
  ['an AArch64 program', dynamic(64, { machine: 183, type: 3 })],
  ['an Arm object file', elf(32, { machine: 40, type: 1 })],
  ['an x86-64 core dump', elf(64, { machine: 62, type: 4 })],
  ['a big-endian MIPS program', elf(32, { machine: 8, isBig: true })],
  ['a big-endian RISC-V program', elf(64, { isBig: true })],
  ['an ELF (machine 999) program', elf(64, { machine: 999 })],
  ['a RISC-V object file', elf(64, { type: 1 }), /Link it/],
  ['a position-independent RISC-V program or shared library', elf(32, { type: 3 }), /-no-pie/],
  [
    'a position-independent RISC-V program or shared library with compressed instructions',
    elf(64, { type: 3, flags: 1 }),
  ],
  ['a dynamically linked RISC-V program (for the loader /lib/ld-linux-riscv64-lp64d.so.1)', dynamic(64), /--abi linux/],
  [
    'a dynamically linked RISC-V program (for the loader /lib/ld-linux-riscv64-lp64d.so.1)',
    dynamic(32, { type: 3 }),
    /-static/,
  ],
  [
    'a RISC-V program with compressed instructions and double-precision floating point',
    elf(64, { flags: 5 }),
    /-march=rv64im -mabi=lp64/,
  ],
  ['a RISC-V program with single-precision floating point', elf(32, { flags: 2 })],
  ['a RISC-V program with the small register file (RVE)', elf(32, { flags: 8 })],
  ['an empty file', new Uint8Array()],
  ['a text file', text('int main() {}\n')],
  ['a script', text('#!/bin/sh\n')],
  ['a static library (ar archive)', text('!<arch>\nx')],
  ['a WebAssembly module', Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)],
  ['a Mach-O file (macOS)', Uint8Array.of(0xcf, 0xfa, 0xed, 0xfe, 7)],
  ['a Windows program', text('MZ\0\0')],
  ['a gzip archive', Uint8Array.of(0x1f, 0x8b, 8), /Unpack/],
  ['a zip archive', text('PK\u0003\u0004')],
  ['no ELF file', Uint8Array.of(1, 2, 3, 4)],
  ['an archive of rvr', text(MAGIC), /--resume/],
]

test.each(files)('%s', (what, file, hint = /./) => {
  let error: unknown
  try {
    parseElf(file, 'dir/x')
  } catch (thrown) {
    error = thrown
  }
  if (!(error instanceof RvrError)) throw new Error('accepted')
  expect(error.code).toBe('ELF_INVALID')
  expect(error.message.startsWith(`dir/x is ${what}: `), error.message).toBe(true)
  expect(error.hint).toMatch(hint)
})

test('no first bytes of any file make it throw', () => {
  for (const file of [dynamic(64), dynamic(32), elf(64, { machine: 62, type: 3 }), elf(32, { isBig: true })])
    for (let length = 0; length < file.length; length++) expect(kindOf(file.subarray(0, length)).what).toBeTruthy()
})

/** A file that consists of its header and one section. */
function withSection(header: Uint8Array, section: string, body: Uint8Array): Uint8Array {
  const names = text(`\0.shstrtab\0${section}\0`)
  const file = new Uint8Array(64 + names.length + body.length + 3 * 64)
  const view = new DataView(file.buffer)
  file.set(header.subarray(0, 64))
  file.set(names, 64)
  file.set(body, 64 + names.length)
  const table = 64 + names.length + body.length
  view.setBigUint64(40, BigInt(table), true)
  for (const [at, value] of [
    [58, 64],
    [60, 3],
    [62, 1],
  ] as const)
    view.setUint16(at, value, true)
  for (const [index, name, offset, size] of [
    [1, 1, 64, names.length],
    [2, 11, 64 + names.length, body.length],
  ] as const) {
    view.setUint32(table + 64 * index, name, true)
    view.setUint32(table + 64 * index + 4, 1, true)
    view.setBigUint64(table + 64 * index + 24, BigInt(offset), true)
    view.setBigUint64(table + 64 * index + 32, BigInt(size), true)
  }
  return file
}

const withAttributes = (...attributes: number[]): Uint8Array =>
  withSection(
    guest(64),
    '.riscv.attributes',
    Uint8Array.of(
      0x41,
      attributes.length + 15,
      0,
      0,
      0,
      ...text('riscv\0'),
      1,
      attributes.length + 5,
      0,
      0,
      0,
      ...attributes,
    ),
  )

test('what rvr compiled is recognised', () => {
  expect(kindOf(withSection(elf(64, { machine: 62, type: 3 }), '.rvr.identity', text('{}\0')))).toEqual({
    what: 'a library that rvr compiled',
    hint: expect.stringContaining('guest'),
  })
})

test('the architecture comes from .riscv.attributes, behind other attributes; damage reads as nothing', () => {
  const arch = [5, ...text('rv64i2p1_m2p0_zmmul1p0\0')]
  expect(architectureOf(withAttributes(...arch))).toBe('rv64i2p1_m2p0_zmmul1p0')
  expect(architectureOf(withAttributes(4, 0x90, 1, 7, ...text('x\0'), ...arch))).toBe('rv64i2p1_m2p0_zmmul1p0')
  for (const damaged of [
    [],
    [5],
    [4],
    [4, 0x80, 0x80, 0x80, 0x80, 0x80],
    [5, ...text('mips\0')],
    [5, ...text('rv64i\n\u001b[0m\0')],
  ])
    expect(architectureOf(withAttributes(...damaged))).toBeUndefined()
  const file = withAttributes(...arch)
  for (let at = 0; at < file.length; at++) for (const value of [0, 0x7f, 0xff]) architectureOf(file.with(at, value))
  expect(architectureOf(guest(64))).toBeUndefined()
})

test('extensions of an architecture', () => {
  expect(extensionsOf('rv64i2p1_m2p0_a2p1_f2p2_d2p2_c2p0_zicsr2p0_zba1p0')).toEqual([
    'i',
    'm',
    'a',
    'f',
    'd',
    'c',
    'zicsr',
    'zba',
  ])
  expect(extensionsOf('rv32imac')).toEqual(['i', 'm', 'a', 'c'])
  expect(extensionsOf('rv32im_zve32f')).toEqual(['i', 'm', 'zve32f'])
})
