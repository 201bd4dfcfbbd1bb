/** The tape by its definition alone: one instruction after the other, looked at before it is executed. */
import { expect } from 'vitest'
import { MEMORY_BYTES } from '../../../src/elf/image.ts'
import type { AbiOptions } from '../../../src/extensions/abi.ts'
import type { Guest, Run } from '../../../src/index.ts'
import { createInterpreter } from '../../../src/interp/interpreter.ts'
import { loadImage } from '../../../src/interp/memory.ts'
import { isMemory, type Instr } from '../../../src/isa/row.ts'
import type { Piece, PreflightResult } from '../../../src/modes/preflight/piece.ts'
import { createHart, type Hart } from '../../../src/program/hart.ts'

/** Where the guest stands in front of an instruction, and how long the tape is there. */
interface Place {
  readonly pc: number
  readonly x: BigUint64Array
  readonly words: number
}

interface PlainTape {
  readonly words: readonly bigint[]
  readonly places: ReadonlyMap<number, Place>
  readonly instret: number
}

/** A stretch of bytes as the words of XLEN bits that it lies in. */
function blocksOf(bytes: Uint8Array, address: number, length: number, size: number): bigint[] {
  const words: bigint[] = []
  for (let at = Math.floor(address / size) * size; at < address + length; at += size) {
    let word = 0n
    for (let byte = size - 1; byte >= 0; byte--) word = word * 256n + BigInt(bytes[at + byte] ?? 0)
    words.push(word)
  }
  return words
}

/** What an instruction adds, as far as that is known in front of it; `hints`: where it puts how many words of those. */
interface Added {
  readonly rows?: number
  readonly hints: { readonly address: number; readonly count: number } | undefined
  readonly blocks: readonly bigint[]
}

const NOTHING: Added = { hints: undefined, blocks: [] }

function hostAdds({ row, rd, rs1, imm }: Instr, { x, xlen, memory }: Hart, publicValues: Uint8Array): Added {
  const size = xlen / 8
  const base = Number(x[rd]!)
  switch (row.name) {
    case 'hint_store':
    case 'hint_buffer': {
      const rows = row.name === 'hint_store' ? 1 : Number(x[rs1]!)
      if (base + rows * size > MEMORY_BYTES || rows > 1023) return NOTHING
      return { rows, hints: { address: base, count: rows }, blocks: blocksOf(memory, base, rows * size, size) }
    }
    case 'reveal': {
      const place = Number(BigInt.asUintN(xlen, x[rd]! + BigInt(imm)))
      if (place + size > publicValues.length) return NOTHING
      return { rows: 1, hints: undefined, blocks: blocksOf(publicValues, place, size, size) }
    }
    default:
      return { rows: 1, hints: undefined, blocks: [] }
  }
}

function adds(instr: Instr, hart: Hart, publicValues: Uint8Array): Added {
  const { row, rs1, rs2, imm } = instr
  const { x, xlen, memory } = hart
  const size = xlen / 8
  if (row.kind === 'host') return hostAdds(instr, hart, publicValues)
  if (row.kind === 'load' || row.kind === 'store') {
    const address = BigInt.asUintN(xlen, x[rs1]! + BigInt(imm))
    if (address + BigInt(row.width) > MEMORY_BYTES) return NOTHING
    return { hints: undefined, blocks: blocksOf(memory, Number(address), row.width, size) }
  }
  if (row.kind !== 'call') return NOTHING
  const blocks = row.operands.flatMap(operand => {
    if (!isMemory(operand)) return []
    const length = operand.bytes === 'rs2' ? Number(x[rs2]!) : operand.bytes
    const address = Number(x[instr[operand.register]]!)
    return address + length > MEMORY_BYTES ? [] : blocksOf(memory, address, length, size)
  })
  return { hints: undefined, blocks }
}

/** Executes at most so many instructions; `wanted`: counts of instructions at which to look where the guest stands. */
export function plainTape(
  { image, abi }: Guest,
  options: Partial<AbiOptions>,
  instructions: number,
  wanted: ReadonlySet<number>,
): PlainTape {
  const { xlen } = image
  const size = xlen / 8
  const hart = createHart(xlen, new Uint8Array(MEMORY_BYTES))
  loadImage(image, hart.memory)
  const given = { inputs: [], ...options }
  abi.start(image, hart, given)
  const host = abi.host.create(image, given)
  const interpreter = createInterpreter(image, abi)
  const words: bigint[] = []
  const places = new Map<number, Place>()
  let instret = 0
  const look = (): void => {
    if (wanted.has(instret)) places.set(instret, { pc: hart.pc, x: hart.x.slice(), words: words.length })
  }
  for (look(); instret < instructions; look()) {
    const instr = interpreter.instrAt(hart.pc)
    const added = instr === undefined ? NOTHING : adds(instr, hart, abi.host.publicValues(host))
    const { reason, executed } = interpreter.run(hart, host, { maxInstructions: 1, print: () => {} })
    instret += executed
    if (reason.type === 'terminated' || reason.type === 'trap') break
    const { rows, hints, blocks } = added
    const taken =
      hints === undefined ? [] : Array.from({ length: hints.count }, (_, word) => hints.address + word * size)
    const { view } = hart
    const hintAt = (at: number): bigint => (size === 8 ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true)))
    if (rows !== undefined) words.push(BigInt(rows), BigInt(taken.length), ...taken.map(hintAt))
    for (const block of blocks) words.push(block)
  }
  look()
  return { words, places, instret }
}

/** Copies: the run may go on. */
export function piecesOf(run: Run): readonly Piece[] {
  const { preflight } = run.collected as PreflightResult
  return preflight.pieces.map(piece => ({ ...piece, words: piece.words.slice() }))
}

/**
 * Fails unless the pieces of these runs, which follow one another from the guest's start, are the tape, with the
 * guest's state in front of each.
 */
export function expectTape(
  guest: Guest,
  options: Partial<AbiOptions>,
  runs: readonly (readonly Piece[])[],
  end: bigint,
): void {
  const pieces = runs.flat()
  const last = Number(end)
  const starts = [...pieces.map(({ instret }) => instret), last]
  const wanted = plainTape(guest, options, last, new Set(starts))
  expect(wanted.instret).toBe(last)
  if (last > 0) expect(starts[0]).toBe(0)
  for (const [index, { instret, pc, x, words }] of pieces.entries()) {
    const place = wanted.places.get(instret)!
    const next = starts[index + 1]!
    const what = `the piece from instruction ${instret} on`
    expect(next, what).toBeGreaterThan(instret)
    expect([pc, ...x], what).toEqual([place.pc, ...place.x])
    const tape = wanted.words.slice(place.words, wanted.places.get(next)!.words)
    const differs = tape.findIndex((word, at) => BigInt(words[at] ?? -1) !== word)
    expect([differs, words[differs], words.length], what).toEqual([-1, undefined, tape.length])
  }
}
