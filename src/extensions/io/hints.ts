/** The hint stream: HintInput and HintRandom replace it, HINT_STORE and HINT_BUFFER read it. */
import { bytesAt, isInMemory, outsideTrap } from '../../program/access.ts'
import type { Hart } from '../../program/hart.ts'
import type { Instr } from '../../isa/row.ts'
import type { Trap } from '../../program/trap.ts'
import { MEMORY } from '../../layout/meter.ts'
import type { HostEffects, HostOutcome, HostState } from '../host.ts'
import { takeInput } from '../input-queue.ts'
import { drawRandom, RANDOM_WORD_BYTES } from '../random.ts'
import type { Handler } from '../extension.ts'
import { proceed, trap, wordBytes } from './handler.ts'
import { pullOf, takeItem, type ItemName } from './pull.ts'

/** HINT_BUFFER takes 1 … 1023 words. */
const MAX_BUFFER_WORDS = 1023n
/** Random bytes that are drawn ahead of what is read: whole words. */
const DRAWN_AT_ONCE = 2 ** 16

/**
 * An input record as the hint stream presents it: length as a W-byte little-endian integer, payload, zeros up to a
 * multiple of W.
 */
export function frameRecord(record: Uint8Array, width: number): Uint8Array {
  const stream = new Uint8Array(width + Math.ceil(record.length / width) * width)
  new DataView(stream.buffer).setUint32(0, record.length, true)
  stream.set(record, width)
  return stream
}

/** A new hint stream, to be read from its start. */
export function replaceHints(host: HostState, stream: Uint8Array): void {
  host.hints = stream
  host.hintPosition = 0
  delete host.hintsToDraw
}

/** At least `bytes` of the hint stream in `hints`, as far as there are so many. */
export function drawHints(host: HostState, bytes: number): void {
  const { hintsToDraw: rest, hints, hintPosition } = host
  const have = hints.length - hintPosition
  if (rest === undefined || have >= bytes) return
  const length = Math.min(rest.bytes, Math.max(bytes - have, DRAWN_AT_ONCE))
  const drawn = drawRandom({ seed: host.random.seed, drawn: rest.from }, length)
  const left = rest.bytes - length
  host.hints = new Uint8Array(have + length)
  host.hints.set(hints.subarray(hintPosition))
  host.hints.set(drawn, have)
  host.hintPosition = 0
  if (left === 0) delete host.hintsToDraw
  else host.hintsToDraw = { bytes: left, from: rest.from + BigInt(length / RANDOM_WORD_BYTES) }
}

/** The hint stream with all of its random bytes; `host` stays as it is. */
export function wholeHints(host: HostState): Pick<HostState, 'hints' | 'hintPosition'> {
  const copy = { ...host }
  const { hints, hintPosition, hintsToDraw } = copy
  drawHints(copy, hints.length - hintPosition + (hintsToDraw?.bytes ?? 0))
  return copy
}

export const hintInput: Handler = (instr, hart, host) => {
  const pull = host.stream && pullOf(instr.pc, hart)
  if (pull !== undefined) return pullItem(instr.pc, pull, hart, host)
  const record = takeInput(host)
  if (record === undefined)
    return trap({
      kind: 'input-empty',
      pc: instr.pc,
      message: 'the guest asked for an input record, but all of them are consumed',
    })
  replaceHints(host, frameRecord(record, wordBytes(hart)))
  return proceed
}

/** The item comes as an input record does: its frame. */
function pullItem(pc: number, pull: ItemName | Trap, hart: Hart, host: HostState): HostOutcome {
  if ('pc' in pull) return trap(pull)
  const taken = takeItem(host.stream!, pull, pc)
  if (taken === 'awaits') return { type: 'await' }
  if ('trap' in taken) return trap(taken.trap)
  replaceHints(host, frameRecord(taken.frame, wordBytes(hart)))
  return proceed
}

export const hintRandom: Handler = (instr, hart, host) => {
  const words = hart.x[instr.rd]!
  const bytes = words * BigInt(wordBytes(hart))
  if (bytes > BigInt(hart.window.bytes)) {
    return trap({
      kind: 'hint-random-count',
      pc: instr.pc,
      message: `the guest asked for ${words} random words, more than its memory can hold`,
    })
  }
  replaceHints(host, new Uint8Array())
  // Drawn as they are read: a guest may ask for as much as its memory holds, and read nothing.
  if (bytes > 0n) host.hintsToDraw = { bytes: Number(bytes), from: host.random.drawn }
  host.random.drawn += BigInt(Math.ceil(Number(bytes) / RANDOM_WORD_BYTES))
  return proceed
}

/** Moves `length` bytes of the hint stream to where rd points. */
function takeHints({ pc, rd }: Instr, hart: Hart, host: HostState, length: number): HostOutcome | undefined {
  const address = hart.x[rd]!
  drawHints(host, length)
  const left = host.hints.length - host.hintPosition
  if (length > left)
    return trap({
      kind: 'hint-exhausted',
      pc,
      message: `the guest read ${length} bytes of hints, but ${left} are left`,
    })
  if (!isInMemory(hart.window, address, length))
    return trap(outsideTrap('store-outside', hart.window, { pc, address, bytes: length }))
  bytesAt(hart, Number(address), length).set(host.hints.subarray(host.hintPosition, host.hintPosition + length))
  host.hintPosition += length
  return undefined
}

export const hintStore: Handler = (instr, hart, host) => takeHints(instr, hart, host, wordBytes(hart)) ?? proceed

export const hintBuffer: Handler = (instr, hart, host) => {
  const words = hart.x[instr.rs1]!
  if (words === 0n || words > MAX_BUFFER_WORDS) {
    return trap({
      kind: 'hint-count',
      pc: instr.pc,
      message: `HINT_BUFFER of ${words} words, wanted 1 to ${MAX_BUFFER_WORDS}`,
    })
  }
  return takeHints(instr, hart, host, Number(words) * wordBytes(hart)) ?? proceed
}

/** Memory rows of HINT_STORE. */
export const hintStoreEffects = (instr: Instr, hart: Hart): HostEffects => ({
  rows: 1,
  touched: { space: MEMORY, address: Number(hart.x[instr.rd]!), length: wordBytes(hart) },
})

/** HINT_BUFFER has one row for each word. */
export const hintBufferEffects = (instr: Instr, hart: Hart): HostEffects => {
  const words = hart.x[instr.rs1]!
  if (words === 0n || words > MAX_BUFFER_WORDS) return { rows: 1 }
  return {
    rows: Number(words),
    touched: { space: MEMORY, address: Number(hart.x[instr.rd]!), length: Number(words) * wordBytes(hart) },
  }
}
