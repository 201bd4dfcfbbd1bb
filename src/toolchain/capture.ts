/** Runs a small program of the toolchain for its output. */
import { spawn } from 'node:child_process'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { abortError, throwIfAborted } from '../errors.ts'
import { endingWith, killGroup } from './process-group.ts'

export interface Captured {
  /** Exit status; -1 when the program could not be started or was ended by a signal. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Puts a question to a program. Rejects with ABORTED alone; `further` is added to the environment. */
export type Ask = (
  file: string,
  args: readonly string[],
  further?: Readonly<Record<string, string>>,
) => Promise<Captured>

/** Longest time that a probe may take, in milliseconds. */
const PROBE_TIMEOUT_MS = 30_000
/** Whoever prints more than this does not answer a question, in characters. */
const OUTPUT_LIMIT = 4_000_000

/** Asks with exactly `environment`, until `signal` fires. */
export function askingIn(environment: Readonly<Record<string, string>>, signal?: AbortSignal): Ask {
  return (file, args, further) => capture(file, args, { ...environment, ...further }, signal)
}

/** Starting a process keeps the thread busy for milliseconds, so of several programs each gets a turn of its own. */
let started = Promise.resolve()

async function capture(
  file: string,
  args: readonly string[],
  environment: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Captured> {
  await (started = started.then(() => nextTurn()))
  throwIfAborted('compiling', signal)
  // In a group of its own, so that Ctrl-C in a terminal does not make a compiler look as if it did not work.
  const child = spawn(file, args, { env: environment, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  using _ = endingWith(child.pid, signal)
  const { promise, resolve } = Promise.withResolvers<Captured>()
  const timer = setTimeout(() => killGroup(child.pid), PROBE_TIMEOUT_MS)
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      if (output[name].length > OUTPUT_LIMIT) killGroup(child.pid)
    })
  }
  child.on('error', error => resolve({ ...output, status: -1, stderr: `${output.stderr}${error.message}\n` }))
  child.on('close', status => resolve({ ...output, status: status ?? -1 }))
  const captured = await promise
  clearTimeout(timer)
  if (signal?.aborted === true) throw abortError('compiling', signal)
  return captured
}
