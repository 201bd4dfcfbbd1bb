/** Data of a saved run whose shape only its owners know, as canonical text: section 0x805. */
import * as v from 'valibot'
import type { Archive } from '../../archive/archive.ts'
import { RvrError } from '../../errors.ts'
import { SavedModeOptions } from '../../modes/options.ts'

const STATE = 0x805
const MAX_BYTES = 2 ** 28

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const byteString = v.pipe(count, v.maxValue(2 ** 24))
const seed = v.pipe(
  v.string(),
  v.regex(/^-?\d{1,1000}$/),
  v.transform(text => BigInt(text)),
)

const Origin = v.strictObject({
  inputs: v.array(byteString),
  /** Frames of the items that the guest pulls. */
  stream: v.optional(v.array(byteString)),
  publicValuesBytes: v.optional(count),
  seed: v.optional(seed),
  args: v.optional(v.array(v.string())),
  env: v.optional(v.record(v.string(), v.string())),
  options: SavedModeOptions,
})

/** Byte strings are their numbers. */
const State = v.strictObject({
  /** What the guest's system makes of its host state. */
  host: v.unknown(),
  /** What the mode makes of what it has collected, where it keeps anything. */
  collected: v.optional(v.unknown()),
  /** How the run began, in modes that may go back. */
  origin: v.optional(Origin),
})

export type SavedState = v.InferOutput<typeof State>
/** The same as it stands in the file: large integers as decimal strings. */
export type StateText = v.InferInput<typeof State>

/** @throws RvrError `USAGE`: it is too much. */
export function stateSections(state: StateText): [number, readonly ArrayBufferView[]][] {
  const text = new TextEncoder().encode(JSON.stringify(state))
  if (text.length > MAX_BYTES)
    throw new RvrError('USAGE', `the run has too much to save: its list of segments takes ${text.length} bytes`, {
      hint: 'Save it earlier.',
    })
  return [[STATE, [text]]]
}

/** What a text says, where it is what would be written of that. @throws Error. */
function canonical(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_BYTES) throw new Error(`it has ${bytes.length} bytes, ${MAX_BYTES} are the most`)
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  const state: unknown = JSON.parse(text)
  if (JSON.stringify(state) !== text) throw new Error('it is not as rvr writes it')
  return state
}

/** @throws RvrError `ARCHIVE_INVALID`, layer 4, naming the field that does not fit. */
export function stateIn(archive: Archive): SavedState {
  const wrong = (problem: string): RvrError =>
    archive.invalid(STATE, { layer: 4, what: 'value' }, `what its host and mode keep is wrong: ${problem}`)
  let data: unknown
  try {
    data = canonical(archive.view(STATE))
  } catch (error) {
    throw wrong((error as Error).message)
  }
  const { success, output, issues } = v.safeParse(State, data, { abortEarly: true })
  if (!success) throw wrong(`${v.getDotPath(issues[0]) ?? '(all)'}: ${issues[0].message}`)
  return output
}
