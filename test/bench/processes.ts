/** Finds programs, runs them, and measures the processor time they take. */
import { spawnSync } from 'node:child_process'

export interface Finished {
  readonly stdout: string
  /** Milliseconds of user processor time, the shell's own start included (below 1 ms). */
  readonly userMs: number
  readonly wallMs: number
}

/**
 * Runs a program to its end, with `input` as its standard input. Throws when it cannot be started or its exit status is
 * not 0.
 */
export function runTimed(
  file: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  input: Uint8Array = new Uint8Array(),
): Finished {
  const begin = performance.now()
  // bash's `time` is the portable way to a child's user time in milliseconds; Node has no call for it.
  const script = 'TIMEFORMAT=%3U; exec 3>&2; time "$@" 2>&3'
  const { stdout, stderr, status, error } = spawnSync('bash', ['-c', script, 'bash', file, ...args], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: { ...process.env, ...environment, LC_ALL: 'C' },
  })
  const wallMs = performance.now() - begin
  if (error) throw error
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with status ${status}: ${stderr.trim()}`)
  return { stdout, userMs: Number(stderr.trim().split('\n').at(-1)) * 1000, wallMs }
}

/** The first of the names that runs and answers `--version`. */
export const firstFound = (names: readonly string[]): string | undefined =>
  names.find(name => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0)

/** The newest clang on PATH. */
export const newestClang = (): string | undefined =>
  firstFound([...Array.from({ length: 20 }, (_, age) => `clang-${32 - age}`), 'clang'])

/** First line of a program's `--version`. */
export const versionOf = (file: string): string =>
  (spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout ?? '').split('\n')[0]!.trim()
