/** --format and -o of `rvr profile`: what is written where. */
import type { Option } from 'commander'
import { RvrError } from '../../errors.ts'
import { checkOutput } from '../../files/write.ts'
import { formats } from '../../guest-profile/formats/formats.ts'
import { isTerminal, type TextStream } from '../output/messages.ts'
import { notEmpty, option, repeatable } from './declare.ts'

/** Reports, which show a part of the profile: their extensions by name. */
const REPORTS = { text: '.txt', markdown: '.md' } as const
export type ReportName = keyof typeof REPORTS

export const isReport = (name: string): name is ReportName => Object.hasOwn(REPORTS, name)

const names = [...Object.keys(REPORTS), ...formats.keys()]

export interface ProfileOutputOptions {
  readonly format?: string
  readonly output?: readonly string[]
  readonly json?: boolean
  readonly base?: string
}

export const profileOutputOptions = (): Option[] => [
  option('--format <format>', 'text and markdown show the breakdown, the others are whole profiles (default: text)')
    .choices(names)
    .conflicts('json'),
  repeatable(
    '-o, --output <file>',
    'write to this file, in the format of --format or of its extension; repeatable',
    notEmpty,
  ),
]

export interface ProfileOutput {
  readonly file: string
  readonly format: string
}

export interface ProfileOutputs {
  /** The format on standard output; `json` with --json is the report's object, and not here. */
  readonly shown: string
  readonly files: readonly ProfileOutput[]
}

/** The longest extension counts: `.speedscope.json` is none of `.json`. */
const extensions = [
  ...Object.entries(REPORTS).map(([name, extension]) => ({ name, extension })),
  ...[...formats.values()].map(({ name, extension }) => ({ name, extension })),
].toSorted((a, b) => b.extension.length - a.extension.length)

function formatOf(file: string): string {
  const found = extensions.find(({ extension }) => file.endsWith(extension))
  if (found !== undefined) return found.name
  throw new RvrError('USAGE', `-o ${file}: its name says no format`, {
    hint: `Add --format, or one of these extensions: ${extensions.map(({ extension }) => extension).join(', ')}.`,
    details: { path: file },
  })
}

function planned({ format, output = [] }: ProfileOutputOptions): ProfileOutputs {
  if (format === undefined) return { shown: 'text', files: output.map(file => ({ file, format: formatOf(file) })) }
  const [file, ...more] = output
  if (file === undefined) return { shown: format, files: [] }
  if (more.length > 0)
    throw new RvrError('USAGE', '--format is about one file, and -o names several', {
      hint: 'Leave --format out: each file has the format of its extension.',
    })
  return { shown: 'text', files: [{ file, format }] }
}

/**
 * What goes where; found out before anything runs.
 *
 * @throws RvrError `USAGE` (no format, a binary one for a terminal, no room for a comparison), `IO`.
 */
export async function profileOutputs(options: ProfileOutputOptions, stdout: TextStream): Promise<ProfileOutputs> {
  const outputs = planned(options)
  const { shown } = outputs
  if (formats.get(shown)?.isBinary === true && isTerminal(stdout))
    throw new RvrError('USAGE', `--format ${shown} is no text for a terminal`, {
      hint: `Write it to a file: -o profile${formats.get(shown)!.extension}.`,
    })
  if (options.base !== undefined && !isReport(shown))
    throw new RvrError('USAGE', `--base compares in text, markdown and --json; --format ${shown} has no place for it`, {
      hint: 'Write the profile to a file with -o: standard output has the comparison then.',
    })
  for (const { file } of outputs.files) await checkOutput(file)
  return outputs
}
