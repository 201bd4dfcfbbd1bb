/**
 * How long a test waits for what has to happen, in milliseconds: no part of what is tested, only a bound for what
 * hangs, so that a machine that is many times slower, or busy, passes too.
 */
export const PATIENCE_MS = 600_000
