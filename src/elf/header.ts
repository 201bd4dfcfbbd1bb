/** The ELF file header: identification and what rvr needs to find the program headers. */
import { hexText } from '../hex.ts'
import type { Xlen } from './image.ts'
import type { FieldReader } from './reader.ts'
import { featuresOf, kindOf, RVC } from './file-kind.ts'
import { rejection, type Rejection } from './reject.ts'

export interface FileHeader {
  readonly xlen: Xlen
  readonly entry: bigint
  /** The flags say that there are compressed instructions. */
  readonly isCompressed: boolean
  /** File offset of the program headers. */
  readonly programHeaders: bigint
  readonly programHeaderCount: number
}

const ET_EXEC = 2
const EM_RISCV = 243
export const MAX_PROGRAM_HEADERS = 256
const MAGIC = ['0x7f', '0x45', '0x4c', '0x46'] as const
const TYPES: Readonly<Record<number, string>> = {
  0: ' (ET_NONE)',
  1: ' (ET_REL, an object file)',
  3: ' (ET_DYN, position-independent)',
  4: ' (ET_CORE)',
}

type Refuse = (reason: Rejection) => never

/** Refuses instruction sets and calling conventions that the guest was compiled for and rvr does not execute. */
function checkFlags(flags: number, refuse: Refuse): void {
  const unsupported = featuresOf(flags & ~RVC)
  if (unsupported.length === 0) return
  refuse({
    field: 'e_flags',
    found: `${hexText(flags)} (${unsupported.join(', ')})`,
    wanted: 'none of the bits 0xe',
    hint:
      'Compile and link everything, libraries too, for -march=rv64im -mabi=lp64 or -march=rv32im -mabi=ilp32: ' +
      'rvr has no F, D and E extension.',
  })
}

/** Checks every field that decides acceptance, in file order (docs/guest-abi.md, "The file"). */
export function readFileHeader(reader: FieldReader): FileHeader {
  const { path, bytes } = reader
  // What the file is comes first: a field of something else says little.
  const refuse: Refuse = reason => {
    throw rejection(path, { ...kindOf(bytes), ...reason })
  }
  const expect = (field: string, found: number, [wanted, name]: readonly [number, string], note = ''): void => {
    if (found !== wanted) refuse({ field, found: `${found}${note}`, wanted: `${wanted} (${name})` })
  }
  const magic = (index: number): string => `e_ident[${index}] (magic)`
  if (bytes.length === 0) refuse({ field: magic(0), found: 'missing', wanted: `${MAGIC[0]}: the file is empty` })
  for (const [index, wanted] of MAGIC.entries()) {
    const found = hexText(reader.u8(magic(index), index))
    if (found !== wanted) refuse({ field: magic(index), found, wanted: `${wanted}: the file is no ELF file` })
  }
  const elfClass = reader.u8('EI_CLASS', 4)
  if (elfClass !== 1 && elfClass !== 2) {
    refuse({ field: 'EI_CLASS', found: elfClass, wanted: '1 (ELFCLASS32) or 2 (ELFCLASS64)' })
  }
  const xlen = elfClass === 2 ? 64 : 32
  const wide = xlen === 64
  expect('EI_DATA', reader.u8('EI_DATA', 5), [1, 'little endian'])
  expect('EI_VERSION', reader.u8('EI_VERSION', 6), [1, 'EV_CURRENT'])
  const type = reader.u16('e_type', 16)
  expect('e_machine', reader.u16('e_machine', 18), [EM_RISCV, 'EM_RISCV'])
  expect('e_type', type, [ET_EXEC, 'ET_EXEC'], TYPES[type])
  expect('e_version', reader.u32('e_version', 20), [1, 'EV_CURRENT'])
  const entry = reader.word('e_entry', 24, xlen)
  const programHeaders = reader.word('e_phoff', wide ? 32 : 28, xlen)
  const behind = wide ? 48 : 36
  reader.word('e_shoff', wide ? 40 : 32, xlen)
  const flags = reader.u32('e_flags', behind)
  checkFlags(flags, refuse)
  expect('e_ehsize', reader.u16('e_ehsize', behind + 4), [wide ? 64 : 52, `header of ELFCLASS${xlen}`])
  const entrySize = reader.u16('e_phentsize', behind + 6)
  const programHeaderCount = reader.u16('e_phnum', behind + 8)
  if (programHeaderCount === 0)
    throw rejection(path, {
      field: 'e_phnum',
      found: 0,
      wanted: `1 to ${MAX_PROGRAM_HEADERS}: a PT_LOAD segment is needed`,
    })
  if (programHeaderCount > MAX_PROGRAM_HEADERS)
    throw rejection(path, { field: 'e_phnum', found: programHeaderCount, wanted: `at most ${MAX_PROGRAM_HEADERS}` })
  expect('e_phentsize', entrySize, [wide ? 56 : 32, `program header of ELFCLASS${xlen}`])
  reader.u16('e_shentsize', behind + 10)
  reader.u16('e_shnum', behind + 12)
  reader.u16('e_shstrndx', behind + 14)
  return { xlen, entry, isCompressed: (flags & RVC) !== 0, programHeaders, programHeaderCount }
}
