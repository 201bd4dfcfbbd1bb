/** How a machine's AIRs see memory: blocks of four cells, leaves of two blocks, and a tree above them. */
import { MEMORY_BYTES, type Xlen } from '../elf/image.ts'

/** Address spaces as messages number them. */
export const REGISTER_SPACE = 1
export const MEMORY_SPACE = 2
export const PUBLIC_SPACE = 3

export const BLOCK_CELLS = 4
export const LEAF_CELLS = 8
/** Levels of the tree that tell spaces apart, above those of the leaves of one space. */
export const SPACE_LEVELS = 3

export interface MemoryLayout {
  /** Bits of a cell: a block is a register. */
  readonly cellBits: number
  readonly blockBytes: number
  readonly leafBytes: number
  /** Levels of the tree over the leaves of one space. */
  readonly leafLevels: number
}

export function memoryLayout(xlen: Xlen): MemoryLayout {
  const blockBytes = xlen / 8
  const leafBytes = 2 * blockBytes
  return { cellBits: xlen / BLOCK_CELLS, blockBytes, leafBytes, leafLevels: Math.log2(MEMORY_BYTES / leafBytes) }
}

/** The node of the tree over registers and memory: what there is beside public values, as spaces go. */
export const besidePublicValues = ({
  leafLevels,
}: MemoryLayout): { readonly height: number; readonly index: number } => ({
  height: leafLevels + 1,
  index: 0,
})

/** The four cells of a block's content. */
export function cellsOf(content: bigint, { cellBits }: MemoryLayout): number[] {
  const cells: number[] = []
  for (let at = 0; at < BLOCK_CELLS; at++)
    cells.push(Number(BigInt.asUintN(cellBits, content >> BigInt(at * cellBits))))
  return cells
}

/** A block's content from its bytes, which end where memory does. */
export function contentAt(bytes: Uint8Array, address: number, { blockBytes }: MemoryLayout): bigint {
  let content = 0n
  for (let at = blockBytes - 1; at >= 0; at--) content = (content << 8n) | BigInt(bytes[address + at] ?? 0)
  return content
}
