/** Tables of many rows as JSON, in pieces: columns of one length. */

/** What stands in a row. */
export type Column = (row: number) => unknown

const CHUNK = 4096

/** A list as JSON. */
export function* jsonList(length: number, at: Column): Generator<string> {
  yield '['
  for (let from = 0; from < length; from += CHUNK) {
    const values = Array.from({ length: Math.min(CHUNK, length - from) }, (_, index) => at(from + index))
    yield `${from === 0 ? '' : ','}${JSON.stringify(values).slice(1, -1)}`
  }
  yield ']'
}

/** The columns by name, and how many rows they have. */
export function* jsonTable(
  length: number,
  columns: Readonly<Record<string, Column>>,
  about?: object,
): Generator<string> {
  yield JSON.stringify({ length, ...about }).slice(0, -1)
  for (const [name, at] of Object.entries(columns)) {
    yield `,\n${JSON.stringify(name)}:`
    yield* jsonList(length, at)
  }
  yield '}'
}
