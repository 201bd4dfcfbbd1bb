/** What a file is, in words: for errors about files that are no guests. */
import { architectureOf } from './attributes.ts'
import { signatureOf } from './signatures.ts'
import { readSection } from './sections.ts'

export interface FileKind {
  /** With its article: `an x86-64 program`. */
  readonly what: string
  /** What to do about it, where the usual advice does not fit. */
  readonly hint?: string
}

const EM_RISCV = 243
const MACHINES: Readonly<Record<number, string>> = {
  2: 'SPARC',
  3: 'x86',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC64',
  22: 's390',
  40: 'Arm',
  42: 'SuperH',
  43: 'SPARC V9',
  62: 'x86-64',
  183: 'AArch64',
  247: 'eBPF',
  243: 'RISC-V',
  258: 'LoongArch',
}
const ET_REL = 1
const ET_EXEC = 2
const ET_DYN = 3
const ET_CORE = 4
const PT_INTERP = 3
/** Program headers that are looked at, and bytes of a loader's path. */
const MOST_HEADERS = 256
const MOST_PATH_BYTES = 100
const FLOATS = ['single', 'double', 'quad']

const LINK = 'Link it into an executable.'
const LINK_STATICALLY =
  'Link it statically: -static -no-pie (C), -C relocation-model=static -C target-feature=+crt-static (Rust).'
const THEN_LINUX = 'A program that makes Linux system calls then runs with --abi linux.'

/** EF_RISCV_RVC of e_flags: compressed instructions. */
export const RVC = 1

/** What the flags of a RISC-V file (e_flags) say that it needs beside I and M. */
export function featuresOf(flags: number): string[] {
  return [
    ...((flags & RVC) !== 0 ? ['compressed instructions'] : []),
    ...((flags & 6) !== 0 ? [`${FLOATS[(flags & 6) / 2 - 1]!}-precision floating point`] : []),
    ...((flags & 8) !== 0 ? ['the small register file (RVE)'] : []),
  ]
}

/** The header fields that say what an ELF file is. */
interface Fields {
  readonly type: number
  readonly machine: number
  readonly flags: number
  readonly isBig: boolean
  /** The loader that PT_INTERP names. */
  readonly loader: string | undefined
}

/** Reads the header in its own byte order; undefined where the file ends in it. */
function fieldsOf(file: Uint8Array): Fields | undefined {
  const isWide = file[4] === 2
  const little = file[5] !== 2
  if (file.length < (isWide ? 64 : 52)) return undefined
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const offset = (at: number): number => (isWide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little))
  const start = offset(isWide ? 32 : 28)
  const size = isWide ? 56 : 32
  const count = Math.min(view.getUint16(isWide ? 56 : 44, little), MOST_HEADERS)
  let loader: string | undefined
  for (let at = start; at < start + count * size && at + size <= file.length; at += size) {
    if (view.getUint32(at, little) !== PT_INTERP) continue
    const from = offset(at + (isWide ? 8 : 4))
    const path = file.subarray(from, from + MOST_PATH_BYTES)
    const text = new TextDecoder('latin1').decode(path.subarray(0, Math.max(path.indexOf(0), 0)))
    loader = text.replace(/[^ -~]/g, '?')
  }
  return {
    type: view.getUint16(16, little),
    machine: view.getUint16(18, little),
    isBig: !little,
    loader,
    flags: view.getUint32(isWide ? 48 : 36, little),
  }
}

const withArticle = (text: string): string => `${/^([aeiox]|s390)/i.test(text) ? 'an' : 'a'} ${text}`

/** A RISC-V program. */
function guestKind(file: Uint8Array, { type, flags, loader }: Fields, name: string): FileKind {
  const features = featuresOf(flags)
  const needs = features.length === 0 ? '' : ` with ${features.join(' and ')}`
  if (loader !== undefined) {
    const what = `a dynamically linked ${name} program${needs} (for the loader ${loader})`
    return { what, hint: `${LINK_STATICALLY} ${THEN_LINUX}` }
  }
  if (type === ET_DYN) {
    return { what: `a position-independent ${name} program or shared library${needs}`, hint: LINK_STATICALLY }
  }
  const architecture = architectureOf(file)
  const compiledFor = architecture === undefined ? '' : `, compiled for ${architecture}`
  return { what: `a ${name} ${type === ET_EXEC ? 'program' : 'ELF file'}${needs}${compiledFor}` }
}

function elfKind(file: Uint8Array): FileKind {
  const fields = fieldsOf(file)
  if (fields === undefined) {
    return { what: 'an ELF file that is cut off', hint: 'The file is truncated; copy or build it again.' }
  }
  const { type, machine, isBig, loader } = fields
  if (type === ET_DYN && readSection(file, '.rvr.identity') !== undefined) {
    const hint = 'Give the guest that it was compiled from; rvr finds the library by itself.'
    return { what: 'a library that rvr compiled', hint }
  }
  const name = `${isBig ? 'big-endian ' : ''}${MACHINES[machine] ?? `ELF (machine ${machine})`}`
  if (type === ET_REL)
    return { what: withArticle(`${name} object file`), hint: machine === EM_RISCV ? LINK : undefined }
  if (type === ET_CORE) return { what: withArticle(`${name} core dump`) }
  if (machine === EM_RISCV) return guestKind(file, fields, name)
  return { what: withArticle(`${name} ${type === ET_DYN && loader === undefined ? 'shared library' : 'program'}`) }
}

/** Looks at the first bytes, and at the headers of ELF files. Never throws. */
export function kindOf(file: Uint8Array): FileKind {
  const isElf = file[0] === 0x7f && file[1] === 0x45 && file[2] === 0x4c && file[3] === 0x46
  return isElf ? elfKind(file) : signatureOf(file)
}
