/** Where compiled guests are kept, and what compiles them: caches and toolchain. */
import type { Option } from 'commander'
import type { RvrOptions } from '../../sdk/options.ts'
import type { Progress } from '../progress/progress.ts'
import type { Shell } from '../shell.ts'
import { notEmpty, option, valued } from './declare.ts'
import type { ReportOptions } from './report.ts'
import { parseJobs } from './values.ts'

export interface BuildOptions {
  readonly cacheDir?: string
  /** False with --no-cache. */
  readonly cache?: boolean
  readonly cc?: string
  readonly targetCpu?: string
  readonly jobs?: number
  /** False with --no-remote-cache. */
  readonly remoteCache?: string | false
  readonly remoteCacheReadOnly?: boolean
  readonly remoteCacheUnsigned?: boolean
}

export const cacheDirectoryOption = (): Option =>
  valued(
    '--cache-dir <dir>',
    'where compiled guests are kept (default: RVR_CACHE_DIR, else $XDG_CACHE_HOME/rvr)',
    notEmpty,
  )

/**
 * The remote cache, whose secret and credentials are in files and variables alone: the list of processes shows
 * arguments.
 */
const remoteOptions = (): Option[] => [
  valued(
    '--remote-cache <url>',
    'also look into the cache of this server and store there (default: RVR_REMOTE_CACHE; docs/cache.md)',
    notEmpty,
  ),
  option('--no-remote-cache', 'use no remote cache'),
  option('--remote-cache-read-only', 'store nothing in the remote cache'),
  option('--remote-cache-unsigned', 'run code of the remote cache that nobody has signed'),
]

export const toolchainOptions = (): Option[] => [
  valued(
    '--cc <compiler>',
    'C compiler, a path or a name (default: RVR_CC, else the newest clang, else gcc)',
    notEmpty,
  ),
  valued('--target-cpu <cpu>', 'CPU to compile for, such as x86-64-v3 (default: native)', notEmpty),
  valued('--jobs <n>', 'parallel compiler processes (default: all processors)', parseJobs),
]

/** The cache, the remote cache and the toolchain. */
export const buildOptions = (): Option[] => [
  cacheDirectoryOption().conflicts('cache'),
  option('--no-cache', 'neither look into the cache nor store there'),
  ...remoteOptions(),
  ...toolchainOptions(),
]

function remoteOf({ remoteCache, remoteCacheReadOnly, remoteCacheUnsigned }: BuildOptions): RvrOptions['remote'] {
  if (remoteCache === false) return false
  return {
    url: remoteCache,
    readOnly: remoteCacheReadOnly === true || undefined,
    unsigned: remoteCacheUnsigned === true || undefined,
  }
}

/** The SDK's options for the build options of a command. */
export function rvrOptions(
  options: BuildOptions & Pick<ReportOptions, 'verbose'>,
  progress: Pick<Progress, 'sink'>,
  { signal }: Pick<Shell, 'signal'>,
): RvrOptions {
  const { cacheDir, cache, cc, targetCpu, jobs, verbose } = options
  return {
    onEvent: progress.sink,
    signal,
    cacheDir: cache === false ? false : cacheDir,
    remote: remoteOf(options),
    cc,
    targetCpu,
    jobs,
    explainMisses: verbose,
  }
}
