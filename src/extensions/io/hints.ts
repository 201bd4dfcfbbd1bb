/** The hint stream: HintInput and HintRandom replace it, HINT_STORE and HINT_BUFFER read it. */
import { MEMORY_BYTES } from '../../elf/image.ts'
import { isInMemory, outsideTrap } from '../../ir/access.ts'
import type { Hart } from '../../ir/hart.ts'
import type { Instr } from '../../isa/row.ts'
import { MEMORY } from '../../layout/meter.ts'
import type { HostEffects, HostOutcome, HostState } from '../abi.ts'
import { drawRandom } from '../random.ts'
import type { Handler } from '../extension.ts'
import { proceed, trap, wordBytes } from './handler.ts'

/** HINT_BUFFER takes 1 … 1023 words. */
const MAX_BUFFER_WORDS = 1023n

/** An input record as the hint stream presents it: length as a W-byte little-endian integer, payload, zeros up to a multiple of W. */
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
}

export const hintInput: Handler = (instr, hart, host) => {
  const [record] = host.inputs
  if (record === undefined) return trap({ kind: 'input-empty', pc: instr.pc, message: 'the guest asked for an input record, but all of them are consumed' })
  host.inputs.shift()
  replaceHints(host, frameRecord(record, wordBytes(hart)))
  return proceed
}

export const hintRandom: Handler = (instr, hart, host) => {
  const words = hart.x[instr.rd]!
  const bytes = words * BigInt(wordBytes(hart))
  if (bytes > BigInt(MEMORY_BYTES)) {
    return trap({ kind: 'hint-random-count', pc: instr.pc, message: `the guest asked for ${words} random words, more than its memory can hold` })
  }
  replaceHints(host, drawRandom(host.random, Number(bytes)))
  return proceed
}

/** Moves `length` bytes of the hint stream to `address`. */
function takeHints(pc: number, hart: Hart, host: HostState, address: bigint, length: number): HostOutcome | undefined {
  const left = host.hints.length - host.hintPosition
  if (length > left) return trap({ kind: 'hint-exhausted', pc, message: `the guest read ${length} bytes of hints, but ${left} are left` })
  if (!isInMemory(address, length)) return trap(outsideTrap('store-outside', pc, address, length))
  hart.memory.set(host.hints.subarray(host.hintPosition, host.hintPosition + length), Number(address))
  host.hintPosition += length
  return undefined
}

export const hintStore: Handler = (instr, hart, host) => takeHints(instr.pc, hart, host, hart.x[instr.rd]!, wordBytes(hart)) ?? proceed

export const hintBuffer: Handler = (instr, hart, host) => {
  const words = hart.x[instr.rs1]!
  if (words === 0n || words > MAX_BUFFER_WORDS) {
    return trap({ kind: 'hint-count', pc: instr.pc, message: `HINT_BUFFER of ${words} words, wanted 1 to ${MAX_BUFFER_WORDS}` })
  }
  return takeHints(instr.pc, hart, host, hart.x[instr.rd]!, Number(words) * wordBytes(hart)) ?? proceed
}

/** Memory rows of HINT_STORE. */
export const hintStoreEffects = (instr: Instr, hart: Hart): HostEffects => ({ rows: 1, touched: { space: MEMORY, address: Number(hart.x[instr.rd]!), length: wordBytes(hart) } })

/** HINT_BUFFER has one row for each word. */
export const hintBufferEffects = (instr: Instr, hart: Hart): HostEffects => {
  const words = hart.x[instr.rs1]!
  if (words === 0n || words > MAX_BUFFER_WORDS) return { rows: 1 }
  return { rows: Number(words), touched: { space: MEMORY, address: Number(hart.x[instr.rd]!), length: Number(words) * wordBytes(hart) } }
}
