/** Options that several commands share, and what they mean to the SDK. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { abiNames } from '../../extensions/registry.ts'
import type { AbiName } from '../../extensions/abi.ts'
import { MAX_TRACE_HEIGHT } from '../../machine/limits.ts'
import { STANDARD_INPUT } from '../../files/standard-input.ts'
import { modes } from '../../modes/registry.ts'
import type { ExecuteOptions, LoadOptions, RvrOptions } from '../../sdk/options.ts'
import { Progress } from '../progress/progress.ts'
import type { Shell } from '../shell.ts'
import { limitIn, parseJobs, sizeIn } from './values.ts'

export const DEFAULT_MODE = 'pure'

export interface ReportOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

export interface GuestOptions {
  readonly abi: AbiName
  readonly machine?: string
  readonly config?: string
  readonly extension: readonly string[]
}

export interface StoreOptions {
  readonly cacheDir?: string
  /** False with --no-cache. */
  readonly cache?: boolean
}

export interface BuildOptions extends StoreOptions {
  readonly cc?: string
  readonly targetCpu?: string
  readonly jobs?: number
  /** False with --no-remote-cache. */
  readonly remoteCache?: string | false
  readonly remoteCacheReadOnly?: boolean
  readonly remoteCacheUnsigned?: boolean
}

export interface SegmentOptions {
  readonly maxTraceHeight?: number
  readonly maxMemory?: number
  readonly maxInteractions?: number
}

/** Collects the values of a repeatable option. */
export const append = (value: string, earlier: readonly string[]): readonly string[] => [...earlier, value]

const notEmpty = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('It is empty.')
  return text
}

/** The path of a file to read, where `-` is standard input. */
export const inputPath = (text: string): string => (text === '-' ? STANDARD_INPUT : notEmpty(text))

export const jsonOption = (): Option => new Option('--json', 'print one JSON object (schema: docs/json.md)')

export const formatOption = (): Option =>
  new Option('--format <format>', 'text, or markdown for job summaries (default: text)')
    .choices(['text', 'markdown'])
    .conflicts('json')

export const modeOption = (): Option =>
  new Option('--mode <mode>', `what is counted beside the guest's work (default: ${DEFAULT_MODE})`).choices(
    modes.map(mode => mode.name),
  )

const abiOption = (): Option =>
  new Option('--abi <abi>', 'what the guest expects of its host').choices(abiNames).default('openvm' satisfies AbiName)

const machineOption = (): Option =>
  new Option(
    '--machine <file>',
    'chips, widths and limits to count with (default: RV64IM or RV32IM, as the guest; format: docs/machine.md)',
  ).argParser(inputPath)

/** --abi, --config, --extension and --machine: what a guest is built for. */
export function addGuestOptions(command: Command): Command {
  return command
    .addOption(abiOption())
    .addOption(
      new Option(
        '--config <file>',
        'the openvm.toml that the guest was built with (default: the one beside the guest)',
      ).argParser(inputPath),
    )
    .addOption(
      new Option(
        '--extension <path>',
        'module or folder of an extension of your own, repeatable (docs/extensions.md); its code runs in rvr',
      )
        .argParser(append)
        .default([], 'none'),
    )
    .addOption(machineOption())
}

/** The options of `rvr.load` that come from a command's options. */
export function loadOptions(
  { abi, machine, config, extension }: GuestOptions,
  { signal }: Pick<Shell, 'signal'>,
): LoadOptions {
  return {
    abi,
    signal,
    ...(machine !== undefined && { machine }),
    ...(config !== undefined && { config }),
    ...(extension.length > 0 && { extensions: extension }),
  }
}

/** --json, -q and -v. */
export function addReportOptions(command: Command): Command {
  return command
    .addOption(jsonOption())
    .addOption(new Option('-q, --quiet', 'no progress and no warnings').conflicts('verbose'))
    .option('-v, --verbose', 'also stage times, cache outcomes and why a guest is not in the cache')
}

export const cacheDirectoryOption = (): Option =>
  new Option(
    '--cache-dir <dir>',
    'where compiled guests are kept (default: RVR_CACHE_DIR, else $XDG_CACHE_HOME/rvr)',
  ).argParser(notEmpty)

