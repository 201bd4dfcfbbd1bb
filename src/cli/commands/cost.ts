/** `rvr cost`: what proving a run costs, by chip, function or operation, and compared with a base. */
import type { Command } from 'commander'
import { RvrError, messageOf } from '../../errors.ts'
import { readInputText } from '../../files/read.ts'
import { checkOutput, writeOutput } from '../../files/write.ts'
import type { Comparison } from '../../report/cost/comparison.ts'
import type { CostRun } from '../../report/cost/cost.ts'
import type { Breakdown, Measurement } from '../../report/cost/measurement.ts'
import type { Artifact } from '../../sdk/artifact.ts'
import type { Guest } from '../../sdk/guest.ts'
import type { ExecuteOptions } from '../../sdk/options.ts'
import type { Run } from '../../sdk/contract.ts'
import { showExecution } from '../execute.ts'
import { exitStatusOfRun, EXIT_OK, EXIT_TOO_DEAR } from '../exit-codes.ts'
import { openGuest } from '../open-guest.ts'
import { buildOptions } from '../options/build.ts'
import { addOptions, inputPath, option, valued } from '../options/declare.ts'
import {
  makeReady,
  executionOptions,
  readGiven,
  startOptions,
  stretchOptions,
  type ExecutionOptions,
  type Given,
} from '../options/execution.ts'
import { createProgress, formatOption, reportOptions, type ReportOptions } from '../options/report.ts'
import { segmentOptions } from '../options/segments.ts'
import { parseLimit, parsePercent } from '../options/values.ts'
import { writeLine, writeReport } from '../output/guest-text.ts'
import { jsonLine, warningText } from '../output/messages.ts'
import type { Shell } from '../shell.ts'

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
      'Runs a guest and reports what proving it costs: trace cells, segments, memory, by chip, function or ' +
        'operation. Compares with an earlier measurement or another guest, so that CI can gate on cost.',
    )
  addOptions(command, [
    option('--by <what>', 'the breakdown to show')
      .choices(Object.keys(breakdownOf))
      .default('chip' satisfies By),
    valued('--top <n>', `rows of the breakdown; the rest is summed (default: ${DEFAULT_TOP})`, parseLimit),
    valued(
      '--base <file>',
      'compare with this output of an earlier rvr cost --json or rvr run --mode metered --json',
      inputPath,
    ),
    valued('--base-guest <elf>', 'compare with this guest, run in the same way', inputPath).conflicts('base'),
    option('--save-base <file>', 'write the measurement to a file, for --base'),
    valued('--threshold <percent>', 'exit with 1 when the cost grew by more than this: 2%, 0.5%', parsePercent),
    ...executionOptions(),
    ...segmentOptions(),
    ...buildOptions(),
    ...reportOptions(),
    formatOption(),
  ])
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
  const { base: baseFile, baseGuest, saveBase, threshold } = options
  const baseName = baseGuest ?? baseFile
  if (threshold !== undefined && baseName === undefined) {
    throw new RvrError('USAGE', '--threshold needs something to compare with', {
      hint: 'Add --base FILE or --base-guest ELF.',
    })
  }
  const [{ costJson }, { readMeasurement }, { compare }] = await Promise.all([
    import('../../report/cost/cost.ts'),
    import('../../report/cost/measurement.ts'),
    import('../../report/cost/comparison.ts'),
  ])
  // A base that cannot be used, or written, is found before anything runs.
  if (saveBase !== undefined) await checkOutput(saveBase)
  const earlier = baseFile === undefined ? undefined : readMeasurement(await readBase(baseFile, shell.signal), baseFile)
  const given = await readGiven(options, shell.signal)
  const measureGuest = (guest: string, prints: boolean): Promise<CostRun> =>
    measure(guest, { options, given, shell, prints })
  const base =
    baseGuest === undefined ? earlier : readMeasurement(costJson(await measureGuest(baseGuest, false)), baseGuest)
  const measured = await measureGuest(file, true)
  const json = costJson(measured)
  const now = readMeasurement(json, file)
  if (base !== undefined && options.quiet !== true)
    for (const message of doubts(baseName!, base, now)) writeLine(shell.stderr, warningText(shell.stderr, message))
  const comparison = base === undefined ? undefined : compare(baseName!, base, now, threshold)
  if (saveBase !== undefined) await writeOutput(saveBase, put => put(jsonLine(json)), { signal: shell.signal })
  writeReport(shell, await reportText(measured, comparison, options))
  const status = exitStatusOfRun(measured.metered)
  return status === EXIT_OK && comparison?.isExceeded === true ? EXIT_TOO_DEAR : status
}

/** The report in the form that was asked for. */
async function reportText(
  measured: CostRun,
  comparison: Comparison | undefined,
  options: CostOptions,
): Promise<string> {
  const view = { shown: breakdownOf[options.by], top: options.top ?? DEFAULT_TOP }
  const [{ costJson, costText }, { comparisonJson, comparisonText }] = await Promise.all([
    import('../../report/cost/cost.ts'),
    import('../../report/cost/comparison.ts'),
  ])
  if (options.json) return jsonLine({ ...costJson(measured), comparison: comparison && comparisonJson(comparison) })
  if (options.format === 'markdown')
    return (await import('../../report/cost/markdown.ts')).costMarkdown(measured, comparison, view)
  const text = costText(measured, view)
  return comparison === undefined ? text : `${text}${comparisonText(comparison, view)}`
}

/** What makes a comparison doubtful. */
function* doubts(name: string, base: Measurement, now: Measurement): Generator<string> {
  if (base.machine !== undefined && base.machine !== now.machine)
    yield `${name} was measured on another machine, whose chips may have other widths`
  if (base.outcome !== 'terminated')
    yield `the guest did not come to its end when ${name} was measured: it was ${base.outcome}`
}

/** How a guest is measured. */
interface Method {
  readonly options: CostOptions
  readonly given: Given
  readonly shell: Shell
  /** The guest prints once, however often it is run. */
  readonly prints: boolean
}

/**
 * Runs a guest for its chips and segments, and once more for its functions and operations where those were asked for.
 */
async function measure(file: string, method: Method): Promise<CostRun> {
  const { options, shell } = method
  await using progress = createProgress(options, shell)
  // Once for both modes: a guest from a pipe can be read once.
  await using opened = await openGuest(file, { options, progress, shell })
  const { guest } = opened
  const { artifact, run } = await runIn('metered', guest, method)
  const profiled = options.by === 'chip' ? undefined : await runIn('profile', guest, { ...method, prints: false })
  return { guest, artifact, metered: run, profiled: profiled?.run }
}

async function runIn(
  mode: 'metered' | 'profile',
  guest: Guest,
  { options, given, shell, prints }: Method,
): Promise<{ readonly artifact: Artifact; readonly run: Run }> {
  await using progress = createProgress(options, shell)
  const artifact = await makeReady({ guest, mode, options, shell, progress })
  await progress.settle()
  const { onPrint, ...stretch } = stretchOptions(options, shell, progress)
  const { segmentLimits, ...start } = startOptions(guest.path, options, given)
  const execute: ExecuteOptions = {
    ...start,
    ...stretch,
    onPrint: prints ? onPrint : undefined,
    segmentLimits: artifact.keepsSegments ? segmentLimits : undefined,
  }
  const run = await showExecution(progress, () => artifact.execute(execute))
  run.dispose()
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
