/** The tables of a segment from its recording alone, with nothing of the run. */
import { MEMORY_BYTES } from '../../elf/image.ts'
import { MAX_PUBLIC_VALUES_BYTES } from '../../extensions/bounds.ts'
import { decoderFor } from '../../extensions/registry.ts'
import { PAGE_BYTES } from '../../program/nonzero-pages.ts'
import { fetchAt } from '../../program/slots.ts'
import { UNKNOWN_EXIT_CODE } from '../coding.ts'
import { memoryLayout, MEMORY_SPACE } from '../layout.ts'
import type { TracedGuest } from '../steps.ts'
import type { EngineGuest } from './engine.ts'
import { diverged } from './failures.ts'
import { NativeTree } from './system.ts'
import {
  SegmentTableMaker,
  type FilledRows,
  type FillingOptions,
  type NativeTables,
  type SegmentRecording,
} from './tables.ts'
import { checkHeld, putBlocks, touchedBlocks } from './touched.ts'

/** Pages of 4096 bytes of a guest's memory where a segment ends; those that are not here are zero. */
export interface MemoryAtEnd {
  /** Ascending: address / 4096. */
  readonly numbers: readonly number[]
  /** In the same order, one after another. */
  readonly pages: Uint8Array
  readonly publicValues: Uint8Array
}

/**
 * All tables where memory was recorded; without it, all but those of memory.
 *
 * @throws RvrError `UNPROVABLE`, `DIVERGED`, `ABORTED`, `USAGE` (memory)
 */
export async function fillRecorded(
  guest: EngineGuest,
  recording: SegmentRecording,
  memory: MemoryAtEnd | undefined,
  options: FillingOptions,
): Promise<NativeTables> {
  const maker = new SegmentTableMaker(guest)
  const rows = await maker.rows(recording, options)
  checkEnd(guest, rows)
  if (memory === undefined) return maker.tables(rows, undefined, options)
  const { image } = guest.guest
  const layout = memoryLayout(image.xlen)
  const { pieces, end } = recording
  if (memory.publicValues.length > MAX_PUBLIC_VALUES_BYTES)
    throw diverged('no guest has so many public values', { bytes: memory.publicValues.length })
  const held = { memory: spread(memory), publicValues: memory.publicValues.slice() }
  const atEnd = { ...held, registers: end.x }
  checkHeld(atEnd, rows.touched, layout)
  putBlocks(atEnd, rows.touched, 'old', layout)
  const atStart = { ...held, registers: (pieces[0] ?? end).x }
  const pages = pagesOf(memory, rows.touched, layout.blockBytes)
  using tree = await NativeTree.create(guest.engine.system, atStart, { ...options, pages })
  putBlocks(atEnd, rows.touched, 'now', layout)
  using plan = await tree.pass(rows.touched, atEnd, options)
  return await maker.tables(rows, plan, options)
}

/** The exit code that the guest ends with at an address; undefined where an instruction goes on. */
function exitCodeAt({ image, abi }: TracedGuest, pc: number): number | undefined {
  const fetched = fetchAt(image, decoderFor(image.xlen, abi), pc)
  if (fetched === undefined) return undefined
  const { instr } = fetched
  if (instr === undefined) return UNKNOWN_EXIT_CODE
  return instr.row.kind === 'host' && instr.row.ends === true ? instr.imm & 0xff : undefined
}

/** The guest ends where the recording says so, and with that code, and nowhere else. @throws RvrError `DIVERGED` */
function checkEnd(engineGuest: EngineGuest, { recording, executed }: FilledRows): void {
  const { exitCode, end } = recording
  const wanted = exitCodeAt(engineGuest.guest, end.pc)
  const place = { pc: end.pc, instret: end.instret }
  if (exitCode !== undefined && exitCode !== wanted)
    throw diverged(`the guest does not end with code ${exitCode} there`, place)
  const hasEnded = wanted !== undefined && engineGuest.counts(executed).has(end.pc)
  if (exitCode === undefined && hasEnded) throw diverged('the guest ends there, and the recording goes on', place)
}

/** The whole memory; what is not written takes no room. */
function spread({ numbers, pages }: MemoryAtEnd): Uint8Array {
  const memory = new Uint8Array(MEMORY_BYTES)
  for (const [index, number] of numbers.entries())
    memory.set(pages.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES), number * PAGE_BYTES)
  return memory
}

/** Pages that may be not zero: at the segment's end, or at its start. */
function pagesOf({ numbers }: MemoryAtEnd, touched: Uint8Array, blockBytes: number): Uint32Array {
  const pages = new Set(numbers)
  for (const { space, block } of touchedBlocks(touched))
    if (space === MEMORY_SPACE) pages.add(Math.floor((block * blockBytes) / PAGE_BYTES))
  return Uint32Array.from(pages).sort()
}
