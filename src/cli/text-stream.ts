/** The streams of the command line. */

/** A stream that text goes to; the process's own, or a test's. */
export interface TextStream {
  write(text: string | Uint8Array): unknown
  readonly isTTY?: boolean | undefined
  readonly fd?: number
}
