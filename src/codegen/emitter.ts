/** What the parts of the C emitter share while one region is written. */
import type { StopTests } from '../analysis/stop-tests.ts'
import type { Graph } from '../program/program.ts'
import type { BlockRows } from '../machine/block-rows.ts'
import type { Machine } from '../machine/machine.ts'
import type { Emission, Mode } from '../modes/mode.ts'
import { registerNames } from '../isa/registers.ts'
import type { Convention } from './convention.ts'
import { hex8 } from './names.ts'
import { stateOf, warmName } from './operands.ts'
import type { Tuning } from './tuning.ts'
import type { StableText } from './stable.ts'

/** Facts that hold for the whole project. */
export interface EmitterContext {
  readonly graph: Graph
  readonly mode: Mode
  /** What the mode adds to this project. */
  readonly emission: Emission
  readonly machine: Machine
  /** Rows of the machine's autoprecompiles. */
  readonly blockRows: BlockRows | undefined
  readonly convention: Convention
  readonly tuning: Tuning
  /** Hot registers in argument order. */
  readonly hot: readonly number[]
  readonly cold: number
  /**
   * Those of the others that travel in vector registers, in argument order. Inside a region they are locals like the
   * rest.
   */
  readonly warm: readonly number[]
  readonly functions: ReadonlyMap<number, string>
  /** Undefined where units say addresses as they are. */
  readonly stable: StableText | undefined
  readonly isRoot: Uint8Array
  readonly isResume: Uint8Array
  /** The blocks that start with a stop test, by region. */
  readonly stopTests: StopTests
  /** Where a return may well go to, by its block. */
  readonly returns: ReadonlyMap<number, readonly number[]>
  /** The condition of a block's branch, with what a profile says about it. */
  readonly expect: (block: number, condition: string) => string
  /** Names of regions that were asked for, see regionName. */
  readonly names: Map<number, string>
  /** By register, the statement that brings its value to where the next region or the host looks for it. */
  readonly saves: readonly string[]
  /**
   * `char *m, int64_t left, …`: the parameters that every region has, and the same names as arguments of a transfer.
   */
  readonly parameters: string
  readonly arguments: string
}

/** Parameter and argument lists for a mode's counters, its own arguments and the registers that travel. */
export function signature(
  mode: Mode,
  emission: Emission,
  hot: readonly number[],
  warm: readonly number[],
): Pick<EmitterContext, 'parameters' | 'arguments'> {
  const counters = mode.counters.map(counter => counter.name)
  const registers = hot.map(r => registerNames[r]!)
  const others = warm.map(warmName)
  return {
    parameters: [
      'char *m',
      ...counters.map(name => `int64_t ${name}`),
      ...emission.parameters.map(({ type, name }) => `${type} ${name}`),
      ...registers.map(name => `reg ${name}`),
      ...others.map(name => `double ${name}`),
    ].join(', '),
    arguments: ['m', ...counters, ...emission.parameters.map(({ name }) => name), ...registers, ...others].join(', '),
  }
}

/** The statement for each register. */
export const savesOf = (warm: readonly number[]): string[] =>
  registerNames.map(
    (name, register) =>
      `${warm.includes(register) ? `${warmName(register)} = of_reg(${name})` : `${stateOf(register)} = ${name}`}; `,
  )

/** Name of the C function of the region that starts at `pc`. */
export function regionName(context: EmitterContext, kind: 'main' | 'resume', pc: number): string {
  // Addresses of code are multiples of 4.
  const key = kind === 'main' ? pc : pc + 1
  let name = context.names.get(key)
  if (name === undefined) context.names.set(key, (name = newName(context, kind, pc)))
  return name
}

function newName(context: EmitterContext, kind: 'main' | 'resume', pc: number): string {
  if (context.stable !== undefined) return `${kind === 'main' ? 'r' : 'resume'}_${context.stable.places.nameOf(pc)}`
  const symbol = context.functions.get(pc)
  return `${kind === 'main' ? 'r' : 'resume'}_${hex8(pc)}${symbol === undefined ? '' : `_${symbol}`}`
}

/**
 * Declarations of regions: hidden, so that a transfer into another unit is a direct jump and its address does not come
 * from a table.
 */
export function declareRegions(names: readonly string[]): string {
  return names.length === 0
    ? ''
    : `#pragma GCC visibility push(hidden)\nregion ${names.join(', ')};\n#pragma GCC visibility pop\n`
}
