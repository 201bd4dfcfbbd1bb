/** Published sizes of single instructions, pseudo-instructions, small blocks and superblocks, before and after. */
import type { Block, Size } from '../../src/air/system.ts'
import type { Instr } from '../../src/isa/row.ts'
import { assembled, execution } from './executions.ts'
import { rv32 } from './given.ts'

/** Columns, interactions, constraints. */
type Figures = readonly [columns: number, interactions: number, constraints: number]

/**
 * Registers have other names than where they were published, as do offsets of stores that had a sign of their own: no
 * figure depends on these. `@` begins another block of a superblock.
 */
const listings: readonly (readonly [name: string, listing: string, before: Figures, after: Figures])[] = [
  [
    'complex/aligned_memcpy',
    'lw x15, 0(x14); lw x16, 4(x14); lw x17, 8(x14); lw x5, 12(x14); sw x15, 0(x13); sw x16, 4(x13); sw x17, 8(x13); sw x5, 12(x13); addi x14, x14, 16; addi x12, x12, -16; addi x13, x13, 16; bltu x11, x12, -44',
    [468, 209, 291],
    [132, 89, 45],
  ],
  ['complex/copy_byte', 'lb x2, 0(x1); sb x2, 0(x3); addi x2, x0, 3', [113, 55, 65], [50, 31, 21]],
  [
    'complex/guest_top_block',
    'addi x2, x2, -16; sw x1, 12(x2); auipc x1, 0; jalr x1, 1780(x1)',
    [125, 65, 61],
    [26, 18, 7],
  ],
  ['complex/load_two_bytes_compare', 'lb x13, 0(x10); lb x14, 0(x11); bne x13, x14, 28', [98, 47, 47], [51, 32, 15]],
  [
    'complex/load_two_bytes_compare_unsigned',
    'lbu x13, 0(x10); lbu x14, 0(x11); bne x13, x14, 28',
    [108, 45, 61],
    [54, 30, 32],
  ],
  [
    'complex/many_stores_relative_to_same_register',
    'sw x1, 12(x2); sw x3, 16(x2); sw x4, 20(x2)',
    [123, 51, 75],
    [50, 36, 7],
  ],
  [
    'complex/memcpy_block',
    'andi x13, x11, 3; sltiu x13, x13, 1; sltiu x14, x14, 1; or x13, x13, x14; bne x13, x0, 248',
    [172, 87, 111],
    [29, 19, 10],
  ],
  ['complex/rotate', 'srli x1, x2, 1; slli x3, x2, 31; or x2, x1, x3', [142, 68, 174], [26, 18, 5]],
  ['complex/stack_accesses', 'lw x2, 20(x1); lw x3, 24(x1); sw x2, 24(x1)', [123, 51, 75], [36, 26, 5]],
  ['complex/store_to_same_memory_address', 'sb x1, 8(x2); sb x8, 8(x2)', [82, 34, 50], [50, 25, 27]],
  [
    'complex/unaligned_memcpy',
    'lb x17, 0(x11); addi x14, x11, 1; addi x13, x16, 1; sb x17, 0(x16); addi x12, x12, -1; andi x11, x15, 3; sltu x11, x0, x11; sltu x16, x0, x12; and x17, x11, x16; addi x15, x15, 1; addi x11, x14, 0; addi x16, x13, 0; bne x17, x0, -48',
    [465, 242, 286],
    [105, 58, 67],
  ],
  ['pseudo/beqz', 'beq x1, x0, 8', [26, 11, 11], [12, 10, 4]],
  ['pseudo/bgez', 'bge x1, x0, 8', [32, 13, 25], [17, 12, 18]],
  ['pseudo/bgtz', 'blt x0, x1, 8', [32, 13, 25], [17, 12, 18]],
  ['pseudo/blez', 'bge x0, x1, 8', [32, 13, 25], [17, 12, 18]],
  ['pseudo/bltz', 'blt x1, x0, 8', [32, 13, 25], [17, 12, 18]],
  ['pseudo/bnez', 'bne x1, x0, 8', [26, 11, 11], [12, 10, 4]],
  ['pseudo/j', 'jal x0, 8', [18, 10, 9], [2, 2, 1]],
  ['pseudo/jr', 'jal x0, 8', [18, 10, 9], [2, 2, 1]],
  ['pseudo/load_immediate', 'addi x12, x0, 216', [36, 20, 22], [10, 10, 1]],
  ['pseudo/mv', 'addi x2, x1, 0', [36, 20, 22], [14, 10, 1]],
  ['pseudo/neg', 'sub x2, x0, x1', [36, 20, 22], [20, 16, 5]],
  ['pseudo/not', 'xori x2, x1, -1', [36, 20, 22], [14, 10, 1]],
  ['pseudo/ret', 'jalr x0, 0(x1)', [28, 16, 9], [11, 8, 4]],
  ['pseudo/seqz', 'sltiu x2, x1, 1', [37, 18, 28], [16, 10, 4]],
  ['pseudo/sgtz', 'slt x2, x0, x1', [37, 18, 28], [23, 16, 18]],
  ['pseudo/sltz', 'slt x2, x1, x0', [37, 18, 28], [23, 16, 18]],
  ['pseudo/snez', 'sltu x2, x0, x1', [37, 18, 28], [22, 15, 17]],
  ['single/add_1', 'addi x2, x2, 1', [36, 20, 22], [12, 8, 5]],
  ['single/and_0', 'andi x2, x0, 5', [36, 20, 22], [10, 10, 1]],
  ['single/beq', 'beq x2, x1, 2', [26, 11, 11], [16, 10, 7]],
  ['single/bge', 'bge x2, x1, 2', [32, 13, 25], [22, 12, 19]],
  ['single/bgeu', 'bgeu x2, x1, 2', [32, 13, 25], [20, 11, 17]],
  ['single/blt', 'blt x2, x1, 2', [32, 13, 25], [22, 12, 19]],
  ['single/bltu', 'bltu x2, x1, 2', [32, 13, 25], [20, 11, 17]],
  ['single/bne', 'bne x2, x1, 2', [26, 11, 11], [16, 10, 7]],
  ['single/div', 'div x2, x1, x3', [59, 25, 64], [48, 24, 45]],
  ['single/divu', 'divu x2, x1, x3', [59, 25, 64], [37, 23, 25]],
  ['single/loadb', 'lb x2, 3(x1)', [36, 18, 18], [25, 17, 6]],
  ['single/loadb_imm0', 'lb x2, 0(x1)', [36, 18, 18], [25, 17, 6]],
  ['single/loadb_x0', 'lb x0, 3(x1)', [36, 18, 18], [19, 13, 6]],
  ['single/loadbu', 'lbu x2, 21(x1)', [41, 17, 25], [27, 16, 15]],
  ['single/loadh', 'lh x2, 6(x1)', [36, 18, 18], [24, 17, 5]],
  ['single/loadhu', 'lhu x0, 22(x1)', [41, 17, 25], [18, 12, 9]],
  ['single/loadw', 'lw x2, 20(x1)', [41, 17, 25], [22, 16, 3]],
  ['single/mul', 'mul x2, x1, x3', [31, 19, 4], [24, 18, 1]],
  ['single/rem', 'rem x2, x1, x3', [59, 25, 64], [48, 24, 45]],
  ['single/remu', 'remu x2, x1, x3', [59, 25, 64], [37, 23, 25]],
  ['single/sll', 'slli x17, x10, 3', [53, 24, 76], [18, 16, 1]],
  ['single/sll_by_8', 'slli x17, x10, 8', [53, 24, 76], [14, 10, 1]],
  ['single/sra', 'sra x17, x10, x1', [53, 24, 76], [40, 22, 35]],
  ['single/srl', 'srli x17, x10, 25', [53, 24, 76], [15, 11, 2]],
  ['single/storeb', 'sb x2, 3(x1)', [41, 17, 25], [30, 16, 15]],
  ['single/storeh', 'sh x2, -6(x1)', [41, 17, 25], [28, 16, 13]],
  ['single/storew', 'sw x2, -4(x1)', [41, 17, 25], [22, 16, 3]],
  ['single/sub', 'sub x2, x1, x3', [36, 20, 22], [24, 16, 5]],
  ['single/xor', 'xor x2, x1, x3', [36, 20, 22], [24, 18, 1]],
  ['superblocks/beq0_fallthrough', 'beq x2, x0, 40; @4; addi x1, x1, 1', [62, 31, 33], [21, 16, 6]],
  ['superblocks/beq0_jump', 'beq x2, x0, 40; @40; addi x1, x1, 1', [62, 31, 33], [16, 16, 5]],
  ['superblocks/beq_fallthrough', 'addi x1, x0, 33; beq x2, x1, 40; @8; addi x3, x3, 1', [98, 51, 55], [27, 20, 6]],
  ['superblocks/beq_jump', 'addi x1, x0, 33; beq x2, x1, 40; @44; addi x3, x3, 1', [98, 51, 55], [22, 20, 5]],
  [
    'superblocks/many_blocks',
    'addi x1, x0, 10; bne x1, x4, 100; @8; addi x3, x4, 5; beq x2, x3, 60; @72; addi x5, x5, 1',
    [160, 82, 88],
    [30, 28, 5],
  ],
]

