/** The Zaamo extension: a word of memory is read and changed by one instruction; its order bits mean nothing here. */
import { AMO_MASK, amoMatch, atomicWidths, type AtomicWidth } from '../atomic.ts'
import { signed } from '../integer.ts'
import type { CallRow, Row } from '../row.ts'

/** What memory gets: of what it held and of rs2, both unsigned numbers of so many bits. */
type Change = (old: bigint, operand: bigint, bits: 32 | 64) => bigint

const changes: Readonly<Record<string, readonly [funct5: number, change: Change]>> = {
  amoadd: [0x00, (a, b) => a + b],
  amoswap: [0x01, (_a, b) => b],
  amoxor: [0x04, (a, b) => a ^ b],
  amoor: [0x08, (a, b) => a | b],
  amoand: [0x0c, (a, b) => a & b],
  amomin: [0x10, (a, b, bits) => (signed(a, bits) < signed(b, bits) ? a : b)],
  amomax: [0x14, (a, b, bits) => (signed(a, bits) > signed(b, bits) ? a : b)],
  amominu: [0x18, (a, b) => (a < b ? a : b)],
  amomaxu: [0x1c, (a, b) => (a > b ? a : b)],
}

const amo = (
  name: string,
  funct5: number,
  change: Change,
  { suffix, bytes, only, read, write }: AtomicWidth,
): CallRow => ({
  kind: 'call',
  format: 'amo',
  name: `${name}.${suffix}`,
  only,
  mask: AMO_MASK,
  match: amoMatch(funct5, bytes),
  isListed: true,
  operands: [
    { register: 'rs1', access: 'update', bytes, isAligned: true },
    { register: 'rs2', access: 'value' },
  ],
  result: 'register',
  c: `${name}_${suffix}`,
  inRuntime: true,
  execute: ([memory, operand]) => {
    const bits = bytes === 4 ? 32 : 64
    const old = read(memory as Uint8Array)
    write(memory as Uint8Array, change(BigInt.asUintN(bits, old), BigInt.asUintN(bits, operand as bigint), bits))
    return { result: old }
  },
})

export const rows: readonly Row[] = Object.entries(changes).flatMap(([name, [funct5, change]]) =>
  atomicWidths.map(width => amo(name, funct5, change, width)),
)
