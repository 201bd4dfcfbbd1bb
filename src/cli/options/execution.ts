/** What the commands that execute guests share: options, inputs, the guest made ready. */
import { Option, type Command } from 'commander'
import { MAX_PUBLIC_VALUES_BYTES } from '../../extensions/bounds.ts'
import { RvrError } from '../../errors.ts'
import type { Artifact } from '../../sdk/artifact.ts'
import type { Guest } from '../../sdk/guest.ts'
import type { ExecuteOptions, ResumeFromOptions } from '../../sdk/options.ts'
import { INPUT_FORMS } from './input-spec.ts'
import {
  addGuestOptions,
  append,
  inputPath,
  segmentLimits,
  type BuildOptions,
  type GuestOptions,
  type SegmentOptions,
} from './build.ts'
import { profileOptions, type ProfileOptions } from './profiles.ts'
import type { Progress } from '../progress/progress.ts'
import { stoppingForSave, type SavedRunOptions } from './saved-runs.ts'
import type { Shell } from '../shell.ts'
import { parseCount, parseDuration, parseSeed, sizeIn } from './values.ts'
import type { ModeName } from '../../modes/registry.ts'

export type Tier = 'auto' | 'native' | 'interp'

export interface ExecutionOptions extends BuildOptions, GuestOptions, SegmentOptions {
  readonly tier?: Tier
  /** The former name of the option. */
  readonly engine?: Tier
  readonly input: readonly string[]
  readonly inputFile?: string
  readonly arg: readonly string[]
  readonly maxInstructions?: bigint
  readonly maxCost?: bigint
  readonly timeout?: number
  readonly publicValuesBytes?: number
  readonly seed?: bigint
}

/** What the guest gets, where it stops at the latest, and what it runs in: one of `tiers`, the first one by default. */
export function addExecutionOptions(command: Command, tiers: readonly Tier[]): Command {
  return addGuestOptions(command)
    .addOption(
      new Option('--input <spec>', `one input record, repeatable: ${INPUT_FORMS}`)
        .argParser(append)
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--input-file <json>',
        'input records from a file {"input": ["0x01…"]}, before those of --input',
      ).argParser(inputPath),
    )
    .addOption(
      new Option('--arg <text>', 'one argument of a linux guest after its name, repeatable')
        .argParser(append)
        .default([], 'none'),
    )
    .addOption(new Option('--max-instructions <n>', 'stop after exactly this many instructions').argParser(parseCount))
    .addOption(new Option('--max-cost <n>', 'stop before the trace cells exceed this').argParser(parseCount))
    .addOption(new Option('--timeout <duration>', 'stop after this time: 500ms, 30s, 2m').argParser(parseDuration))
    .addOption(
      new Option('--public-values-bytes <n>', 'size of the public values (default: 64)').argParser(
        sizeIn({ greatest: MAX_PUBLIC_VALUES_BYTES }),
      ),
    )
    .addOption(
      new Option('--seed <n>', 'seed of the random words a guest may ask for (default: 0)').argParser(parseSeed),
    )
    .addOption(
      new Option(
        '--tier <tier>',
        `${TIERS.filter(([name]) => tiers.includes(name))
          .map(([name, what]) => `${name}: ${what}`)
          .join('; ')} (default: ${tiers[0]})`,
      ).choices(tiers),
    )
    .addOption(new Option('--engine <tier>', 'the former name of --tier').choices(tiers).conflicts('tier').hideHelp())
}

const TIERS: readonly (readonly [Tier, string])[] = [
  ['auto', 'interpret at once, go on in native code when it is ready'],
  ['native', 'compile first'],
  ['interp', 'never compile'],
]

/** What was asked for by name. */
export const namedTier = ({ tier, engine }: Pick<ExecutionOptions, 'tier' | 'engine'>): Tier | undefined =>
  tier ?? engine

/** Limits of an execution, and who hears of it: what a resumed run has too. */
export function stretchOptions(
  options: ExecutionOptions & Pick<SavedRunOptions, 'save'>,
  shell: Shell,
  progress: Progress,
): ResumeFromOptions {
  const { maxInstructions, maxCost, timeout } = options
  return {
    ...stoppingForSave(options, shell),
    onPrint: (_stream, bytes) => progress.print(bytes),
    ...(maxInstructions !== undefined && { maxInstructions }),
    ...(maxCost !== undefined && { maxCost }),
    ...(timeout !== undefined && { timeoutMs: timeout }),
  }
}

/** The SDK's options for what the guest in `file` begins with. */
export function startOptions(file: string, options: ExecutionOptions, inputs: readonly Uint8Array[]): ExecuteOptions {
  return {
    inputs,
    ...segmentLimits(options),
    ...(options.publicValuesBytes !== undefined && { publicValuesBytes: options.publicValuesBytes }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.arg.length > 0 && { args: [file, ...options.arg] }),
  }
}

export async function readInputs(
  options: Pick<ExecutionOptions, 'input' | 'inputFile'>,
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  const { parseInput, readInputFile } = await import('./input-spec.ts')
  const fromFile = options.inputFile === undefined ? [] : await readInputFile(options.inputFile, signal)
  return [...fromFile, ...(await Promise.all(options.input.map(spec => parseInput(spec, signal))))]
}

/**
 * The guest compiled, or being compiled while it runs. Without a compiler the interpreter takes over, unless native
 * code was asked for by name.
 */
export async function compileOrInterpret(
  guest: Guest,
  mode: ModeName,
  how: Exclude<Tier, 'interp'>,
  options: Pick<ExecutionOptions, 'tier' | 'engine' | 'cc'> & ProfileOptions & { readonly check?: boolean },
  shell: Shell,
  progress: Progress,
): Promise<Artifact> {
  const compile = { signal: shell.signal, ...profileOptions(options) }
  try {
    // Beside a running guest, whose text goes to the same place, no progress is shown.
    return await (how === 'native'
      ? guest.compile(mode, { ...compile, onEvent: progress.sink })
      : guest.tiered(mode, {
          ...compile,
          onEvent: event => {
            if (event.type !== 'object' && !(event.type === 'stage' && event.state === 'start')) progress.sink(event)
          },
        }))
  } catch (error) {
    // A compiler that was asked for by name and is not there is the user's error, not a reason to run far slower.
    const isNamed = namedTier(options) === 'native' || options.cc !== undefined || Boolean(process.env['RVR_CC'])
    if (!(error instanceof RvrError) || error.code !== 'TOOLCHAIN_MISSING' || isNamed || options.check) throw error
    progress.sink({
      type: 'warning',
      message: `${error.message}; running in the interpreter, which is far slower`,
      hint: error.hint ?? 'rvr doctor says what to install.',
    })
    return guest.interpret(mode)
  }
}
