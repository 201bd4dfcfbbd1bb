/** Runs make in a project directory, with progress, and without leaving processes behind when it is stopped. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
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
  lines: AsyncIterable<string>,
  { planned = 0, made = 0, events = noEvents }: MakeOptions,
  jobs: number,
): Promise<void> {
  let started = made
  let done = -1
  for await (const line of lines) {
    if (/^CC \S+\.o$/.test(line)) started++
    const finished = line.startsWith('LD ') ? started : Math.max(made, started - jobs)
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
  const temporary = join(directory, TEMPORARY)
  await mkdir(temporary, { recursive: true })
  const make = ['--no-builtin-rules', '--no-print-directory', `-j${jobs}`, ...makeVariables(toolchain), ...args]
  const [shell, command] = tiedToThisProcess(toolchain.make.path, make)
  const tools = [toolchain.cc.path, toolchain.make.path, toolchain.ld.path]
  const child = spawn(shell, command, {
    cwd: directory,
    env: toolEnvironment(toolchain.environment, tools, temporary),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  // A detached group outlives its parent: it is taken along when the process exits.
  using _ = endingWith(child.pid, signal)
  try {
    const [ending] = await Promise.all([
      endOf(child),
      followProgress(createInterface({ input: child.stdout }), options, jobs).catch(() => {}),
    ])
    if (isAborted()) throw aborted()
    if (ending.status !== 0) throw compileFailed(directory, toolchain, ending)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** How make ended, with what it and its compilers printed, in the order that it came. */
interface Ending {
  readonly status: number | null
  readonly signal: string | null
  readonly log: string
}

/** The log's beginning is kept: the first error is in it. */
function endOf(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<Ending> {
  const { promise, resolve } = Promise.withResolvers<Ending>()
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (log.length < LOG_LIMIT) log += text
    })
  child.on('error', ({ message }) => resolve({ status: null, signal: null, log: `${log}${message}` }))
  child.on('close', (status, signal) => resolve({ status, signal, log: log.trimEnd() }))
  return promise
}

function compileFailed(directory: string, toolchain: Toolchain, { status, signal, log }: Ending): RvrError {
  const { path, version } = toolchain.cc
  const reason =
    firstError(log) ??
    (signal === null ? `make ended with status ${status ?? 'unknown'}` : `make was ended by ${signal}`)
  return new RvrError('COMPILE_FAILED', `the C compiler failed: ${reason}`, {
    hint: `The project is kept in ${directory}; run make there to see everything. Compiler: ${path} (${version}).`,
    details: { firstError: reason, log, projectDir: directory },
  })
}
