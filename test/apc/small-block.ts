/** A block of two instructions as an interchange file. */
import { buildBlock } from '../../src/apc/block.ts'
import { writeInterchange } from '../../src/apc/interchange/write.ts'
import { rv32 } from './given.ts'

/** sltiu x2, x5, 1; bne x2, x0, 8 */
const block = {
  start: 0,
  instructions: [
    [521, 8, 20, 1, 1, 0, 0, 0],
    [545, 8, 0, 8, 1, 1, 0, 0],
  ],
}

export const smallBlock = writeInterchange({ blocks: [block], system: buildBlock(rv32([256, 2048], 7), block) })
