/** A profile that is small enough to be worked out by hand: main calls down, which calls itself and has get inlined; two steps. */
import type { GuestProfile } from '../../src/guest-profile/guest-profile.ts'

/**
 * Rows of costs: [node, step, file, line, instructions, cells]. Nodes: 0 the root, 1 main, 2 down in main, 3 down in
 * down, 4 get in 3.
 */
const COSTS = [
  [1, 0, 0, 10, 5, 100],
  [1, 1, 0, 12, 1, 10],
  [2, 0, 0, 20, 20, 400],
  [3, 1, 0, 20, 30, 600],
  [4, 1, 1, 3, 44, 890],
] as const

/** Of executed instructions: [pc, step, innermost, function, file, line, times, cells]. */
const INSTRUCTIONS = [
  [0x1000, 0, 1, 1, 0, 10, 5, 100],
  [0x1004, 1, 1, 1, 0, 12, 1, 10],
  [0x2000, 0, 2, 2, 0, 20, 20, 400],
  [0x2000, 1, 2, 2, 0, 20, 10, 200],
  [0x2004, 1, 2, 2, 0, 20, 20, 400],
  [0x2008, 1, 3, 2, 1, 3, 44, 890],
] as const

const column = (rows: readonly (readonly number[])[], index: number): number[] => rows.map(row => row[index]!)

export function smallProfile(changes: Partial<GuestProfile> = {}): GuestProfile {
  return {
    guest: { name: 'small.elf', digest: 'a'.repeat(64), xlen: 64 },
    outcome: 'terminated',
    machine: { name: 'rv64im', digest: 'b'.repeat(64) },
    totals: { instructions: 100, cells: 2000 },
    memory: undefined,
    hasCalls: true,
    warnings: [],
    files: ['main.c', 'get.h'],
    functions: [
      { name: '[guest]', symbol: undefined, address: undefined, file: -1, line: 0 },
      { name: 'main', symbol: undefined, address: 0x1000, file: 0, line: 9 },
      { name: 'down<u|8>', symbol: '_Zdown', address: 0x2000, file: 0, line: 19 },
      { name: 'get', symbol: undefined, address: undefined, file: 1, line: 1 },
    ],
    steps: [
      { marker: 0, name: undefined },
      { marker: 7, name: 'hash' },
    ],
    nodes: {
      parent: Int32Array.of(-1, 0, 1, 2, 3),
      function: Uint32Array.of(0, 1, 2, 2, 3),
      isInlined: Uint8Array.of(0, 0, 0, 0, 1),
      calls: Float64Array.of(0, 1, 4, 9, 0),
      callFile: Int32Array.of(-1, -1, 0, 0, 0),
      callLine: Uint32Array.of(0, 0, 12, 21, 20),
      memory: undefined,
    },
    costs: {
      node: Uint32Array.from(column(COSTS, 0)),
      step: Uint32Array.from(column(COSTS, 1)),
      file: Int32Array.from(column(COSTS, 2)),
      line: Uint32Array.from(column(COSTS, 3)),
      instructions: Float64Array.from(column(COSTS, 4)),
      cells: Float64Array.from(column(COSTS, 5)),
    },
    instructions: {
      pc: Uint32Array.from(column(INSTRUCTIONS, 0)),
      step: Uint32Array.from(column(INSTRUCTIONS, 1)),
      innermost: Uint32Array.from(column(INSTRUCTIONS, 2)),
      function: Uint32Array.from(column(INSTRUCTIONS, 3)),
      file: Int32Array.from(column(INSTRUCTIONS, 4)),
      line: Uint32Array.from(column(INSTRUCTIONS, 5)),
      times: Float64Array.from(column(INSTRUCTIONS, 6)),
      cells: Float64Array.from(column(INSTRUCTIONS, 7)),
    },
    opcodes: [{ name: 'addi', count: 100, cells: 2000 }],
    chips: [{ name: 'AddI', count: 100, cells: 2000 }],
    ...changes,
  }
}
