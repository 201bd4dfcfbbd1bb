/** `rvr run`: compile if needed, execute, report. */
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { RvrError } from '../../errors.ts'
import { modeNamed, type ModeName } from '../../modes/registry.ts'
import type { Artifact } from '../../sdk/artifact.ts'
import type { Guest } from '../../sdk/guest.ts'
import type { ExecuteOptions, ResumeFromOptions, ResumeOptions } from '../../sdk/options.ts'
import type { Run } from '../../sdk/contract.ts'
import { showExecution } from '../execute.ts'
import { exitStatusOfRun } from '../exit-codes.ts'
import { openGuest } from '../open-guest.ts'
import { buildOptions } from '../options/build.ts'
import { addOptions, inputPath, option, valued } from '../options/declare.ts'
import { givenAnew } from '../options/linux-guests.ts'
import { dumpOptions, dumpsOf, type DumpOptions } from '../options/dumps.ts'
import {
  makeReady,
  executionOptions,
  namedTier,
  readGiven,
  startOptions,
  stretchOptions,
  type ExecutionOptions,
} from '../options/execution.ts'
import { DEBUG_MODE, gdbOption, type GdbOptions } from '../options/gdb.ts'
import { DEFAULT_MODE, modeOption } from '../options/guest.ts'
import { runTraced, traceOptions, type TraceOptions } from '../options/instruction-trace.ts'
import {
  checkProfileOut,
  countingMode,
  profilingOptions,
  recordProfile,
  type ProfileOptions,
  type ProfileOutOptions,
} from '../options/profiles.ts'
import {
  printTo,
  ReportTarget,
  reportTargetOption,
  standardInput,
  type ReportTargetOptions,
} from '../options/report-target.ts'
import { createProgress, formatOption, reportOptions, type ReportOptions } from '../options/report.ts'
import {
  checkResumed,
  openResumed,
  savedRunOptions,
  saveSuspended,
  type SavedRunOptions,
} from '../options/saved-runs.ts'
import { segmentOptions } from '../options/segments.ts'
import { checkSignature, signatureOption, writeSignature, type SignatureOptions } from '../options/signature.ts'
import { jsonLine } from '../output/messages.ts'
import type { Progress } from '../progress/progress.ts'
import type { Shell } from '../shell.ts'

export interface RunOptions
  extends
    ExecutionOptions,
    ReportOptions,
    SavedRunOptions,
    ProfileOptions,
    ProfileOutOptions,
    DumpOptions,
    SignatureOptions,
    TraceOptions,
    GdbOptions,
    ReportTargetOptions {
  readonly mode?: ModeName
  readonly check?: boolean
  readonly artifact?: string
  readonly stopAtSegment?: boolean
  readonly format?: 'text' | 'markdown'
}

export function declareRun(program: Command, shell: Shell): void {
  const command = program
    .command('run')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('execute a guest, compile it if needed, report')
    .description(
      'Executes a guest and reports how it ended. If the cache does not have it compiled, it starts in the ' +
        'interpreter and goes on in native code as soon as that is ready.',
    )
  addOptions(command, [
    modeOption(),
    ...executionOptions(),
    option('--stop-at-segment', 'stop at the next cut between segments (mode metered)').conflicts('check'),
    valued('--artifact <file>', 'run this compiled library instead of compiling', inputPath),
    option(
      '--check',
      'compare native code with the interpreter: registers and counts every 100,000 instructions, ' +
        'each call of an extension, memory at the end',
    ),
    gdbOption(),
    reportTargetOption(),
    ...traceOptions(),
    ...dumpOptions(),
    signatureOption(),
    ...savedRunOptions(),
    ...segmentOptions(),
    ...profilingOptions(),
    ...buildOptions(),
    ...reportOptions(),
    formatOption(),
  ])
    .addHelpText(
      'after',
      `
Exit status: 0 the guest terminated with 0; 1 with another code; 2 bad usage or input;
3 no toolchain or compile failed; 4 the guest trapped (or --check found a difference);
5 artifact or saved run refused; 6 a limit stopped the guest; 130 interrupted.

Examples:
  $ rvr run fibonacci.elf --input u64:800000
  $ rvr run guest.elf --mode metered-cost --input file:block.bin --timeout 30s --json
  $ rvr run guest.elf --mode metered --max-memory 8GiB
  $ rvr run guest.elf --input u64:5 --timeout 1h --save part.run
  $ rvr run guest.elf --resume part.run
  $ rvr run filter.elf --abi linux -q < input.txt | sort
  $ rvr run guest.elf --input u64:5 --profile-out guest.profile
  $ rvr run guest.elf --input u64:800000 --profile guest.profile
  $ rvr run guest.elf --trace-instructions=5000000,200 --dump-registers --dump-memory 0x300000,64`,
    )
    .action(async (file: string, options: RunOptions, self: Command) =>
      shell.finish(await run(file, options, self, shell)),
    )
}

