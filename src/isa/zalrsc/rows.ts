/** The Zalrsc extension: a load that reserves its word, and a store that is done where that reservation is held. */
import { AMO_MASK, amoMatch, atomicWidths, type AtomicWidth } from '../atomic.ts'
import type { CallOperand, CallRow, Row } from '../row.ts'

const LOAD = 0x02
const STORE = 0x03
/** A load has no rs2. */
const LOAD_MASK = AMO_MASK | (31 << 20)

const address: CallOperand = { register: 'rs1', access: 'value' }
const reservation: CallOperand = { register: 'rs1', access: 'reservation' }

/**
 * What a hart holds that has reserved a word: its address and, in bits that are 0 there, its size in units of 4 bytes.
 * 0 is no reservation.
 */
const reserved = (at: bigint, bytes: 4 | 8): bigint => at | BigInt(bytes / 4)

/** The other width's access to the reservation: 8 bytes. */
const held = atomicWidths.find(({ bytes }) => bytes === 8)!

const load = ({ suffix, bytes, only, read }: AtomicWidth): CallRow => ({
  kind: 'call',
  format: 'lr',
  name: `lr.${suffix}`,
  only,
  mask: LOAD_MASK,
  match: amoMatch(LOAD, bytes),
  isListed: true,
  operands: [{ register: 'rs1', access: 'read', bytes, isAligned: true }, address, reservation],
  result: 'register',
  c: `lr_${suffix}`,
  inRuntime: true,
  execute: ([memory, at, holder]) => {
    held.write(holder as Uint8Array, reserved(at as bigint, bytes))
    return { result: read(memory as Uint8Array) }
  },
})

/** Whether it is done or not, it counts as an access, and nothing is reserved afterwards. */
const store = ({ suffix, bytes, only, write }: AtomicWidth): CallRow => ({
  kind: 'call',
  format: 'amo',
  name: `sc.${suffix}`,
  only,
  mask: AMO_MASK,
  match: amoMatch(STORE, bytes),
  isListed: true,
  operands: [
    { register: 'rs1', access: 'update', bytes, isAligned: true },
    address,
    { register: 'rs2', access: 'value' },
    reservation,
  ],
  result: 'register',
  c: `sc_${suffix}`,
  inRuntime: true,
  execute: ([memory, at, value, holder]) => {
    const isHeld = held.read(holder as Uint8Array) === reserved(at as bigint, bytes)
    held.write(holder as Uint8Array, 0n)
    if (isHeld) write(memory as Uint8Array, value as bigint)
    return { result: isHeld ? 0n : 1n }
  },
})

export const rows: readonly Row[] = atomicWidths.flatMap(width => [load(width), store(width)])
