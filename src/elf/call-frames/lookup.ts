/** Call frame information of a guest by address: `.eh_frame`, or `.debug_frame` where that says nothing. */
import type { Image, Xlen } from '../image.ts'
import { lastAtMost } from '../search.ts'
import { readSections, type Section } from '../sections.ts'
import { readEntries, type FrameEntry } from './entries.ts'
import { rulesAt, type FrameRules } from './rules.ts'

/** What is known about the frame of a function at one of its instructions. */
export interface CallFrame {
  /** Where the function, or this part of it, begins. */
  readonly start: number
  /** Undefined where the information is damaged, or of a kind that is not read. */
  readonly rules: FrameRules | undefined
}

const SHF_COMPRESSED = 0x800

/** The entries of a section in order of addresses; empty where it is missing. */
export function sectionEntries(sections: readonly Section[], name: string, xlen: Xlen): FrameEntry[] {
  const section = sections.find(candidate => candidate.name === name)
  if (section === undefined || (section.flags & SHF_COMPRESSED) !== 0) return []
  const { address, bytes } = section
  return readEntries({ address, bytes, xlen, isEh: name === '.eh_frame' }).toSorted((a, b) => a.from - b.from)
}

const tablesOf = new WeakMap<Image, readonly FrameEntry[][]>()

/** Linkers leave entries of functions that they dropped, at addresses without code. */
function tables(image: Image): readonly FrameEntry[][] {
  let found = tablesOf.get(image)
  if (found !== undefined) return found
  const sections = readSections(image.file)
  const code = image.segments.filter(({ executable }) => executable)
  const isCode = ({ from }: FrameEntry): boolean =>
    code.some(({ address, memorySize }) => from >= address && from < address + memorySize)
  found = ['.eh_frame', '.debug_frame'].map(name => sectionEntries(sections, name, image.xlen).filter(isCode))
  tablesOf.set(image, found)
  return found
}

/** The entry that covers an address, among entries in order of addresses. */
export function entryAt(entries: readonly FrameEntry[], pc: number): FrameEntry | undefined {
  const entry = entries[lastAtMost(entries.length, pc, index => entries[index]!.from)]
  return entry !== undefined && pc < entry.to ? entry : undefined
}

/** What the guest's call frame information says about `pc`; undefined where it has none for it. Never throws. */
export function callFrameAt(image: Image, pc: number): CallFrame | undefined {
  let start: number | undefined
  for (const entries of tables(image)) {
    const entry = entryAt(entries, pc)
    if (entry === undefined) continue
    const rules = rulesAt(entry, pc)
    if (rules !== undefined) return { start: entry.from, rules }
    start ??= entry.from
  }
  return start === undefined ? undefined : { start, rules: undefined }
}