async function run(file: string, asked: RunOptions, command: Command, shell: Shell): Promise<number> {
  const { saved, options } = await openResumed(countingMode(asked), command, shell.signal)
  checkSegmentOptions(options)
  await using progress = createProgress(options, shell)
  const target = await ReportTarget.open(options, shell)
  const given = await readGiven(options, shell.signal)
  const inputs = [...given.inputs, ...(await standardInput(file, options, shell))]
  await using opened = await openGuest(file, { options, progress, shell, own: { pool: shell.pool } })
  const { guest } = opened
  checkResumed(saved, guest, options.mode)
  await checkProfileOut(options, guest)
  const signature = await checkSignature(options, guest.image)
  const artifact = await prepare(guest, options, shell, progress)
  await progress.settle()
  const stretch: ResumeFromOptions = {
    ...stretchOptions(options, shell, progress),
    onPrint: printTo(options, shell, progress),
    stopAtSegment: options.stopAtSegment,
  }
  const execute: ExecuteOptions = { ...startOptions(file, options, { ...given, inputs }), ...stretch }
  const start = (limits: ResumeOptions): Promise<Run> =>
    saved === undefined
      ? artifact.execute({ ...execute, ...limits })
      : artifact.resumeFrom(saved, { ...stretch, ...givenAnew(options), ...limits })
  const perform = async (): Promise<Run> => {
    if (options.check) return (await guest.check(artifact, execute)).run
    if (options.gdb !== undefined) {
      const { runDebugged } = await import('../gdb/run.ts')
      return runDebugged({ artifact, execute, file: resolve(file), listening: options.gdb, shell })
    }
    if (options.traceInstructions === undefined) return start(stretch)
    const done = { instret: saved?.instret ?? 0n, cost: saved?.cost ?? 0n }
    return runTraced(options, { guest, limits: stretch, start, done, shell })
  }
  using result = await showExecution(progress, perform)
  const files = {
    ...(await saveSuspended({ run: result, guest, command: 'run' }, options, shell)),
    ...(await recordProfile(result, options, shell)),
    ...(await writeSignature(result, signature, options)),
  }
  await target.write(result, () => reportText({ guest, artifact, run: result, files }, options))
  await finishCompile(artifact, result, shell)
  return (result.stopCause === 'request' ? shell.interrupted?.() : undefined) ?? exitStatusOfRun(result)
}

/** What there is to report. */
interface Reported {
  readonly guest: Guest
  readonly artifact: Artifact
  readonly run: Run
  /** Paths of files that the run was written to. */
  readonly files: { readonly saved?: string; readonly profileOut?: string; readonly signature?: string }
}

/** The report in the form that was asked for. */
async function reportText({ guest, artifact, run: result, files }: Reported, options: RunOptions): Promise<string> {
  const dumps = dumpsOf(options)
  if (options.format === 'markdown')
    return (await import('../../report/run/markdown.ts')).runMarkdown(guest, result, artifact, dumps)
  const dumped = dumps && (await import('../../report/run/dumps.ts'))
  if (options.json) {
    const { runJson } = await import('../../report/run/json.ts')
    return jsonLine({
      ...runJson(result, artifact),
      ...files,
      check: options.check ? 'agreed' : undefined,
      ...(dumps && dumped?.dumpsJson(result, dumps)),
    })
  }
  const { runText } = await import('../../report/run/text.ts')
  const agreed = options.check ? 'native code and interpreter agree\n' : ''
  const dump = dumps && dumped ? dumped.dumpsText(result, dumps) : ''
  return `${runText(result, artifact)}${agreed}${dump}`
}

/** No compile is waited for longer. */
const LONGEST_WAIT_MS = 2000

/**
 * A compile that the guest was faster than may take as long again as the guest, so that the cache has it the next time;
 * one that has started its last compilers is waited for however short the guest was. What takes longer is abandoned.
 */
async function finishCompile({ background }: Artifact, { timing }: Run, { signal }: Shell): Promise<void> {
  if (background === undefined || !background.isCompiling) return
  const waiting = new AbortController()
  const wait = background.isNearlyDone ? LONGEST_WAIT_MS : Math.min(timing.executeMs, LONGEST_WAIT_MS)
  const enough = sleep(wait, undefined, { signal: AbortSignal.any([signal, waiting.signal]) }).catch(() => {})
  await Promise.race([background.settled, enough])
  waiting.abort()
}

/** Nothing is compiled for a run that cannot be. @throws RvrError `USAGE`. */
function checkSegmentOptions(options: RunOptions): void {
  const flags = Object.entries({
    'stop-at-segment': options.stopAtSegment,
    'max-trace-height': options.maxTraceHeight,
    'max-memory': options.maxMemory,
    'max-interactions': options.maxInteractions,
  })
  const flag = flags.find(([, value]) => value !== undefined)?.[0]
  // The mode of a compiled library is known when it has been read.
  if (flag === undefined || (options.artifact !== undefined && options.mode === undefined)) return
  const { name, options: taken = [] } = modeNamed(options.mode ?? DEFAULT_MODE)
  if (!taken.includes('segmentLimits'))
    throw new RvrError('USAGE', `--${flag} is about segments, and mode ${name} cuts none`, {
      hint: 'Add --mode metered.',
    })
}

/** The guest ready to run. */
async function prepare(guest: Guest, options: RunOptions, shell: Shell, progress: Progress): Promise<Artifact> {
  const { mode = options.gdb === undefined ? DEFAULT_MODE : DEBUG_MODE, artifact } = options
  checkTier(options)
  if (artifact !== undefined) return guest.loadArtifact(artifact, { mode: options.mode })
  return makeReady({ guest, mode, options, shell, progress })
}

/** @throws RvrError `USAGE` for what interpreters do not go with. */
function checkTier(options: RunOptions): void {
  const tier = namedTier(options)
  if (tier !== 'interp' && tier !== 'native-interp') return
  if (options.artifact !== undefined)
    throw new RvrError('USAGE', `--artifact is a native library, which --tier ${tier} does not run`, {
      hint: 'Leave one of the two out.',
    })
  if (options.check)
    throw new RvrError(
      'USAGE',
      `--check compares native code with the interpreter, so it cannot run with --tier ${tier}`,
      { hint: 'Leave --tier out.' },
    )
}
