/** Program headers → loadable segments that fit into guest memory and do not overlap. */
import { hexText } from '../hex.ts'
import { kindOf } from './file-kind.ts'
import type { FileHeader } from './header.ts'
import { isDefaultMemory, windowEnd, type MemoryMap, type Segment } from './image.ts'
import type { FieldReader } from './reader.ts'
import { rejection } from './reject.ts'

const PT_LOAD = 1
const PT_INTERP = 3

/** A file, and the memory that it is to lie in. */
interface Whole {
  readonly reader: FieldReader
  readonly header: FileHeader
  readonly memory: MemoryMap
}

interface Placed {
  readonly reader: FieldReader
  readonly memory: MemoryMap
  readonly field: string
}

function checkWithin({ reader: { path }, memory, field }: Placed, address: bigint, bytes: bigint): void {
  const end = BigInt(windowEnd(memory))
  if (address >= BigInt(memory.base) && address + bytes <= end) return
  const wholeEnd = `with p_memsz ${hexText(bytes)} it ends at ${hexText(address + bytes)}`
  throw rejection(path, {
    field,
    found: `${hexText(address)} (${wholeEnd})`,
    wanted:
      memory.base === 0
        ? `an end of at most ${hexText(end)}`
        : `a start of at least ${hexText(memory.base)} and an end of at most ${hexText(end)}`,
    hint: isDefaultMemory(memory)
      ? 'Link the guest into the first 512 MiB, as with -Wl,-Ttext=0x200800, or give it other memory (--guest-memory).'
      : 'Link the guest into its memory, or choose other memory (--guest-memory).',
  })
}

/** Reads program header `index` at file offset `at`; undefined where it loads nothing. */
function readSegment({ reader, header: { xlen }, memory }: Whole, index: number, at: number): Segment | undefined {
  const { path, bytes } = reader
  const named = (field: string): string => `${field} of program header ${index}`
  const wide = xlen === 64
  const type = reader.u32(named('p_type'), at)
  const flags = reader.u32(named('p_flags'), at + (wide ? 4 : 24))
  const offset = reader.word(named('p_offset'), at + (wide ? 8 : 4), xlen)
  const address = reader.word(named('p_vaddr'), at + (wide ? 16 : 8), xlen)
  const fileSize = reader.word(named('p_filesz'), at + (wide ? 32 : 16), xlen)
  const memorySize = reader.word(named('p_memsz'), at + (wide ? 40 : 20), xlen)
  reader.word(named('p_align'), at + (wide ? 48 : 28), xlen)
  if (type === PT_INTERP) {
    const wanted = 'a statically linked program, which has none'
    throw rejection(path, { ...kindOf(bytes), field: named('p_type'), found: 'PT_INTERP', wanted })
  }
  if (type !== PT_LOAD) return undefined
  if (fileSize > memorySize)
    throw rejection(path, {
      field: named('p_filesz'),
      found: hexText(fileSize),
      wanted: `at most p_memsz, ${hexText(memorySize)}`,
    })
  if (fileSize > 0n && offset + fileSize > BigInt(bytes.length)) {
    throw rejection(path, {
      field: named('p_offset'),
      found: `${hexText(offset)} (with p_filesz ${hexText(fileSize)} it ends at ${hexText(offset + fileSize)})`,
      wanted: `an end inside the file, which has ${hexText(bytes.length)} bytes`,
      hint: 'The file is truncated; copy or build it again.',
    })
  }
  if (memorySize === 0n) return undefined
  checkWithin({ reader, memory, field: named('p_vaddr') }, address, memorySize)
  return {
    address: Number(address),
    bytes: fileSize === 0n ? bytes.subarray(0, 0) : bytes.subarray(Number(offset), Number(offset + fileSize)),
    memorySize: Number(memorySize),
    readable: (flags & 4) !== 0,
    writable: (flags & 2) !== 0,
    executable: (flags & 1) !== 0,
  }
}

/** The PT_LOAD segments ordered by address. Their bytes are views of the file. Empty segments are left out. */
export function readSegments(whole: Whole): Segment[] {
  const { reader, header } = whole
  const { path } = reader
  const size = header.xlen === 64 ? 56 : 32
  if (header.programHeaders > BigInt(reader.bytes.length)) {
    throw rejection(path, {
      field: 'e_phoff',
      found: hexText(header.programHeaders),
      wanted: `an offset inside the file, which has ${hexText(reader.bytes.length)} bytes`,
      hint: 'The file is truncated; copy or build it again.',
    })
  }
  const found: { index: number; segment: Segment }[] = []
  for (let index = 0; index < header.programHeaderCount; index++) {
    const segment = readSegment(whole, index, Number(header.programHeaders) + index * size)
    if (segment !== undefined) found.push({ index, segment })
  }
  if (found.length === 0)
    throw rejection(path, {
      field: 'p_type',
      found: 'PT_LOAD in no program header',
      wanted: 'at least one PT_LOAD segment that is not empty',
    })
  found.sort((a, b) => a.segment.address - b.segment.address)
  for (const [position, { index, segment }] of found.entries()) {
    const before = found[position - 1]
    if (before === undefined) continue
    const end = before.segment.address + before.segment.memorySize
    if (segment.address < end) {
      const wanted = `at least ${hexText(end)}, where that of program header ${before.index} ends`
      throw rejection(path, {
        field: `p_vaddr of program header ${index}`,
        found: hexText(segment.address),
        wanted: `${wanted}: segments must not overlap`,
      })
    }
  }
  return found.map(({ segment }) => segment)
}
