/** The section `.riscv.attributes`: which instruction set a program was compiled for, as its compiler wrote it down. */
import { readSections, stringAt } from './sections.ts'

const FILE_ATTRIBUTES = 1
const TAG_ARCH = 5

/** An unsigned LEB128 number below 2^28 and the offset behind it; undefined where there is none. */
function readNumber(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  let value = 0
  for (let index = 0; index < 4; index++) {
    const byte = bytes[at + index]
    if (byte === undefined) return undefined
    value |= (byte & 127) << (7 * index)
    if (byte < 128) return { value, next: at + index + 1 }
  }
  return undefined
}

/** The architecture of a file, such as `rv64i2p1_m2p0_a2p1_c2p0`; undefined where it says none. Never throws. */
export function architectureOf(file: Uint8Array): string | undefined {
  const bytes = readSections(file).find(({ name }) => name === '.riscv.attributes')?.bytes
  // 'A', length of the vendor's part, "riscv", then parts of a tag, a length and attributes. Even tags have numbers,
  // odd tags have texts.
  if (bytes === undefined || bytes[0] !== 0x41 || stringAt(bytes, 5) !== 'riscv') return undefined
  if (bytes[11] !== FILE_ATTRIBUTES) return undefined
  for (let at = 16; at < bytes.length;) {
    const tag = readNumber(bytes, at)
    if (tag === undefined) return undefined
    const text = stringAt(bytes, tag.next)
    if (tag.value === TAG_ARCH) return /^rv\d+[a-z0-9_]{1,500}$/.test(text) ? text : undefined
    const next = tag.value % 2 === 0 ? readNumber(bytes, tag.next)?.next : tag.next + Buffer.byteLength(text) + 1
    if (next === undefined) return undefined
    at = next
  }
  return undefined
}

/** The extensions of an architecture without versions: letters behind the width, then names behind underscores. */
export function extensionsOf(architecture: string): string[] {
  const [first = '', ...others] = architecture.replace(/^rv\d+/, '').split('_')
  const name = (text: string): string => text.replace(/\d+(p\d+)?$/, '')
  const letters = [...first.matchAll(/([a-z])(?:\d+(?:p\d+)?)?/g)].map(match => match[1]!)
  return [...letters, ...others.map(name)].filter(text => text !== '')
}
