/** Files that are no ELF files, known by their first bytes. */

const UNPACK = 'Unpack it first.'
const LINK = 'Link it into an executable.'

/** First bytes as Latin-1 text, what such a file is, and what to do about it. */
const SIGNATURES: readonly (readonly [bytes: string, what: string, hint?: string])[] = [
  ['rvrarch1', 'an archive of rvr', 'Give the guest; a saved run goes with --resume. rvr inspect says what it holds.'],
  ['rvr artifact\n', 'an exported cache entry of rvr', 'Give the guest; rvr cache import takes the export.'],
  ['!<arch>\n', 'a static library (ar archive)', LINK],
  ['!<thin>\n', 'a static library (thin ar archive)', LINK],
  ['\0asm', 'a WebAssembly module'],
  ['BC\xc0\xde', 'LLVM bitcode', 'Compile and link it.'],
  ['\xcf\xfa\xed\xfe', 'a Mach-O file (macOS)'],
  ['\xce\xfa\xed\xfe', 'a Mach-O file (macOS)'],
  ['\xca\xfe\xba\xbe', 'a Mach-O file for several processors, or a Java class'],
  ['MZ', 'a Windows program'],
  ['\x1f\x8b', 'a gzip archive', UNPACK],
  ['\xfd7zXZ', 'an xz archive', UNPACK],
  ['\x28\xb5\x2f\xfd', 'a zstd archive', UNPACK],
  ['BZh', 'a bzip2 archive', UNPACK],
  ['PK\x03\x04', 'a zip archive', UNPACK],
  ['#!', 'a script', 'Give the program that it starts.'],
]
/** As much of a file is looked at before it is called text. */
const SAMPLE_BYTES = 512

/** Text has no control characters but those that move the cursor. */
function isText(file: Uint8Array): boolean {
  const isMove = (byte: number): boolean => byte === 9 || byte === 10 || byte === 13
  return file.subarray(0, SAMPLE_BYTES).every(byte => (byte < 32 ? isMove(byte) : byte !== 127))
}

/** What a file is that is no ELF file. */
export function signatureOf(file: Uint8Array): { readonly what: string; readonly hint?: string } {
  if (file.length === 0) return { what: 'an empty file' }
  for (const [bytes, what, hint] of SIGNATURES) {
    const matches = Array.from(bytes).every((character, index) => file[index] === character.charCodeAt(0))
    if (matches) return { what, hint }
  }
  return { what: isText(file) ? 'a text file' : 'no ELF file' }
}
