/** The C of a machine's own tables in a library of the test's, and segments whose tables both sides fill. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import koffi from 'koffi'
import { afterAll, expect } from 'vitest'
import type { AirSet } from '../../../src/air/air.ts'
import { shippedAirs } from '../../../src/air/load.ts'
import { lookupTables } from '../../../src/air/lookups.ts'
import { systemFiles } from '../../../src/codegen/system/files.ts'
import { MEMORY_BYTES, type Xlen } from '../../../src/elf/image.ts'
import { parseElf } from '../../../src/elf/parse.ts'
import type { AbiOptions } from '../../../src/extensions/abi.ts'
import { abiNamed } from '../../../src/extensions/registry.ts'
import { loadImage } from '../../../src/interp/memory.ts'
import { createHart } from '../../../src/program/hart.ts'
import { resourceText } from '../../../src/resources.ts'
import { compileFlags } from '../../../src/toolchain/flags.ts'
import { BLOCK_CELLS } from '../../../src/trace/layout.ts'
import { powerOfTwoFrom, type Matrix } from '../../../src/trace/matrix.ts'
import type { SegmentMemory } from '../../../src/trace/memory.ts'
import { messagesOf } from '../../../src/trace/messages.ts'
import { openSystem } from '../../../src/trace/native/open-system.ts'
import { TOUCHED_BYTES } from '../../../src/trace/native/records.ts'
import type { NativeWork, SystemLibrary } from '../../../src/trace/native/system-library.ts'
import { fillLookupTable, fillProgramTable, type Held, type SegmentPlan } from '../../../src/trace/native/system.ts'
import type { SegmentTables } from '../../../src/trace/segment.ts'
import type { Standing } from '../../../src/trace/steps.ts'
import { airsOf } from '../../../src/trace/system/airs.ts'
import { placesOf } from '../../../src/trace/system/places.ts'

export const compilers = ['gcc', 'clang'] as const

const hasCompiler = (name: string): boolean => {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const commandOf = (compiler: (typeof compilers)[number]): string | undefined =>
  [compiler, `${compiler}-22`].find(hasCompiler)

/** Of an x86-64 without vectors of eight words. */
export const OLD_CPU = 'x86-64'

/**
 * The machine's library, as long as the tests of this file run; undefined where there is no such compiler, or no such
 * CPU.
 */