/**
 * The remote cache, whose secret and credentials are in files and variables alone: the list of processes shows
 * arguments.
 */
function addRemoteOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--remote-cache <url>',
        'also look into the cache of this server and store there (default: RVR_REMOTE_CACHE; docs/cache.md)',
      ).argParser(notEmpty),
    )
    .option('--no-remote-cache', 'use no remote cache')
    .option('--remote-cache-read-only', 'store nothing in the remote cache')
    .option('--remote-cache-unsigned', 'run code of the remote cache that nobody has signed')
}

/** --cc, --target-cpu and --jobs. */
export function addToolchainOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--cc <compiler>',
        'C compiler, a path or a name (default: RVR_CC, else the newest clang, else gcc)',
      ).argParser(notEmpty),
    )
    .addOption(
      new Option('--target-cpu <cpu>', 'CPU to compile for, such as x86-64-v3 (default: native)').argParser(notEmpty),
    )
    .addOption(new Option('--jobs <n>', 'parallel compiler processes (default: all processors)').argParser(parseJobs))
}

/** --cache-dir, --no-cache, the remote cache, --cc, --target-cpu and --jobs. */
export function addBuildOptions(command: Command): Command {
  command
    .addOption(cacheDirectoryOption().conflicts('cache'))
    .option('--no-cache', 'neither look into the cache nor store there')
  return addToolchainOptions(addRemoteOptions(command))
}

/** --max-trace-height, --max-memory and --max-interactions: limits of a segment. */
export function addSegmentOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--max-trace-height <rows>',
        'cut segments before a padded trace is higher (default: that of the machine)',
      ).argParser(limitIn({ least: 1, greatest: MAX_TRACE_HEIGHT })),
    )
    .addOption(
      new Option(
        '--max-memory <size>',
        'cut segments before proving one is estimated to take more: 12GiB (default: that of the machine)',
      ).argParser(sizeIn({ least: 1 })),
    )
    .addOption(
      new Option(
        '--max-interactions <n>',
        'cut segments before they have more bus interactions (default: that of the machine)',
      ).argParser(limitIn({ least: 1 })),
    )
}

/** The limits of a segment that were given. */
export function segmentLimits({
  maxTraceHeight,
  maxMemory,
  maxInteractions,
}: SegmentOptions): Pick<ExecuteOptions, 'segmentLimits'> {
  const limits = {
    ...(maxTraceHeight !== undefined && { maxTraceHeight }),
    ...(maxMemory !== undefined && { maxMemoryBytes: maxMemory }),
    ...(maxInteractions !== undefined && { maxInteractions }),
  }
  return Object.keys(limits).length === 0 ? {} : { segmentLimits: limits }
}

export function createProgress(options: ReportOptions, shell: Shell): Progress {
  return new Progress({
    stream: shell.stderr,
    signal: shell.signal,
    ...(options.quiet && { quiet: true }),
    ...(options.verbose && { verbose: true }),
  })
}

/** The SDK's options for the build options of a command. */
export function rvrOptions(
  options: BuildOptions & Pick<ReportOptions, 'verbose'>,
  progress: Pick<Progress, 'sink'>,
  { signal }: Pick<Shell, 'signal'>,
): RvrOptions {
  const { cacheDir, cc, targetCpu, jobs, remoteCache, remoteCacheReadOnly, remoteCacheUnsigned } = options
  return {
    onEvent: progress.sink,
    signal,
    ...(options.cache === false ? { cacheDir: false } : cacheDir !== undefined && { cacheDir }),
    remote:
      remoteCache === false
        ? false
        : {
            ...(typeof remoteCache === 'string' && { url: remoteCache }),
            ...(remoteCacheReadOnly && { readOnly: true }),
            ...(remoteCacheUnsigned && { unsigned: true }),
          },
    ...(cc !== undefined && { cc }),
    ...(targetCpu !== undefined && { targetCpu }),
    ...(jobs !== undefined && { jobs }),
    ...(options.verbose && { explainMisses: true }),
  }
}
