/** What a file is, in words: for errors about files that are no guests. */
import { architectureOf } from './attributes.ts'
import { readSection } from './sections.ts'

export interface FileKind {
  /** With its article: `an x86-64 program`. */
  readonly what: string
  /** What to do about it, where the usual advice does not fit. */
  readonly hint?: string
}

const EM_RISCV = 243
const MACHINES: Readonly<Record<number, string>> = {
  2: 'SPARC', 3: 'x86', 8: 'MIPS', 20: 'PowerPC', 21: 'PowerPC64', 22: 's390', 40: 'Arm', 42: 'SuperH', 43: 'SPARC V9', 62: 'x86-64', 183: 'AArch64', 247: 'eBPF', 243: 'RISC-V', 258: 'LoongArch',
}
const ET_REL = 1, ET_EXEC = 2, ET_DYN = 3, ET_CORE = 4
const PT_INTERP = 3
/** Program headers that are looked at. */
const MOST_HEADERS = 256
const STATIC = 'Link it statically: -static -no-pie (C), -C relocation-model=static -C target-feature=+crt-static (Rust).'

const FLOATS = ['single', 'double', 'quad']

/** What the flags of a RISC-V file (e_flags) say that it needs beyond rvr's instruction set. */
export function featuresOf(flags: number): string[] {
  return [
    ...((flags & 1) !== 0 ? ['compressed instructions'] : []),
    ...((flags & 6) !== 0 ? [`${FLOATS[(flags & 6) / 2 - 1]!}-precision floating point`] : []),
    ...((flags & 8) !== 0 ? ['the small register file (RVE)'] : []),
  ]
}

/** Files by their first bytes. */
const SIGNATURES: readonly { readonly bytes: readonly number[] | string; readonly kind: FileKind }[] = [
  { bytes: 'rvr-saved-run\n', kind: { what: 'a saved run of rvr', hint: 'Give the guest, and the saved run with --resume.' } },
  { bytes: 'rvr artifact\n', kind: { what: 'an exported cache entry of rvr', hint: 'Give the guest; rvr cache import takes the export.' } },
  { bytes: '!<arch>\n', kind: { what: 'a static library (ar archive)', hint: 'Link it into an executable.' } },
  { bytes: '!<thin>\n', kind: { what: 'a static library (thin ar archive)', hint: 'Link it into an executable.' } },
  { bytes: '\0asm', kind: { what: 'a WebAssembly module' } },
  { bytes: 'BC\u00c0\u00de', kind: { what: 'LLVM bitcode', hint: 'Compile and link it.' } },
  { bytes: [0xcf, 0xfa, 0xed, 0xfe], kind: { what: 'a Mach-O file (macOS)' } },
  { bytes: [0xce, 0xfa, 0xed, 0xfe], kind: { what: 'a Mach-O file (macOS)' } },
  { bytes: [0xca, 0xfe, 0xba, 0xbe], kind: { what: 'a Mach-O file for several processors, or a Java class' } },
  { bytes: 'MZ', kind: { what: 'a Windows program' } },
  { bytes: [0x1f, 0x8b], kind: { what: 'a gzip archive', hint: 'Unpack it first.' } },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], kind: { what: 'an xz archive', hint: 'Unpack it first.' } },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], kind: { what: 'a zstd archive', hint: 'Unpack it first.' } },
  { bytes: 'BZh', kind: { what: 'a bzip2 archive', hint: 'Unpack it first.' } },
  { bytes: 'PK\u0003\u0004', kind: { what: 'a zip archive', hint: 'Unpack it first.' } },
  { bytes: '#!', kind: { what: 'a script', hint: 'Give the program that it starts.' } },
]

const startsWith = (file: Uint8Array, bytes: readonly number[] | string): boolean =>
  (typeof bytes === 'string' ? [...bytes].map(character => character.charCodeAt(0)) : bytes).every((byte, index) => file[index] === byte)

/** Text has no control characters but those that move the cursor. */
const isText = (file: Uint8Array): boolean => file.subarray(0, 512).every(byte => byte >= 32 ? byte !== 127 : byte === 9 || byte === 10 || byte === 13)

const withArticle = (text: string): string => `${/^([aeiox]|s390)/i.test(text) ? 'an' : 'a'} ${text}`

/** The header fields that say what an ELF file is, in its own byte order; the file may end anywhere. */
function elfFields(file: Uint8Array): { type: number; machine: number; flags: number; isBig: boolean; interpreter: string | undefined } | undefined {
  if (file.length < 52) return undefined
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const isWide = file[4] === 2, little = file[5] !== 2
  const offset = (at: number): number => (at + 8 > file.length ? NaN : isWide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little))
  const start = offset(isWide ? 32 : 28), size = isWide ? 56 : 32, tail = isWide ? 56 : 44, flags = tail - 8
  const count = tail + 2 > file.length ? 0 : Math.min(view.getUint16(tail, little), MOST_HEADERS)
  let interpreter: string | undefined
  for (let index = 0; index < count; index++) {
    const at = start + index * size
    if (!(at + size <= file.length) || view.getUint32(at, little) !== PT_INTERP) continue
    const from = offset(at + (isWide ? 8 : 4)), path = file.subarray(from, from + 100)
    interpreter = new TextDecoder('latin1').decode(path.subarray(0, Math.max(path.indexOf(0), 0))).replace(/[^ -~]/g, '?')
  }
  return { type: view.getUint16(16, little), machine: view.getUint16(18, little), flags: flags + 4 > file.length ? 0 : view.getUint32(flags, little), isBig: !little, interpreter }
}

function elfKind(file: Uint8Array): FileKind {
  const fields = elfFields(file)
  if (fields === undefined) return { what: 'an ELF file that is cut off', hint: 'The file is truncated; copy or build it again.' }
  const { type, machine, flags, isBig, interpreter } = fields
  if (type === ET_DYN && readSection(file, '.rvr.identity') !== undefined) return { what: 'a library that rvr compiled', hint: 'Give the guest that it was compiled from; rvr finds the library by itself.' }
  const name = `${isBig ? 'big-endian ' : ''}${MACHINES[machine] ?? `ELF (machine ${machine})`}`
  if (type === ET_REL) return { what: withArticle(`${name} object file`), ...(machine === EM_RISCV && { hint: 'Link it into an executable.' }) }
  if (type === ET_CORE) return { what: withArticle(`${name} core dump`) }
  if (machine !== EM_RISCV) return { what: withArticle(`${name} ${type === ET_DYN && interpreter === undefined ? 'shared library' : 'program'}`) }
  const features = featuresOf(flags), needs = features.length === 0 ? '' : ` with ${features.join(' and ')}`
  if (interpreter !== undefined) return { what: `a dynamically linked ${name} program${needs} (for the loader ${interpreter})`, hint: `${STATIC} A program that makes Linux system calls then runs with --abi linux.` }
  if (type === ET_DYN) return { what: `a position-independent ${name} program or shared library${needs}`, hint: STATIC }
  const architecture = architectureOf(file)
  return { what: withArticle(`${name} ${type === ET_EXEC ? 'program' : 'ELF file'}${needs}${architecture === undefined ? '' : `, compiled for ${architecture}`}`) }
}

/** Looks at the first bytes, and at the headers of ELF files. Never throws. */
export function kindOf(file: Uint8Array): FileKind {
  if (file.length === 0) return { what: 'an empty file' }
  if (startsWith(file, '\u007fELF')) return elfKind(file)
  return SIGNATURES.find(({ bytes }) => startsWith(file, bytes))?.kind ?? { what: isText(file) ? 'a text file' : 'no ELF file' }
}