export function systemLibrary(
  xlen: Xlen,
  compiler: (typeof compilers)[number] = 'gcc',
  cpu = 'native',
): SystemLibrary | undefined {
  if (cpu === OLD_CPU && process.arch !== 'x64') return undefined
  const command = commandOf(compiler)
  if (command === undefined) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'rvr-system-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const set = shippedAirs(xlen)
  const headers = { 'words.h': 'rows', 'field.h': 'rows', 'threads.h': 'threads' }
  const shared = Object.entries(headers).map(([path, folder]) => ({
    path,
    content: resourceText(`templates/${folder}/${path}`),
  }))
  const files = [...systemFiles(set, airsOf(set), xlen), ...shared]
  for (const { path, content } of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
  const units = files.map(({ path }) => path).filter(path => path.endsWith('.c'))
  const library = join(directory, 'system.so')
  const flags = [...compileFlags(compiler, compiler === 'clang' ? 22 : 12, process.arch, cpu), '-shared']
  execFileSync(command, [...flags, '-pthread', '-I.', '-o', library, ...units], { cwd: directory })
  return openSystem(koffi.load(library), set)
}

/** A guest at its first instruction. */
export function guestAt(xlen: Xlen, elf: Uint8Array, options: Partial<AbiOptions> = {}): Standing {
  const image = parseElf(elf, 'guest.elf')
  const abi = abiNamed('openvm')
  const abiOptions = { inputs: [], ...options }
  const hart = createHart(xlen, new Uint8Array(MEMORY_BYTES))
  loadImage(image, hart.memory)
  abi.start(image, hart, abiOptions)
  return { image, abi, hart, host: abi.host.create(image, abiOptions), instret: 0 }
}

export const heldBy = ({ hart, abi, host }: Standing): Held => ({
  memory: hart.memory,
  registers: hart.x,
  publicValues: abi.host.publicValues(host),
})

/** One block as C has it. */
export interface Block {
  readonly space: number
  readonly block: number
  readonly old: bigint
  readonly now: bigint
  readonly last: number
  readonly written: boolean
}

export function touchedBytes(blocks: readonly Block[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(blocks.length * TOUCHED_BYTES))
  for (const [index, { space, block, old, now, last, written }] of blocks.entries()) {
    const at = index * TOUCHED_BYTES
    view.setUint32(at, space, true)
    view.setUint32(at + 4, block, true)
    view.setBigUint64(at + 8, old, true)
    view.setBigUint64(at + 16, now, true)
    view.setUint32(at + 24, last, true)
    view.setUint32(at + 28, Number(written), true)
  }
  return new Uint8Array(view.buffer)
}

export const touchedBy = (memory: SegmentMemory): Uint8Array =>
  touchedBytes(
    memory.touchedBlocks().map(({ space, pointer, block }) => ({
      space,
      block: pointer / BLOCK_CELLS,
      old: block.initial,
      now: block.content,
      last: block.last,
      written: block.isWritten,
    })),
  )

const cellsFor = (width: number, height: number): Uint32Array => new Uint32Array(width * height).fill(0xdeadbeef)

/** What differs first between two tables, in words. */
export function expectSame(where: string, wanted: Matrix, found: Matrix): void {
  expect([where, found.rows, found.height, found.cells.length]).toEqual([
    where,
    wanted.rows,
    wanted.height,
    wanted.cells.length,
  ])
  if (Buffer.compare(bytesOf(wanted.cells), bytesOf(found.cells)) === 0) return
  const at = wanted.cells.findIndex((cell, index) => found.cells[index] !== cell)
  const width = wanted.air.columns.length
  const place = at === -1 ? 'nowhere' : `row ${Math.floor(at / width)}, ${wanted.air.columns[at % width]}`
  expect([where, place, found.cells[at]]).toEqual([where, 'nowhere', wanted.cells[at]])
}

export const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

/** The tables of memory, in memory that held something else. */
export async function memoryTablesOf(plan: SegmentPlan, set: AirSet, work: NativeWork): Promise<readonly Matrix[]> {
  const { boundary, merkle, hash } = airsOf(set)
  const made = Object.entries({ boundary, merkle, hash }).map(([name, air]) => {
    const rows = plan.rows[name as keyof typeof plan.rows]
    const height = powerOfTwoFrom(rows)
    return [name, { air, rows, height, cells: cellsFor(air.columns.length, height) }] as const
  })
  const cells = Object.fromEntries(made.map(([name, matrix]) => [name, matrix.cells]))
  await plan.fill(cells as { boundary: Uint32Array; merkle: Uint32Array; hash: Uint32Array }, work)
  return made.map(([, matrix]) => matrix)
}

/** Tables of lookups and of the program, from what the others say. */
export async function countedTablesOf(
  library: SystemLibrary,
  { set, tables }: SegmentTables,
  work: NativeWork,
): Promise<readonly Matrix[]> {
  const places = placesOf(set)
  const lookups = lookupTables(set)
  const histograms = new Map(
    lookups.map(({ bus, height, answers }) => [bus, new Uint32Array(height * answers.length)] as const),
  )
  const counted = new Set(lookups.map(({ air }) => set.airs[air]!))
  for (const matrix of tables.filter(({ air }) => !counted.has(air)))
    for (const { interaction, fields, count } of messagesOf(matrix, set.buses)) {
      const place = places.get(interaction.bus)?.place(fields)
      if (place !== undefined) histograms.get(interaction.bus)![place]! += count
    }
  const made: Matrix[] = []
  for (const [index, { air: number, bus, height }] of lookups.entries()) {
    const air = set.airs[number]!
    const cells = cellsFor(air.columns.length, height)
    await fillLookupTable(library, { index, histogram: histograms.get(bus)!, cells }, work)
    made.push({ air, height, rows: height, cells })
  }
  const program = tables.find(({ air }) => air === airsOf(set).program)!
  const count = program.air.columns.indexOf('count')
  const width = program.air.columns.length
  const entries = program.cells.slice()
  const counts = Uint32Array.from({ length: program.rows }, (_, row) => program.cells[row * width + count]!)
  for (let row = 0; row < program.height; row++) entries[row * width + count] = 0
  const cells = cellsFor(width, program.height)
  await fillProgramTable(library, { entries, counts, cells }, work)
  return [...made, { ...program, cells }]
}
