/** `rvr run`: compile if needed, execute, report. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Option, type Command } from 'commander'
import { RvrError } from '../../errors.ts'
import { modeNamed, type ModeName } from '../../modes/registry.ts'
import type { Artifact } from '../../sdk/artifact.ts'
import type { Guest } from '../../sdk/guest.ts'
import type { ResumeOptions } from '../../sdk/options.ts'
import type { Run } from '../../sdk/contract.ts'
import { exitStatusOfRun } from '../exit-codes.ts'
import { addDumpOptions, dumpsOf, type DumpOptions } from '../options/dumps.ts'
import {
  addExecutionOptions,
  compileOrInterpret,
  namedTier,
  readInputs,
  startOptions,
  stretchOptions,
  type ExecutionOptions,
} from '../options/execution.ts'
import { addTraceOptions, runTraced, type TraceOptions } from '../options/instruction-trace.ts'
import {
  addBuildOptions,
  addReportOptions,
  addSegmentOptions,
  createProgress,
  DEFAULT_MODE,
  formatOption,
  inputPath,
  loadOptions,
  modeOption,
  rvrOptions,
  type ReportOptions,
} from '../options/build.ts'
import {
  addReportTarget,
  printTo,
  ReportTarget,
  standardInput,
  type ReportTargetOptions,
} from '../options/report-target.ts'
import { jsonLine } from '../output/messages.ts'
import {
  addProfileOptions,
  checkProfileOut,
  countingMode,
  recordProfile,
  type ProfileOptions,
  type ProfileOutOptions,
} from '../options/profiles.ts'
import type { Progress } from '../progress/progress.ts'
import {
  addSavedRunOptions,
  checkResumed,
  openResumed,
  saveSuspended,
  type SavedRunOptions,
} from '../options/saved-runs.ts'
import type { Shell } from '../shell.ts'

export interface RunOptions
  extends
    ExecutionOptions,
    ReportOptions,
    SavedRunOptions,
    ProfileOptions,
    ProfileOutOptions,
    DumpOptions,
    TraceOptions,
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
      'Executes a guest and reports how it ended. If the cache does not have it compiled, it starts in the interpreter and goes on in native code as soon as that is ready.',
    )
    .addOption(modeOption())
  addExecutionOptions(command, ['auto', 'native', 'interp'])
    .addOption(
      new Option('--stop-at-segment', 'stop at the next cut between segments (mode metered)').conflicts('check'),
    )
    .addOption(new Option('--artifact <file>', 'run this compiled library instead of compiling').argParser(inputPath))
    .option(
      '--check',
      'compare native code with the interpreter: registers and counts every 100,000 instructions, each call of an extension, memory at the end',
    )
  addReportOptions(
    addBuildOptions(
      addProfileOptions(
        addSegmentOptions(addSavedRunOptions(addDumpOptions(addTraceOptions(addReportTarget(command))))),
      ),
    ),
  )
    .addOption(formatOption())
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

async function run(file: string, given: RunOptions, command: Command, shell: Shell): Promise<number> {
  const { Rvr } = await import('../../index.ts')
  const { saved, options } = await openResumed(countingMode(given), command, shell.signal)
  checkSegmentOptions(options)
  await using progress = createProgress(options, shell)
  const target = await ReportTarget.open(options, shell)
  const inputs = [...(await readInputs(options, shell.signal)), ...(await standardInput(file, options, shell))]
  await using rvr = await Rvr.create({
    ...rvrOptions(options, progress, shell),
    ...(shell.pool !== undefined && { pool: shell.pool }),
  })
  const guest = await rvr.load(file, loadOptions(options, shell))
  checkResumed(saved, guest, options.mode)
  await checkProfileOut(options, guest)
  const artifact = await prepare(guest, options, shell, progress)
  await progress.settle()
  const stretch = {
    ...stretchOptions(options, shell, progress),
    onPrint: printTo(options, shell, progress),
    ...(options.stopAtSegment && { stopAtSegment: true }),
  }
  const execute = { ...startOptions(file, options, inputs), ...stretch }
  progress.sink({ type: 'stage', stage: 'execute', state: 'start' })
  const start = (limits: ResumeOptions): Promise<Run> =>
    saved === undefined
      ? artifact.execute({ ...execute, ...limits })
      : artifact.resumeFrom(saved, { ...stretch, ...limits })
  const traced = (): Promise<Run> =>
    runTraced(options, {
      guest,
      limits: stretch,
      start,
      done: { instret: saved?.instret ?? 0n, cost: saved?.header.cost ?? 0n },
      shell,
    })
  using result = options.check
    ? (await guest.check(artifact, execute)).run
    : await (options.traceInstructions === undefined ? start(stretch) : traced())
  progress.sink({ type: 'stage', stage: 'execute', state: 'done', ms: result.timing.executeMs })
  const { overLimitWarning } = await import('../../report/segments/facts.ts')
  const warning = overLimitWarning(result)
  if (warning !== undefined) progress.sink({ type: 'warning', ...warning })
  const savedTo = await saveSuspended(result, guest, options, shell)
  const recorded = await recordProfile(result, options, shell)
  const dumps = dumpsOf(options)
  const dumped = dumps && (await import('../../report/run/dumps.ts'))
  await target.write(result, async () => {
    if (options.json) {
      const { runJson } = await import('../../report/run/json.ts')
      return jsonLine({
        ...runJson(result, artifact),
        ...savedTo,
        ...recorded,
        ...(options.check && { check: 'agreed' }),
        ...(dumps && dumped?.dumpsJson(result, dumps)),
      })
    }
    if (options.format === 'markdown')
      return (await import('../../report/run/markdown.ts')).runMarkdown(guest, result, artifact, dumps)
    const { runText } = await import('../../report/run/text.ts')
    return `${runText(result, artifact)}${options.check ? 'native code and interpreter agree\n' : ''}${dumps && dumped ? dumped.dumpsText(result, dumps) : ''}`
  })
  await finishCompile(artifact, result, shell)
  return (result.stopCause === 'request' ? shell.interrupted?.() : undefined) ?? exitStatusOfRun(result)
}

/** No compile is waited for longer. */
const LONGEST_WAIT_MS = 2000

/**
 * A compile that the guest was faster than may take as long again as the guest, so that the cache has it the next time;
 * one that has started its last compilers is waited for however short the guest was. What takes longer is abandoned.
 */
async function finishCompile(artifact: Artifact, { timing }: Run, { signal }: Shell): Promise<void> {
  const waiting = new AbortController()
  const wait = artifact.isNearlyCompiled ? LONGEST_WAIT_MS : Math.min(timing.executeMs, LONGEST_WAIT_MS)
  const enough = sleep(wait, undefined, { signal: AbortSignal.any([signal, waiting.signal]) }).catch(() => {})
  await Promise.race([artifact.compiled(), enough])
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
  const { mode = DEFAULT_MODE, artifact } = options
  const tier = namedTier(options) ?? 'auto'
  if (tier === 'interp') {
    if (artifact !== undefined)
      throw new RvrError('USAGE', '--artifact is a native library, which --tier interp does not run', {
        hint: 'Leave one of the two out.',
      })
    if (options.check)
      throw new RvrError(
        'USAGE',
        '--check compares native code with the interpreter, so it cannot run with --tier interp',
        { hint: 'Leave --tier out.' },
      )
    return guest.interpret(mode)
  }
  if (artifact !== undefined) return guest.loadArtifact(artifact, options.mode === undefined ? {} : { mode })
  return compileOrInterpret(guest, mode, options.check ? 'native' : tier, options, shell, progress)
}
