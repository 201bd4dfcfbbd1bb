/** `rvr cost`: what proving a run costs, by chip, function or operation, and compared with an earlier measurement or another guest. */
import { Option, type Command } from 'commander'
import { RvrError, messageOf } from '../../errors.ts'
import { readInputText } from '../../files/read.ts'
import { checkOutput, writeOutput } from '../../files/write.ts'
import type { CostRun } from '../../report/cost/cost.ts'
import type { Breakdown, Measurement } from '../../report/cost/measurement.ts'
import type { Artifact } from '../../sdk/artifact.ts'
import type { Guest } from '../../sdk/guest.ts'
import type { Run } from '../../sdk/contract.ts'
import { exitStatusOfRun, EXIT_OK, EXIT_TOO_DEAR } from '../exit-codes.ts'
import {
  addExecutionOptions,
  compileOrInterpret,
  namedTier,
  readInputs,
  startOptions,
  stretchOptions,
  type ExecutionOptions,
} from '../options/execution.ts'
import {
  addBuildOptions,
  addReportOptions,
  addSegmentOptions,
  createProgress,
  formatOption,
  inputPath,
  loadOptions,
  rvrOptions,
  type ReportOptions,
} from '../options/build.ts'
import { writeLine, writeReport } from '../output/guest-text.ts'
import { jsonLine, warningText } from '../output/messages.ts'
import type { Shell } from '../shell.ts'
import { parseLimit, parsePercent } from '../options/values.ts'

const breakdownOf: Readonly<Record<'chip' | 'function' | 'opcode', Breakdown>> = {
  chip: 'chips',
  function: 'functions',
  opcode: 'opcodes',
}
type By = keyof typeof breakdownOf

const DEFAULT_TOP = 12

interface CostOptions extends ExecutionOptions, ReportOptions {
  readonly by: By
  readonly top?: number
  readonly base?: string
  readonly baseGuest?: string
  readonly saveBase?: string
  readonly threshold?: number
  readonly format?: 'text' | 'markdown'
}