export interface Snapshot {
  readonly name: string
  readonly text: readonly string[]
  readonly instrs: readonly Instr[]
  /** Without what pins the instructions to the program. */
  readonly before: Size
  /** With guards. */
  readonly after: Size
}

const sizeIn = ([columns, interactions, constraints]: Figures): Size => ({ columns, interactions, constraints })

/** Blocks of a listing, and where they start. */
function blocksOf(listing: string): readonly { readonly start: number; readonly text: readonly string[] }[] {
  const [first, ...others] = listing.split('; @')
  const rest = others.map(each => {
    const [start, ...text] = each.split('; ')
    return { start: Number(start), text }
  })
  return [{ start: 0, text: first!.split('; ') }, ...rest]
}

export const snapshots: readonly Snapshot[] = listings.map(([name, listing, before, after]) => {
  const blocks = blocksOf(listing)
  const text = blocks.flatMap(block => block.text)
  const instrs = blocks.flatMap(block => assembled(32, block.start, block.text))
  return { name, text, instrs, before: sizeIn(before), after: sizeIn(after) }
})

/** The machine of these figures. */
export const snapshotMachine = rv32([256, 2048], 7)

/** Blocks that are executed one behind the other: each instruction is one as good as any. */
export function blocksOfSnapshot({ instrs }: Snapshot): readonly Block[] {
  const { entries } = execution(32, instrs, 1)
  return instrs.map(({ pc }, index) => ({ start: pc, instructions: [entries[index]!] }))
}
