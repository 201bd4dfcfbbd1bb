/** What memory holds where a trace begins: the leaves that are not all zero. */
import { MEMORY_SPACE, cellsOf, contentAt, PUBLIC_SPACE, REGISTER_SPACE, type MemoryLayout } from '../layout.ts'
import type { Standing } from '../steps.ts'
import type { MemoryTree } from './tree.ts'

/** Memory is looked at in such pieces first, because most of it was never touched. */
const STRETCH_BYTES = 1 << 20
const zeros = Buffer.alloc(STRETCH_BYTES)
const isZero = (bytes: Uint8Array): boolean => Buffer.compare(bytes, zeros.subarray(0, bytes.length)) === 0

type LeafCells = readonly [index: number, cells: readonly number[]]

/** Leaves of one space. */
function* leavesIn(
  bytes: Uint8Array,
  layout: MemoryLayout,
): Generator<readonly [leaf: number, cells: readonly number[]]> {
  const { leafBytes, blockBytes } = layout
  for (let from = 0; from < bytes.length; from += STRETCH_BYTES) {
    const stretch = bytes.subarray(from, from + STRETCH_BYTES)
    if (isZero(stretch)) continue
    for (let at = from; at < from + stretch.length; at += leafBytes) {
      const blocks = [contentAt(bytes, at, layout), contentAt(bytes, at + blockBytes, layout)]
      if (blocks.some(block => block !== 0n)) yield [at / leafBytes, blocks.flatMap(block => cellsOf(block, layout))]
    }
  }
}

/** Registers as their space holds them: one block after another. */
export function registerBytes(x: readonly bigint[] | BigUint64Array, { blockBytes }: MemoryLayout): Uint8Array {
  const bytes = new Uint8Array(x.length * blockBytes)
  for (const [number, value] of x.entries())
    for (let at = 0; at < blockBytes; at++) bytes[number * blockBytes + at] = Number((value >> BigInt(8 * at)) & 0xffn)
  return bytes
}

export function* initialLeaves(
  { hart, abi, host }: Standing,
  layout: MemoryLayout,
  tree: MemoryTree,
): Generator<LeafCells> {
  const spaces = [
    [REGISTER_SPACE, registerBytes(hart.x, layout)],
    [MEMORY_SPACE, hart.memory],
    [PUBLIC_SPACE, abi.host.publicValues(host)],
  ] as const
  for (const [space, bytes] of spaces)
    for (const [leaf, cells] of leavesIn(bytes, layout)) yield [tree.leafIndex(space, leaf), cells]
}
