/** Bytes of a guest file → Image, or an error that names the field which is not acceptable. */
import { hexText } from '../hex.ts'
import { createHash } from 'node:crypto'
import { architectureOf, extensionsOf } from './attributes.ts'
import { readFileHeader } from './header.ts'
import { DEFAULT_MEMORY, windowEnd, type ElfSymbol, type Image, type MemoryMap, type SectionRanges } from './image.ts'
import { directWindow } from './direct.ts'
import { createFieldReader } from './reader.ts'
import { rejection } from './reject.ts'
import { readSegments } from './segments.ts'
import { readSectionRanges } from './section-ranges.ts'
import { readSymbols } from './symbols.ts'

interface Entry {
  readonly entry: bigint
  /** Bytes of an instruction slot, as far as the file says. */
  readonly slotBytes: bigint
}

const NOT_COMPRESSED =
  'Only a guest with compressed instructions may begin between words: its flags (e_flags) have the bit 1.'

/** The first instruction must be a whole instruction slot of an executable segment. */
function checkEntry(
  path: string,
  { entry, slotBytes }: Entry,
  { segments, memory }: Pick<Image, 'segments' | 'memory'>,
): number {
  const reject = (wanted: string, hint?: string): never => {
    throw rejection(path, { field: 'e_entry', found: hexText(entry), wanted, hint })
  }
  const end = windowEnd(memory)
  if (entry >= BigInt(end)) reject(`an address below ${hexText(end)}`)
  if (entry % slotBytes !== 0n) reject(`a multiple of ${slotBytes}`, slotBytes === 4n ? NOT_COMPRESSED : undefined)
  const pc = Number(entry)
  if (
    !segments.some(
      ({ executable, address, memorySize }) =>
        executable && pc >= address && pc + Number(slotBytes) <= address + memorySize,
    )
  ) {
    reject(
      'an address inside an executable segment',
      'Check the linker script: the segment of the entry point needs the flag PF_X.',
    )
  }
  return pc
}

/**
 * Parses and accepts a guest file (docs/guest-abi.md, "The file").
 *
 * @param bytes the whole file; the segments of the result are views of it, so it must not change afterwards
 * @param path the name that errors show
 * @param digest the file's SHA-256, where it is known
 * @param memory what the guest's ABI gives it
 * @throws RvrError `ELF_INVALID` with `details` {path, field, found, wanted}; no other error, whatever the bytes are
 */
export function parseElf(bytes: Uint8Array, path: string, digest?: string, memory: MemoryMap = DEFAULT_MEMORY): Image {
  const reader = createFieldReader(bytes, path)
  const header = readFileHeader(reader)
  const segments = readSegments({ reader, header, memory })
  const architecture = architectureOf(bytes)
  const names = extensionsOf(architecture ?? '')
  const isCompressed = header.isCompressed || names.includes('c') || names.includes('zca')
  const slotBytes = isCompressed ? 2n : 4n
  const entry = checkEntry(path, { entry: header.entry, slotBytes }, { segments, memory })
  const last = segments.at(-1)
  let symbols: readonly ElfSymbol[] | undefined, sections: SectionRanges | undefined
  return {
    xlen: header.xlen,
    entry,
    memory,
    segments,
    // Large guests have hundreds of thousands, and a hit of the cache needs none.
    get symbols() {
      return (symbols ??= readSymbols(bytes, memory))
    },
    get direct() {
      return memory.watched === undefined ? memory : directWindow(memory, this.symbols)
    },
    get sections() {
      return (sections ??= readSectionRanges(bytes, memory))
    },
    architecture,
    isCompressed,
    end: last === undefined ? 0 : last.address + last.memorySize,
    file: bytes,
    digest: digest ?? createHash('sha256').update(bytes).digest('hex'),
  }
}