export function declareCost(program: Command, shell: Shell): void {
  const command = program
    .command('cost')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('what proving a run costs, compared with an earlier run')
    .description(
      'Runs a guest and reports what proving it costs: trace cells, segments, memory, by chip, function or operation. Compares with an earlier measurement or another guest, so that CI can gate on cost.',
    )
    .addOption(
      new Option('--by <what>', 'the breakdown to show').choices(Object.keys(breakdownOf)).default('chip' satisfies By),
    )
    .addOption(
      new Option('--top <n>', `rows of the breakdown; the rest is summed (default: ${DEFAULT_TOP})`).argParser(
        parseLimit,
      ),
    )
    .addOption(
      new Option(
        '--base <file>',
        'compare with this output of an earlier rvr cost --json or rvr run --mode metered --json',
      ).argParser(inputPath),
    )
    .addOption(
      new Option('--base-guest <elf>', 'compare with this guest, run in the same way')
        .argParser(inputPath)
        .conflicts('base'),
    )
    .option('--save-base <file>', 'write the measurement to a file, for --base')
    .addOption(
      new Option('--threshold <percent>', 'exit with 1 when the cost grew by more than this: 2%, 0.5%').argParser(
        parsePercent,
      ),
    )
  addReportOptions(addBuildOptions(addSegmentOptions(addExecutionOptions(command, ['native', 'interp']))))
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
Exit status: 0 done, and the cost is within the threshold; 1 the cost grew by more than
the threshold, or the guest terminated with another code than 0; 2 bad usage, input or
base; 3 no toolchain or compile failed; 4 the guest trapped; 6 a limit stopped the guest;
130 interrupted.

Examples:
  $ rvr cost guest.elf --input file:block.bin --by function --top 20
  $ rvr cost guest.elf --input file:block.bin --save-base cost.json
  $ rvr cost guest.elf --input file:block.bin --base cost.json --threshold 2%
  $ rvr cost new.elf --base-guest old.elf --input u64:800000
  $ rvr cost guest.elf --base cost.json --format markdown >> $GITHUB_STEP_SUMMARY`,
    )
    .action(async (file: string, options: CostOptions) => shell.finish(await cost(file, options, shell)))
}

async function cost(file: string, options: CostOptions, shell: Shell): Promise<number> {
  if (options.threshold !== undefined && options.base === undefined && options.baseGuest === undefined) {
    throw new RvrError('USAGE', '--threshold needs something to compare with', {
      hint: 'Add --base FILE or --base-guest ELF.',
    })
  }
  const shown = breakdownOf[options.by]
  const top = options.top ?? DEFAULT_TOP
  const [{ costJson, costText }, { compare, comparisonJson, comparisonText }, { readMeasurement }] = await Promise.all([
    import('../../report/cost/cost.ts'),
    import('../../report/cost/comparison.ts'),
    import('../../report/cost/measurement.ts'),
  ])
  // A base that cannot be used, or written, is found before anything runs.
  if (options.saveBase !== undefined) await checkOutput(options.saveBase)
  const earlier =
    options.base === undefined ? undefined : readMeasurement(await readBase(options.base, shell.signal), options.base)
  const inputs = await readInputs(options, shell.signal)
  const base =
    options.baseGuest === undefined
      ? earlier
      : readMeasurement(costJson(await measure(options.baseGuest, options, inputs, shell, false)), options.baseGuest)
  const measured = await measure(file, options, inputs, shell, true)
  const json = costJson(measured)
  const now = readMeasurement(json, file)
  const name = options.baseGuest ?? options.base
  if (base !== undefined && options.quiet !== true)
    for (const message of doubts(name!, base, now)) writeLine(shell.stderr, warningText(shell.stderr, message))
  const comparison = base === undefined ? undefined : compare(name!, base, now, options.threshold)
  if (options.saveBase !== undefined)
    await writeOutput(options.saveBase, put => put(jsonLine(json)), { signal: shell.signal })
  if (options.json)
    writeReport(
      shell,
      jsonLine({ ...json, ...(comparison !== undefined && { comparison: comparisonJson(comparison) }) }),
    )
  else if (options.format === 'markdown')
    writeReport(
      shell,
      (await import('../../report/run/markdown.ts')).costMarkdown(measured, comparison, { shown, top }),
    )
  else
    writeReport(
      shell,
      `${costText(measured, shown, top)}${comparison === undefined ? '' : comparisonText(comparison, shown, top)}`,
    )
  const status = exitStatusOfRun(measured.metered)
  return status === EXIT_OK && comparison?.isExceeded === true ? EXIT_TOO_DEAR : status
}

/** What makes a comparison doubtful. */
function* doubts(name: string, base: Measurement, now: Measurement): Generator<string> {
  if (base.machine !== undefined && base.machine !== now.machine)
    yield `${name} was measured on another machine, whose chips may have other widths`
  if (base.outcome !== 'terminated')
    yield `the guest did not come to its end when ${name} was measured: it was ${base.outcome}`
}

/**
 * Runs a guest for its chips and segments, and once more for its functions and operations where those were asked for.
 */
async function measure(
  file: string,
  options: CostOptions,
  inputs: readonly Uint8Array[],
  shell: Shell,
  prints: boolean,
): Promise<CostRun> {
  const { Rvr } = await import('../../index.ts')
  await using progress = createProgress(options, shell)
  await using rvr = await Rvr.create(rvrOptions(options, progress, shell))
  // Once for both modes: a guest from a pipe can be read once.
  const guest = await rvr.load(file, loadOptions(options, shell))
  const { artifact, run } = await runIn('metered', { guest, options, inputs, shell, prints })
  const profiled =
    options.by === 'chip' ? undefined : await runIn('profile', { guest, options, inputs, shell, prints: false })
  return { guest, artifact, metered: run, profiled: profiled?.run }
}

interface Measured {
  readonly guest: Guest
  readonly options: CostOptions
  readonly inputs: readonly Uint8Array[]
  readonly shell: Shell
  /** The guest prints once, however often it is run. */
  readonly prints: boolean
}

async function runIn(
  mode: 'metered' | 'profile',
  { guest, options, inputs, shell, prints }: Measured,
): Promise<{ readonly artifact: Artifact; readonly run: Run }> {
  await using progress = createProgress(options, shell)
  const artifact =
    namedTier(options) === 'interp'
      ? guest.interpret(mode)
      : await compileOrInterpret(guest, mode, 'native', options, shell, progress)
  await progress.settle()
  const { onPrint, ...stretch } = stretchOptions(options, shell, progress)
  const { segmentLimits, ...execute } = startOptions(guest.path, options, inputs)
  progress.sink({ type: 'stage', stage: 'execute', state: 'start' })
  const run = await artifact.execute({
    ...execute,
    ...stretch,
    ...(prints && onPrint !== undefined && { onPrint }),
    ...(artifact.keepsSegments && segmentLimits !== undefined && { segmentLimits }),
  })
  run.dispose()
  progress.sink({ type: 'stage', stage: 'execute', state: 'done', ms: run.timing.executeMs })
  const { overLimitWarning } = await import('../../report/segments/facts.ts')
  const warning = overLimitWarning(run)
  if (warning !== undefined) progress.sink({ type: 'warning', ...warning })
  return { artifact, run }
}

async function readBase(file: string, signal: AbortSignal): Promise<unknown> {
  const text = await readInputText('base', file, signal)
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new RvrError('INPUT_INVALID', `${file} is no base to compare with: ${messageOf(cause)}`, {
      hint: 'rvr cost --save-base FILE writes one.',
      cause,
      details: { path: file },
    })
  }
}
