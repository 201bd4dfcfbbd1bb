/** The answer of a command: an object for --json, and text for people. */
export interface Answer {
  readonly json: object
  readonly text: string
}
