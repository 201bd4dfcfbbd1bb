/** A command's answer on standard output. */
import type { Answer } from '../../report/answer.ts'
import type { ReportOptions } from '../options/report.ts'
import type { Shell } from '../shell.ts'
import { jsonLine } from './messages.ts'

/** Writes the object where --json was given, else the text. */
export function writeAnswer({ json, text }: Answer, options: Pick<ReportOptions, 'json'>, { stdout }: Shell): void {
  stdout.write(options.json ? jsonLine(json) : text)
}
