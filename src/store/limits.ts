/** How much may stay in the cache, and how long. */
import type { Environment } from '../environment.ts'

export interface CacheLimits {
  /** Bytes of all entries; Infinity: no limit. */
  readonly maxBytes: number
  /** Milliseconds since the last use; Infinity: no limit. */
  readonly maxAgeMs: number
}

/** Limits as callers give them; what is left out comes from RVR_CACHE_MAX_BYTES and RVR_CACHE_MAX_DAYS. */
export interface LimitOptions {
  /** Bytes of all entries; default RVR_CACHE_MAX_BYTES, else 5 GiB. Infinity: no limit. */
  readonly cacheMaxBytes?: number | undefined
  /** Days since the last use; default RVR_CACHE_MAX_DAYS, else no limit. */
  readonly cacheMaxDays?: number | undefined
}

export interface CacheOptions extends LimitOptions {
  /** Default RVR_CACHE_DIR, else `$XDG_CACHE_HOME/rvr`; `false` turns the cache off. */
  readonly cacheDir?: string | false | undefined
  /** The caller's environment; default `process.env`. */
  readonly environment?: Environment
}

export const DEFAULT_MAX_BYTES = 5 * 2 ** 30
const DAY_MS = 86_400_000

/** The number in an environment variable, or undefined where there is none; `none` is no limit. */
function numberFrom(environment: Environment, name: string, warn: (message: string) => void): number | undefined {
  const text = environment[name]
  if (text === undefined || text === '') return undefined
  if (text === 'none') return Infinity
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  warn(`${name} is ${JSON.stringify(text)}, which is neither a number nor none; it is ignored`)
  return undefined
}

/** The limits that hold; `warn` hears of variables that cannot be read. */
export function limitsFrom(
  options: LimitOptions,
  environment: Environment,
  warn: (message: string) => void,
): CacheLimits {
  const maxBytes = options.cacheMaxBytes ?? numberFrom(environment, 'RVR_CACHE_MAX_BYTES', warn) ?? DEFAULT_MAX_BYTES
  const maxDays = options.cacheMaxDays ?? numberFrom(environment, 'RVR_CACHE_MAX_DAYS', warn) ?? Infinity
  return { maxBytes, maxAgeMs: maxDays * DAY_MS }
}
