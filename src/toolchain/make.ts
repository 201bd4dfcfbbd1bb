/** Runs make in a project directory, with progress, and without leaving processes behind when it is stopped. */
import { mkdir, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { RvrError, abortError } from '../errors.ts'
import { noEvents, type EventSink } from '../events.ts'
import { firstError } from './compiler-errors.ts'
import { toolEnvironment } from './environment.ts'
import { tiedToThisProcess } from './lifeline.ts'
import { makeVariables } from './make-arguments.ts'
import { endingWith } from './process-group.ts'
import type { Toolchain } from './toolchain.ts'

export interface MakeOptions {
  readonly signal?: AbortSignal | undefined
  /** Parallel compiler processes; default: the number of processors. */
  readonly jobs?: number | undefined
  /** Objects that will be made, for progress; 0 when unknown. */
  readonly planned?: number
  /** How many of them are there already. */
  readonly made?: number
  readonly events?: EventSink
}

/** Where compilers put their temporary files while they run. */
const TEMPORARY = '.tmp'
/** Output kept for an error report, in characters. */
const LOG_LIMIT = 4_000_000

/**
 * Counts objects from the lines that make prints: "CC unit_000.o" announces one, so all before it but the last `jobs`
 * are finished; "LD" means all are.
 */
async function followProgress(
  lines: AsyncIterable<unknown>,
  { planned = 0, made = 0, events = noEvents }: MakeOptions,
  jobs: number,
): Promise<void> {
  let started = made
  let done = -1
  for await (const line of lines) {
    if (/^CC \S+\.o$/.test(String(line))) started++
    const finished = String(line).startsWith('LD ') ? started : Math.max(made, started - jobs)
    if (finished === done) continue
    done = finished
    events({ type: 'object', done, planned: Math.max(planned, started) })
  }
}

/**
 * Runs make in `directory` with the toolchain's compiler and flags, then `args`. The environment is exactly what keys
 * hash. Throws COMPILE_FAILED with the first error line (details: firstError, log, projectDir), ABORTED when `signal`
 * fires: by then no process of it is left. The directory stays in either case.
 */
export async function runMake(
  directory: string,
  toolchain: Toolchain,
  args: readonly string[] = [],
  options: MakeOptions = {},
): Promise<void> {
  const { signal } = options
  const jobs = Math.max(1, options.jobs ?? availableParallelism())
  const isAborted = (): boolean => signal?.aborted === true
  const aborted = (): RvrError => abortError('compiling', signal, { projectDir: directory })
  if (isAborted()) throw aborted()
  const { execa } = await import('execa')
  const temporary = join(directory, TEMPORARY)
  await mkdir(temporary, { recursive: true })
  const make = ['--no-builtin-rules', '--no-print-directory', `-j${jobs}`, ...makeVariables(toolchain), ...args]
  const [shell, command] = tiedToThisProcess(toolchain.make.path, make)
  const child = execa(shell, command, {
    cwd: directory,
    env: toolEnvironment(toolchain.environment, [toolchain.cc.path, toolchain.make.path, toolchain.ld.path], temporary),
    extendEnv: false,
    stdin: 'pipe',
    all: true,
    detached: true,
    cleanup: false,
    reject: false,
    maxBuffer: LOG_LIMIT,
  })
  // A detached group outlives its parent: it is taken along when the process exits.
  using _ = endingWith(child.pid, signal)
  try {
    const [result] = await Promise.all([
      child,
      followProgress(child.iterable({ from: 'stdout' }), options, jobs).catch(() => {}),
    ])
    if (isAborted()) throw aborted()
    if (result.failed) throw compileFailed(directory, toolchain, result)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

function compileFailed(
  directory: string,
  toolchain: Toolchain,
  result: { all?: unknown; stderr?: unknown; exitCode?: number | undefined; signal?: string | undefined },
): RvrError {
  const log = String(result.all ?? '')
  const { path, version } = toolchain.cc
  const reason =
    firstError(log) ??
    (result.signal === undefined
      ? `make ended with status ${result.exitCode ?? 'unknown'}`
      : `make was ended by ${result.signal}`)
  return new RvrError('COMPILE_FAILED', `the C compiler failed: ${reason}`, {
    hint: `The project is kept in ${directory}; run make there to see everything. Compiler: ${path} (${version}).`,
    details: { firstError: reason, log, projectDir: directory },
  })
}
