/** Text of guests on a stream that rvr writes to as well: what rvr says begins on a line of its own. */
import { fstatSync } from 'node:fs'
import { drained, type TextStream } from './text-stream.ts'

/** Streams on which a guest's text has not ended its line. */
const unfinished = new WeakSet<TextStream>()

/**
 * Writes what a guest printed, as it is. Where the stream has to be waited for, the promise resolves when it takes
 * more.
 */
export function writeGuestText(stream: TextStream, bytes: Uint8Array): Promise<void> | undefined {
  if (bytes.length === 0) return undefined
  const takesMore = stream.write(bytes)
  if (bytes.at(-1) === 10) unfinished.delete(stream)
  else unfinished.add(stream)
  return takesMore === false ? drained(stream) : undefined
}

/** Ends the line of a guest's text, where one is unfinished. */
export function endLine(stream: TextStream): void {
  if (unfinished.delete(stream)) stream.write('\n')
}

/** Writes a line of rvr's. */
export function writeLine(stream: TextStream, text: string): void {
  endLine(stream)
  stream.write(text)
}

/** Do both streams lead to one place, a terminal or a file? Then the report would run into what the guest printed. */
function isOnePlace(first: TextStream, second: TextStream): boolean {
  if (first.isTTY === true && second.isTTY === true) return true
  if (first.fd === undefined || second.fd === undefined) return false
  const [a, b] = [fstatSync(first.fd), fstatSync(second.fd)]
  return a.dev === b.dev && a.ino === b.ino
}

/** Writes a result to standard output, on a line of its own where it meets what a guest printed. */
export function writeReport(
  { stdout, stderr }: { readonly stdout: TextStream; readonly stderr: TextStream },
  text: string,
): void {
  if (unfinished.has(stderr) && isOnePlace(stdout, stderr)) endLine(stderr)
  writeLine(stdout, text)
}
