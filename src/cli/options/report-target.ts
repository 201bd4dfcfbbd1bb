/** --report: where the report goes elsewhere, rvr's standard streams are those of a guest of ABI `linux`. */
import type { Option } from 'commander'
import { isStandardInput, STANDARD_INPUT } from '../../files/standard-input.ts'
import { readInput } from '../../files/read.ts'
import { checkOutput, writeOutput } from '../../files/write.ts'
import type { Run } from '../../sdk/contract.ts'
import { option } from './declare.ts'
import type { DumpOptions } from './dumps.ts'
import type { ExecutionOptions } from './execution.ts'
import { writeLine, writeReport } from '../output/guest-text.ts'
import type { ReportOptions } from './report.ts'
import type { Progress } from '../progress/progress.ts'
import type { SavedRunOptions } from './saved-runs.ts'
import type { Shell } from '../shell.ts'

export interface ReportTargetOptions {
  readonly report?: string
}

type Options = ExecutionOptions &
  ReportOptions &
  ReportTargetOptions &
  SavedRunOptions &
  DumpOptions & { readonly format?: string }

export const reportTargetOption = (): Option =>
  option(
    '--report <file>',
    'write the report to this file; standard input and output are those of a linux guest then (with -q, too)',
  )

/** Is standard output the guest's? */
export function ownsStreams(options: Options): boolean {
  return options.abi === 'linux' && (options.report !== undefined || (options.quiet === true && !wantsReport(options)))
}

/** -q means no report, unless it was asked for in another way. */
const wantsReport = ({ json, format, dumpRegisters, dumpMemory }: Options): boolean =>
  json === true || format !== undefined || dumpRegisters !== undefined || dumpMemory !== undefined

/** Where `rvr run` writes its report: a file, standard output, or nowhere. */
export class ReportTarget {
  readonly #options: Options
  readonly #shell: Shell

  private constructor(options: Options, shell: Shell) {
    this.#options = options
    this.#shell = shell
  }

  /** @throws RvrError `IO` when the file cannot be written: better said before the run. */
  static async open(options: Options, shell: Shell): Promise<ReportTarget> {
    if (options.report !== undefined) await checkOutput(options.report)
    return new ReportTarget(options, shell)
  }

  /**
   * Writes the text that `make` gives; where there is no report, a line says how the run ended that did not come to its
   * end.
   */
  async write(run: Run, make: () => string | Promise<string>): Promise<void> {
    const { report } = this.#options
    const { stderr } = this.#shell
    if (report !== undefined) {
      const text = await make()
      // A run that an interrupt has stopped is reported all the same.
      await writeOutput(report, put => put(text))
    } else if (!ownsStreams(this.#options)) writeReport(this.#shell, await make())
    else if (run.outcome !== 'terminated') {
      const { outcomeText } = await import('../../report/run/text.ts')
      writeLine(stderr, `rvr: ${outcomeText(run)}${run.trap === undefined ? '' : `: ${run.trap.message}`}\n`)
    }
  }
}

/** What a guest that owns the streams prints goes where it says. */
export function printTo(
  options: Options,
  shell: Shell,
  progress: Progress,
): (stream: 'stdout' | 'stderr', bytes: Uint8Array) => Promise<void> | undefined {
  const isOwn = ownsStreams(options)
  return (stream, bytes) => progress.print(bytes, isOwn && stream === 'stdout' ? shell.stdout : shell.stderr)
}

/**
 * Standard input as the guest's, where it owns the streams and was given no records. It is read to its end before the
 * guest begins, so that a run stays a function of its input. A terminal is not waited for.
 */
export async function standardInput(guest: string, options: Options, { signal }: Shell): Promise<Uint8Array[]> {
  const isGiven = options.input.length > 0 || options.inputFile !== undefined || options.resume !== undefined
  if (!ownsStreams(options) || isGiven || isStandardInput(guest) || process.stdin.isTTY) return []
  return [await readInput('input', STANDARD_INPUT, signal)]
}
