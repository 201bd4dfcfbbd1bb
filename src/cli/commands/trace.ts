/** `rvr trace`: the tables that a proof of a run is about, filled and checked. */
import { InvalidArgumentError, type Command } from 'commander'
import type { TracedSegment, TraceReport } from '../../report/trace/json.ts'
import type { Run } from '../../sdk/contract.ts'
import { showExecution } from '../execute.ts'
import { EXIT_GUEST, EXIT_OK } from '../exit-codes.ts'
import { openGuest } from '../open-guest.ts'
import { buildOptions } from '../options/build.ts'
import { addOptions, inputPath, option, valued } from '../options/declare.ts'
import {
  executionOptions,
  makeReady,
  readInputs,
  startOptions,
  stretchOptions,
  type ExecutionOptions,
} from '../options/execution.ts'
import { createProgress, reportOptions, type ReportOptions } from '../options/report.ts'
import { segmentOptions } from '../options/segments.ts'
import { sizeIn } from '../options/values.ts'
import { writeReport } from '../output/guest-text.ts'
import { jsonLine } from '../output/messages.ts'
import type { Progress } from '../progress/progress.ts'
import type { Shell } from '../shell.ts'

interface TraceOptions extends ExecutionOptions, ReportOptions {
  /** Undefined: all. */
  readonly segment?: number
  readonly check?: boolean
  readonly maxTraceMemory?: number
}

function parseSegment(text: string): number | undefined {
  if (text === 'all') return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Wanted: the number of a segment, or all.')
}

export function declareTrace(program: Command, shell: Shell): void {
  const command = program
    .command('trace')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('the tables that a proof of a run is about, filled and checked')
    .description(
      'Runs a guest, cuts the run into segments as mode metered does, and fills the tables of each: slow, in the ' +
        'reference interpreter. With --check every constraint, bus and public value is checked.',
    )
  addOptions(command, [
    valued('--segment <k>', 'the number of one segment (default: all)', parseSegment),
    option('--check', 'check the tables; exit status 1 when something in them is wrong'),
    valued(
      '--max-trace-memory <size>',
      'refuse segments whose tables take more memory (default: 2GiB)',
      sizeIn({ least: 1 }),
    ),
    ...executionOptions(),
    ...segmentOptions(),
    ...buildOptions(),
    ...reportOptions(),
  ])
    .addHelpText(
      'after',
      `
Exit status: 0 done; 1 the check failed; 2 bad usage or input; 3 no toolchain or compile
failed; 5 the run cannot be proved; 130 interrupted.

Examples:
  $ rvr trace guest.elf --input u64:100 --check
  $ rvr trace guest.elf --input u64:100 --max-trace-height 4096 --segment 2 --json`,
    )
    .action(async (file: string, options: TraceOptions) => shell.finish(await trace(file, options, shell)))
}

async function trace(file: string, options: TraceOptions, shell: Shell): Promise<number> {
  const inputs = await readInputs(options, shell.signal)
  await using progress = createProgress(options, shell)
  await using opened = await openGuest(file, { options, progress, shell })
  const { guest } = opened
  const artifact = await makeReady({ guest, mode: 'metered', options: { ...options, check: false }, shell, progress })
  await progress.settle()
  const stretch = stretchOptions(options, shell, progress)
  const start = startOptions(guest.path, options, inputs)
  using run = await showExecution(progress, () => artifact.execute({ ...start, ...stretch }))
  await progress.settle()
  const segments = await traced(run, { options, shell, progress })
  const report: TraceReport = {
    guest: { path: guest.path, digest: guest.digest },
    machine: run.machine.digest,
    segments,
  }
  const [{ traceJson }, { traceText }] = await Promise.all([
    import('../../report/trace/json.ts'),
    import('../../report/trace/text.ts'),
  ])
  writeReport(shell, options.json ? jsonLine(traceJson(report)) : traceText(report))
  return segments.every(({ check }) => check?.passed !== false) ? EXIT_OK : EXIT_GUEST
}

interface Tracing {
  readonly options: TraceOptions
  readonly shell: Shell
  readonly progress: Progress
}

/** Fills and checks segment after segment; what is kept of each is what will be told. */
async function traced(run: Run, { options, shell, progress }: Tracing): Promise<readonly TracedSegment[]> {
  const { segment, check, maxTraceMemory: maxMemoryBytes } = options
  const { signal } = shell
  const segments: TracedSegment[] = []
  for await (const each of run.traces({ segment, maxMemoryBytes, signal })) {
    using filled = each
    const { index, instretStart, instructions, chips, chipsWithoutAir, publics, fillMs } = filled
    const begun = performance.now()
    const checked = check ? await filled.check({ signal }) : undefined
    const checkMs = check ? performance.now() - begun : undefined
    segments.push({
      index,
      instretStart,
      instructions,
      chips,
      chipsWithoutAir,
      publics,
      fillMs,
      check: checked,
      checkMs,
    })
    progress.showStep(`filled segment ${index} of ${run.segments.length}`)
  }
  return segments
}
