/** --json, --format, -q and -v: what a command tells. */
import { Option } from 'commander'
import { Progress, type ProgressOptions } from '../progress/progress.ts'
import type { Shell } from '../shell.ts'
import { option } from './declare.ts'

export interface ReportOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

export const jsonOption = (): Option => option('--json', 'print one JSON object (schema: docs/json.md)')

export const formatOption = (): Option =>
  option('--format <format>', 'text, or markdown for job summaries (default: text)')
    .choices(['text', 'markdown'])
    .conflicts('json')

export const reportOptions = (): Option[] => [
  jsonOption(),
  option('-q, --quiet', 'no progress and no warnings').conflicts('verbose'),
  option('-v, --verbose', 'also stage times, cache outcomes and why a guest is not in the cache'),
]

export const progressOptions = ({ quiet, verbose }: ReportOptions, { stderr, signal }: Shell): ProgressOptions => ({
  stream: stderr,
  signal,
  quiet,
  verbose,
})

export const createProgress = (options: ReportOptions, shell: Shell): Progress =>
  new Progress(progressOptions(options, shell))
