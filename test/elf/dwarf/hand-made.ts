/** Small debug information written by hand (DWARF 4, 32 bits), for what no compiler writes. */
import type { Image } from '../../../src/elf/image.ts'
import { parseElf } from '../../../src/elf/parse.ts'
import { buildElf, type SymbolSpec } from '../../support/elf-builder.ts'

export const TEXT = 0x20_0800
export const CODE_BYTES = 0x400

export function uleb(value: number): number[] {
  const bytes: number[] = []
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left]
    bytes.push((left % 128) + 128)
  }
}

export const u16 = (value: number): number[] => [value & 255, (value >>> 8) & 255]
export const u32 = (value: number): number[] => [...u16(value), ...u16(value >>> 16)]
export const text = (value: string): number[] => [...new TextEncoder().encode(value), 0]

/** A table of abbreviations, whose codes are those of their order, from 1 on. */
export const abbreviations = (
  list: readonly { readonly tag: number; readonly children?: boolean; readonly attributes: readonly number[][] }[],
): number[] => [
  ...list.flatMap(({ tag, children = false, attributes }, index) => {
    const forms = attributes.flatMap(([at, form]) => [...uleb(at!), ...uleb(form!)])
    return [...uleb(index + 1), ...uleb(tag), children ? 1 : 0, ...forms, 0, 0]
  }),
  0,
]

/** Bytes in front of a unit's first entry. */
export const UNIT_HEADER = 11

/** A unit of these entries, with its table of abbreviations at an offset. */
export function unit(entries: readonly number[], { version = 4, table = 0 } = {}): number[] {
  const body = [...u16(version), ...u32(table), 4]
  return [...u32(body.length + entries.length), ...body, ...entries]
}

/** A line program (version 2) of one file, `a.c`. */
export function lineProgram(program: readonly number[]): number[] {
  // Bytes of an instruction, statements, lowest line, lines, first special opcode; operands of the others.
  const header = [1, 1, 0, 1, 10, 0, 1, 1, 1, 1, 0, 0, 0, 1]
  const files = [0, ...text('a.c'), 0, 0, 0, 0]
  const body = [...u16(2), ...u32(header.length + files.length), ...header, ...files, ...program]
  return [...u32(body.length), ...body]
}

/** A guest with code at `TEXT` and these sections, by their names without `.debug_`. */
export function guestWith(
  sections: Readonly<Record<string, Uint8Array | readonly number[]>>,
  symbols: readonly SymbolSpec[] = [],
): Image {
  const code = new Uint8Array(CODE_BYTES)
  for (let at = 0; at < CODE_BYTES; at += 4) code[at] = 0x13
  const elf = buildElf({
    xlen: 32,
    entry: TEXT,
    segments: [{ address: TEXT, bytes: code, flags: 5 }],
    symbols,
    sections: Object.entries(sections).map(([name, bytes]) => {
      const contents = Uint8Array.from(bytes)
      return { name: `.debug_${name}`, bytes: contents, address: 0, size: contents.length, flags: 0 }
    }),
  })
  return parseElf(elf, 'hand-made')
}
