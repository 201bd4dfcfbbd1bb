/** What a guest may hold, and the tree over it in JavaScript. */
import type { Xlen } from '../../src/elf/image.ts'
import { besidePublicValues, memoryLayout } from '../../src/trace/layout.ts'
import { shippedOnce } from '../../src/trace/airs.ts'
import { airsOf } from '../../src/trace/system/airs.ts'
import { RowHasher } from '../../src/trace/system/hash.ts'
import { initialLeaves, registerBytes } from '../../src/trace/system/initial-leaves.ts'
import { MemoryTree } from '../../src/trace/system/tree.ts'
import type { Opening } from '../../src/proofs/opening.ts'

export interface Held {
  readonly registers: BigUint64Array
  readonly memory: Uint8Array
  readonly values: Uint8Array
}

/** Bytes with stretches of zeros between them. */
const bytes = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => ((at >> 5) % 3 === 0 ? (at * 7 + seed * 13 + 1) % 256 : 0))

export const standing = (xlen: Xlen, seed: number, lengths: { memory: number; values: number }): Held => ({
  registers: BigUint64Array.from({ length: 32 }, (_, number) =>
    BigInt.asUintN(xlen, BigInt(number) * 0x9e37_79b9_7f4a_7c15n * BigInt(seed)),
  ),
  memory: bytes(lengths.memory, seed),
  values: bytes(lengths.values, seed + 1),
})

export const bytesOf = (xlen: Xlen, { registers, memory, values }: Held) =>
  [registerBytes(registers, memoryLayout(xlen)), memory, values] as const

export function treeOver(xlen: Xlen, { registers, memory, values }: Held): MemoryTree {
  const { hash, hashBus } = airsOf(shippedOnce(xlen))
  const layout = memoryLayout(xlen)
  const tree = new MemoryTree(new RowHasher(hash, hashBus), layout)
  const abi = { host: { publicValues: () => values } }
  tree.update(initialLeaves({ hart: { x: registers, memory }, abi, host: {} } as never, layout, tree))
  return tree
}

/** As the fillers make it. */
export const openingOf = (xlen: Xlen, held: Held, tree: MemoryTree): Opening => ({
  xlen,
  values: held.values,
  beside: tree.hash(besidePublicValues(memoryLayout(xlen))),
})
