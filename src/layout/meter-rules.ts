/** Numbers of the meter's rules, which native code and the interpreter share. */

/**
 * A check comes before the span that would bring the interval above the machine's check interval, which is at most
 * this. Every instruction counts as one, whatever rows it adds (docs/metering.md, "Segments").
 */
export const MAX_INTERVAL = 1000

/** Rows of one chip that an interval's plain instructions, one row each, add at most, and a few more. */
export const PLAIN_ROWS = 1024
/** Leaves that they touch at most: two each. */
export const PLAIN_LEAVES = 2 * PLAIN_ROWS + 2

/**
 * Leaves that one instruction touches at most, whatever it is: HINT_BUFFER writes 1023 words, and operands of calls
 * have no more than INSTRUCTION_BYTES (machine/interval.ts), wherever they begin.
 */
export const instructionLeaves = (leafBytes: number): number => 2 ** 14 / leafBytes
/** Leaves that an interval touches at most: what the log has to hold, so that a cut can replay them. */
export const intervalLeaves = (leafBytes: number): number => MAX_INTERVAL * instructionLeaves(leafBytes)
/** The log is emptied at a check that finds more in it, unless the next check may cut. */
export const LOG_FULL = 16_384

/** What is kept in reserve at least where instructions may swell: some full HINT_BUFFERs, some hundred calls. */
export const LEAST_SWELL = 64
export const LEAST_LEAVES = 8192
/** At most, and `intervalLeaves`: an interval cannot hold more. */
export const MOST_SWELL = 16 * MAX_INTERVAL

export type LookStep = readonly [checks: number, swell: number, leaves: number]

/**
 * How many checks, how much swelling, and how many leaves beyond those of one interval a look tries to allow for, so
 * that many checks need no look.
 */
export const LOOK_STEPS: readonly LookStep[] = [
  [64, 1024, LOG_FULL],
  [64, LEAST_SWELL, 4096],
  [16, LEAST_SWELL, 1024],
  [4, LEAST_SWELL, 1024],
]

/**
 * What proving takes in quarters of a byte, so that all factors are whole: main trace and its code, three words a cell;
 * then whichever takes more, the secondary trace (0.625 words a cell) or the interactions (9.0625 words each, padded,
 * and 2 MiB).
 */
export const memoryQuarters = { cell: 48, secondary: 10, interaction: 145, fixed: 2 ** 23 } as const
