/** What the command line writes: results to standard output, everything else to standard error. */
import { RvrError, messageOf } from '../../errors.ts'
import { writeLine } from './guest-text.ts'
import type { TextStream } from './text-stream.ts'

export type { TextStream }

export type Style = 'error' | 'warning' | 'good' | 'hint' | 'dim'
const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  error: [31, 39],
  warning: [33, 39],
  good: [32, 39],
  hint: [36, 39],
  dim: [2, 22],
}

/** Can text on this stream be drawn over? */
export function isTerminal(stream: TextStream, environment: NodeJS.ProcessEnv = process.env): boolean {
  return stream.isTTY === true && environment['TERM'] !== 'dumb'
}

/** May text on this stream be coloured? NO_COLOR with any text turns colour off (no-color.org). */
export function isColoured(stream: TextStream, environment: NodeJS.ProcessEnv = process.env): boolean {
  return isTerminal(stream, environment) && !environment['NO_COLOR']
}

export function styled(stream: TextStream, style: Style, text: string): string {
  const [on, off] = CODES[style]
  return isColoured(stream) ? `\u001B[${on}m${text}\u001B[${off}m` : text
}

/** One JSON object as one line. Integers beyond 2^53 become decimal strings, bytes become hex. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint')
      return item <= BigInt(Number.MAX_SAFE_INTEGER) && item >= BigInt(Number.MIN_SAFE_INTEGER)
        ? Number(item)
        : item.toString()
    return item instanceof Uint8Array ? Buffer.from(item).toString('hex') : item
  })}\n`
}

const hintText = (stream: TextStream, hint: string | undefined): string =>
  hint === undefined ? '' : `  ${styled(stream, 'hint', 'hint')}: ${hint}\n`

/** `rvr: warning: …` and its hint. */
export function warningText(stream: TextStream, message: string, hint?: string): string {
  return `rvr: ${styled(stream, 'warning', 'warning')}: ${message}\n${hintText(stream, hint)}`
}

/** Any thrown value as an RvrError; what is none is a defect. */
export function asRvrError(error: unknown): RvrError {
  if (error instanceof RvrError) return error
  return new RvrError('INTERNAL', `unexpected failure: ${messageOf(error)}`, {
    hint: 'This is a defect in rvr; please report it with the text above. RVR_DEBUG=1 shows where it happened.',
    cause: error,
  })
}

/** Writes an error to standard error and, where JSON was asked for, as one object to standard output. */
export function writeError(error: RvrError, streams: { stdout: TextStream; stderr: TextStream }, json: boolean): void {
  const { stdout, stderr } = streams
  writeLine(stderr, `rvr: ${styled(stderr, 'error', 'error')}: ${error.message}\n`)
  if (error.hint !== undefined) stderr.write(hintText(stderr, error.hint))
  if (process.env['RVR_DEBUG']) {
    for (let at: unknown = error; at instanceof Error; at = at.cause) stderr.write(`${at.stack ?? at.message}\n`)
  }
  if (json)
    stdout.write(
      jsonLine({ error: { code: error.code, message: error.message, hint: error.hint, details: error.details } }),
    )
}
