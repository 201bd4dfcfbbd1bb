/** `rvr trace`: the tables that a proof of a run is about, filled, checked and written. */
import { InvalidArgumentError, type Command, type Option } from 'commander'
import { MOST_THREADS } from '../../load/threads.ts'
import type { TracedSegment, TraceReport } from '../../report/trace/json.ts'
import { EXIT_GUEST, EXIT_OK } from '../exit-codes.ts'
import { openGuest } from '../open-guest.ts'
import { buildOptions } from '../options/build.ts'
import { addOptions, inputPath, option, valued } from '../options/declare.ts'
import { executionOptions, readGiven, type ExecutionOptions } from '../options/execution.ts'
import { createProgress, reportOptions, type ReportOptions } from '../options/report.ts'
import { segmentOptions } from '../options/segments.ts'
import { traceOutput, traceOutputOptions, type TraceOutputOptions } from '../options/trace-output.ts'
import { limitIn, sizeIn } from '../options/values.ts'
import { writeReport } from '../output/guest-text.ts'
import { jsonLine } from '../output/messages.ts'
import type { Shell } from '../shell.ts'
import { planned, traced } from './trace/segments.ts'
import { traceFrom, tracesIn } from './trace/traces.ts'

interface TraceOptions extends ExecutionOptions, ReportOptions, TraceOutputOptions {
  /** Default: all. */
  readonly segment?: number | 'all'
  readonly from?: string
  readonly check?: boolean
  readonly threads?: number
  readonly fragment?: number
  readonly maxTraceMemory?: number
}

/** What a recording says itself, or cannot have. */
const RECORDED = [
  'segment',
  'recording',
  'input',
  'inputFile',
  'arg',
  'env',
  'dir',
  'maxInstructions',
  'maxCost',
  'timeout',
  'publicValuesBytes',
  'seed',
  'tier',
  'engine',
  'maxTraceHeight',
  'maxMemory',
  'maxInteractions',
]

function parseSegment(text: string): number | 'all' {
  if (text === 'all') return text
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Wanted: the number of a segment, or all.')
}

const tracingOptions = (): Option[] => [
  valued('--segment <k>', 'the number of one segment (default: all)', parseSegment),
  option('--check', 'check the tables; exit status 1 when something in them is wrong'),
  ...traceOutputOptions(),
  valued('--from <file>', 'fill a recording that --recording has written: nothing runs', inputPath).conflicts(RECORDED),
  valued(
    '--threads <n>',
    `threads that fill and check, ${MOST_THREADS} at most (default: all processors)`,
    limitIn({ least: 1, greatest: MOST_THREADS }),
  ),
  valued('--fragment <n>', 'instructions that a thread fills at a time (default: 65,536)', limitIn({ least: 1 })),
  valued(
    '--max-trace-memory <size>',
    'refuse segments whose tables take more memory (default: 2GiB)',
    sizeIn({ least: 1 }),
  ),
]

export function declareTrace(program: Command, shell: Shell): void {
  const command = program
    .command('trace')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('the tables that a proof of a run is about, filled and checked')
    .description(
      'Runs a guest, cuts the run into segments as mode metered does, and fills the tables of each: native code ' +
        'records a segment, and the trace engine, native code that is made once for all guests of a machine, ' +
        'fills them on all processors. With --check every constraint, bus and public value is checked.',
    )
  addOptions(command, [
    ...tracingOptions(),
    ...executionOptions(),
    ...segmentOptions(),
    ...buildOptions(),
    ...reportOptions(),
  ])
    .addHelpText(
      'after',
      `
Exit status: 0 done; 1 the check failed; 2 bad usage or input; 3 no toolchain or compile
failed; 5 the run cannot be proved, or the recording is damaged or of another guest;
130 interrupted.

Examples:
  $ rvr trace guest.elf --input u64:100 --check
  $ rvr trace guest.elf --input u64:100 --max-trace-height 4096 --segment 2 --json
  $ rvr trace guest.elf --input u64:100 --recording -o recorded
  $ rvr trace guest.elf --from recorded/0.fragments --check -o 0.segment`,
    )
    .action(async (file: string, options: TraceOptions) => shell.finish(await trace(file, options, shell)))
}

async function trace(file: string, options: TraceOptions, shell: Shell): Promise<number> {
  const { from } = options
  const segment = options.segment === 'all' ? undefined : options.segment
  const write = await traceOutput(options, from !== undefined || segment !== undefined)
  const given = await readGiven(options, shell.signal)
  await using progress = createProgress(options, shell)
  await using opened = await openGuest(file, { options, progress, shell })
  const { guest } = opened
  const { threads, fragment, check = false, maxTraceMemory: maxMemoryBytes } = options
  const { signal } = shell
  const traces = { segment, threads, fragment, maxMemoryBytes, signal }
  const work = { check, threads, write, signal, progress }
  const segments: TracedSegment[] = []
  if (from !== undefined) {
    for await (const each of traceFrom(from, { guest, traces })) segments.push(await traced(each, work))
  } else {
    using run = await planned(guest, given, { options, shell, progress })
    const tracing = { guest, options, traces, progress }
    for await (const each of tracesIn(run, tracing)) segments.push(await traced(each, work))
  }
  await progress.settle()
  const report: TraceReport = {
    guest: { path: guest.path, digest: guest.digest },
    machine: guest.machine.digest,
    memory: guest.machine.memory,
    segments,
  }
  const [{ traceJson }, { traceText }] = await Promise.all([
    import('../../report/trace/json.ts'),
    import('../../report/trace/text.ts'),
  ])
  writeReport(shell, options.json ? jsonLine(traceJson(report)) : traceText(report))
  return segments.every(each => each.check?.passed !== false) ? EXIT_OK : EXIT_GUEST
}
