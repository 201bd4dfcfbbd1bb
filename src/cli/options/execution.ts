/** What the commands that execute guests share: options, inputs, the guest made ready. */
import type { Option } from 'commander'
import { MAX_PUBLIC_VALUES_BYTES } from '../../extensions/bounds.ts'
import { RvrError } from '../../errors.ts'
import type { GuestDirectory } from '../../extensions/linux/files/directories.ts'
import type { RvrEvent } from '../../events.ts'
import type { Artifact } from '../../sdk/artifact.ts'
import type { Guest } from '../../sdk/guest.ts'
import type { ExecuteOptions, ResumeFromOptions } from '../../sdk/options.ts'
import { INPUT_FORMS } from './input-spec.ts'
import type { BuildOptions } from './build.ts'
import { inputPath, listed, option, valued } from './declare.ts'
import { guestOptions, type GuestOptions } from './guest.ts'
import type { ProfileOptions } from './profiles.ts'
import { segmentLimits, type SegmentOptions } from './segments.ts'
import type { Progress } from '../progress/progress.ts'
import { stoppingForSave, type SavedRunOptions } from './saved-runs.ts'
import type { Shell } from '../shell.ts'
import { directoryOption, environmentOf, givenAnew } from './linux-guests.ts'
import { parseCount, parseDuration, parseSeed, sizeIn } from './values.ts'
import type { ModeName } from '../../modes/registry.ts'

export type Tier = 'auto' | 'native' | 'native-interp' | 'interp'

export interface ExecutionOptions extends BuildOptions, GuestOptions, SegmentOptions {
  readonly tier?: Tier
  /** The former name of the option. */
  readonly engine?: Tier
  readonly input: readonly string[]
  readonly inputFile?: string
  readonly stream?: string
  readonly arg: readonly string[]
  readonly env: readonly string[]
  readonly dir: readonly GuestDirectory[]
  readonly maxInstructions?: bigint
  readonly maxCost?: bigint
  readonly timeout?: number
  readonly publicValuesBytes?: number
  readonly seed?: bigint
}

const TIERS: readonly (readonly [Tier, string])[] = [
  ['auto', 'interpret at once, compile the guest when it runs for long'],
  ['native', 'compile first'],
  ['native-interp', 'the native interpreter, made once for all guests'],
  ['interp', 'the reference interpreter: never compile'],
]

const names = TIERS.map(([name]) => name)

function tierOption(): Option {
  const meanings = TIERS.map(([name, what]) => `${name}: ${what}`)
  return option('--tier <tier>', `${meanings.join('; ')} (default: ${names[0]})`).choices(names)
}

/** What the guest gets, where it stops at the latest, and what it runs in. */
export const executionOptions = (): Option[] => [
  ...guestOptions(),
  listed('--input <spec>', `one input record, repeatable: ${INPUT_FORMS}`),
  valued('--input-file <json>', 'input records from a file {"input": ["0x01…"]}, before those of --input', inputPath),
  valued('--stream <file>', 'the items that the guest pulls, as rvr stream emit wrote them', inputPath),
  listed('--arg <text>', 'one argument of a linux guest after its name, repeatable'),
  listed('--env <name=value>', 'one variable of a linux guest, repeatable'),
  directoryOption(),
  valued('--max-instructions <n>', 'stop after exactly this many instructions', parseCount),
  valued('--max-cost <n>', 'stop before the trace cells exceed this', parseCount),
  valued('--timeout <duration>', 'stop after this time: 500ms, 30s, 2m', parseDuration),
  valued(
    '--public-values-bytes <n>',
    'size of the public values (default: 64)',
    sizeIn({ greatest: MAX_PUBLIC_VALUES_BYTES }),
  ),
  valued('--seed <n>', 'seed of the random words a guest may ask for (default: 0)', parseSeed),
  tierOption(),
  option('--engine <tier>', 'the former name of --tier').choices(names).conflicts('tier').hideHelp(),
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
    maxInstructions,
    maxCost,
    timeoutMs: timeout,
  }
}

/** What the guest is given by its host. */
export type Given = Pick<ExecuteOptions, 'inputs' | 'stream'>

/** The SDK's options for what the guest in `file` begins with. */
export function startOptions(file: string, options: ExecutionOptions, given: Given): ExecuteOptions {
  return {
    ...given,
    segmentLimits: segmentLimits(options),
    publicValuesBytes: options.publicValuesBytes,
    seed: options.seed,
    args: options.arg.length > 0 ? [file, ...options.arg] : undefined,
    env: options.env.length > 0 ? environmentOf(options.env) : undefined,
    ...givenAnew(options),
  }
}

/** The inputs and the stream that are asked for. @throws RvrError `INPUT_INVALID`, `STREAM_INVALID`, `IO`, `ABORTED` */
export async function readGiven(
  options: Pick<ExecutionOptions, 'input' | 'inputFile' | 'stream'>,
  signal: AbortSignal,
): Promise<Given & { readonly inputs: readonly Uint8Array[] }> {
  const { stream } = options
  return {
    inputs: await readInputs(options, signal),
    stream:
      stream === undefined ? undefined : await (await import('../../streams/stream.ts')).readStream(stream, signal),
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

/** What makes a guest ready beside the options of the command. */
export interface Preparation {
  readonly guest: Guest
  readonly mode: ModeName
  readonly options: Pick<ExecutionOptions, 'tier' | 'engine' | 'cc'> & ProfileOptions & { readonly check?: boolean }
  readonly shell: Shell
  readonly progress: Progress
}

/**
 * The guest ready to run in the tier that was asked for. Without a compiler the reference interpreter takes over,
 * unless what needs one was asked for by name.
 */
export async function makeReady({ guest, mode, options, shell, progress }: Preparation): Promise<Artifact> {
  const { signal } = shell
  const { profile, check } = options
  const named = namedTier(options)
  const tier = check ? 'native' : (named ?? 'auto')
  // Beside a running guest, whose text goes to the same place, no progress is shown.
  const quietly = (event: RvrEvent): void => {
    const isProgress = event.type === 'object' || (event.type === 'stage' && event.state === 'start')
    if (!isProgress) progress.sink(event)
  }
  if (tier === 'interp') return guest.interpret(mode)
  try {
    if (tier === 'native') return await guest.compile(mode, { signal, profile, onEvent: progress.sink })
    if (tier === 'native-interp') return await guest.interpretNatively(mode, { signal })
    return await guest.tiered(mode, { signal, profile, onEvent: quietly })
  } catch (error) {
    // A compiler that was asked for by name and is not there is the user's error, not a reason to run far slower.
    const isNamed = tier !== 'auto' || options.cc !== undefined || Boolean(process.env['RVR_CC'])
    if (!(error instanceof RvrError) || error.code !== 'TOOLCHAIN_MISSING' || isNamed) throw error
    progress.sink({
      type: 'warning',
      message: `${error.message}; running in the reference interpreter, which is far slower`,
      hint: error.hint ?? 'rvr doctor says what to install.',
    })
    return guest.interpret(mode)
  }
}
