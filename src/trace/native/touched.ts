/** Blocks that a segment has accessed, and what a guest holds where they lie. */
import type { MemoryLayout } from '../layout.ts'
import { contentAt, PUBLIC_SPACE, REGISTER_SPACE } from '../layout.ts'
import { diverged } from './failures.ts'
import { TOUCHED_BYTES } from './records.ts'
import type { Held } from './system.ts'

/** A block by its number in its space: its content at the segment's start, and at its end. */
export interface TouchedBlock {
  readonly space: number
  readonly block: number
  readonly old: bigint
  readonly now: bigint
}

/** Of `struct rvr_touched`, one after another. */
export function* touchedBlocks({ buffer, byteOffset, length }: Uint8Array): Generator<TouchedBlock> {
  const words = new Uint32Array(buffer, byteOffset, length / Uint32Array.BYTES_PER_ELEMENT)
  const longs = new BigUint64Array(buffer, byteOffset, length / BigUint64Array.BYTES_PER_ELEMENT)
  for (let at = 0; at < length / TOUCHED_BYTES; at++) {
    const [space, block] = [words[8 * at]!, words[8 * at + 1]!]
    yield { space, block, old: longs[4 * at + 1]!, now: longs[4 * at + 2]! }
  }
}

/** Memory and public values, by the number of their space. */
const bytesOf = ({ memory, publicValues }: Held, space: number): Uint8Array =>
  space === PUBLIC_SPACE ? publicValues : memory

/**
 * A guest holds what a segment leaves.
 *
 * @throws RvrError `DIVERGED`
 */
export function checkHeld(held: Held, touched: Uint8Array, layout: MemoryLayout): void {
  for (const { space, block, now } of touchedBlocks(touched)) {
    const at = block * layout.blockBytes
    const isRegister = space === REGISTER_SPACE
    const isThere = isRegister || at < bytesOf(held, space).length
    const content = isRegister ? held.registers[block] : contentAt(bytesOf(held, space), at, layout)
    if (isThere && content === now) continue
    throw diverged('memory at its end is not what the segment leaves there', { space, address: at })
  }
}

/** Takes memory and public values back to a segment's start, or forward to its end again. */
export function putBlocks(held: Held, touched: Uint8Array, which: 'old' | 'now', layout: MemoryLayout): void {
  for (const block of touchedBlocks(touched)) {
    if (block.space === REGISTER_SPACE) continue
    const bytes = bytesOf(held, block.space)
    const at = block.block * layout.blockBytes
    // The last block of public values may end behind them.
    for (let byte = 0; byte < layout.blockBytes && at + byte < bytes.length; byte++)
      bytes[at + byte] = Number((block[which] >> BigInt(8 * byte)) & 0xffn)
  }
}
