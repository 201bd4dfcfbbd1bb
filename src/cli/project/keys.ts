/** What an rvr.toml may say: long options by their names, and when they count. */

/** Options of a command as commander has them: by attribute name. */
export type GivenOptions = Readonly<Record<string, unknown>>

export interface ProjectKey {
  /** The variable that wins against the file. */
  readonly variable?: string
  /** A path counts from the file's folder. */
  readonly path?: 'always' | 'with-slash'
  /** What it names is run as code, or vouches for code: a file that was found by itself may not say that. */
  readonly runsCode?: true
  /** Options of the command line (attribute names) beside which it does not count. */
  readonly yieldsTo?: readonly string[]
  /** Does it mean anything beside the others, for a command that has certain keys? Asked in the order of the keys. */
  readonly applies?: (options: GivenOptions, has: (key: string) => boolean) => boolean
}

/** `rvr cost` has no --mode, and cuts segments. */
const cutsSegments = ({ mode }: GivenOptions, has: (key: string) => boolean): boolean =>
  !has('mode') || mode === 'metered'

export const projectKeys: Readonly<Record<string, ProjectKey>> = {
  abi: { yieldsTo: ['resume'] },
  isa: {},
  mode: { yieldsTo: ['resume', 'artifact', 'profileOut'] },
  config: { path: 'always', applies: ({ abi }) => abi !== 'linux' },
  machine: { path: 'always' },
  extension: { path: 'always', runsCode: true },
  tier: { yieldsTo: ['check', 'artifact', 'engine'] },
  timeout: {},
  'max-instructions': {},
  'max-trace-height': { applies: cutsSegments },
  'max-memory': { applies: cutsSegments },
  'max-interactions': { applies: cutsSegments },
  'public-values-bytes': {},
  seed: {},
  'cache-dir': { variable: 'RVR_CACHE_DIR', path: 'always', runsCode: true },
  cache: {},
  'remote-cache': { variable: 'RVR_REMOTE_CACHE', runsCode: true },
  'remote-cache-read-only': { variable: 'RVR_REMOTE_CACHE_READ_ONLY' },
  'remote-cache-unsigned': { variable: 'RVR_REMOTE_CACHE_UNSIGNED', runsCode: true },
  cc: { variable: 'RVR_CC', path: 'with-slash', runsCode: true },
  'target-cpu': {},
  jobs: {},
  by: {},
  top: {},
  unit: {},
  steps: { path: 'always' },
  quiet: {},
  verbose: {},
}
