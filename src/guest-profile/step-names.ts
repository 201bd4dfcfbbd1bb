/** Names of a guest's steps, from a file: `{ "1": "setup", … }`, or a list whose first entry names step 0. */
import * as v from 'valibot'
import { RvrError, messageOf } from '../errors.ts'
import { readInputText } from '../files/read.ts'

/** Markers are what an instruction's immediate holds: −2048 … 2047. */
export const MOST_MARKER = 2047

const HINT = 'It has to look like {"0": "start", "1": "setup"} or ["start", "setup"]: names by marker.'

const Name = v.pipe(
  v.string('wanted a name in quotes'),
  v.minLength(1, 'wanted a name that is not empty'),
  v.maxLength(200, 'wanted a name of at most 200 characters'),
)
const MARKER = `wanted a marker from ${-MOST_MARKER - 1} to ${MOST_MARKER}`
const isMarker = (text: string): boolean =>
  /^(0|-?[1-9][0-9]{0,3})$/.test(text) && Number(text) >= -MOST_MARKER - 1 && Number(text) <= MOST_MARKER
const ByMarker = v.record(v.pipe(v.string(MARKER), v.check(isMarker, MARKER)), Name, 'wanted an object or a list')
const List = v.pipe(v.array(Name), v.maxLength(MOST_MARKER + 1, `wanted at most ${MOST_MARKER + 1} names`))

function invalid(path: string, problem: string): RvrError {
  return new RvrError('INPUT_INVALID', `step names ${path}: ${problem}`, { hint: HINT, details: { path } })
}

/**
 * The names in a file, by marker.
 *
 * @throws RvrError `IO` (the file cannot be read), `INPUT_INVALID` (it holds something else).
 */
export async function readStepNames(path: string, signal?: AbortSignal): Promise<ReadonlyMap<number, string>> {
  const text = await readInputText('stepNames', path, signal)
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw invalid(path, `it is not JSON: ${messageOf(cause)}`)
  }
  const result = v.safeParse(Array.isArray(data) ? List : ByMarker, data, { abortEarly: true })
  if (!result.success) {
    const [issue] = result.issues
    throw invalid(path, `at ${v.getDotPath(issue) ?? 'its top'}: ${issue.message}`)
  }
  return new Map(Object.entries(result.output).map(([marker, name]) => [Number(marker), name]))
}
