/** The order in which a guest pulls its items, as a run has shown it: plain data, and its file. */
import * as v from 'valibot'
import { messageOf } from '../errors.ts'
import { MOST_KEY_BYTES, MOST_KIND } from '../extensions/io/pull.ts'
import { readInputText } from '../files/read.ts'
import { writeOutput } from '../files/write.ts'
import { streamInvalid } from './invalid.ts'
import { MOST_ITEM_BYTES } from './store.ts'

/** One pull. */
export interface RecordedPull {
  readonly kind: number
  /** Hex digits. */
  readonly key: string
  /** Bytes of the item. */
  readonly bytes: number
  readonly pc: number
  /** Instructions retired before it. */
  readonly instret: number
}

export interface PullOrder {
  /** SHA-256 of the guest's file. */
  readonly guest: string
  readonly pulls: readonly RecordedPull[]
}

const VERSION = 1
const whole = (most: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(most))
const Pull = v.strictObject({
  kind: whole(MOST_KIND),
  key: v.pipe(v.string(), v.maxLength(2 * MOST_KEY_BYTES), v.regex(/^([0-9a-f]{2})*$/)),
  bytes: whole(MOST_ITEM_BYTES),
  pc: whole(2 ** 32),
  instret: whole(Number.MAX_SAFE_INTEGER),
})
const Order = v.strictObject({
  version: v.literal(VERSION),
  guest: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  pulls: v.array(Pull),
})

const RECORD_AGAIN = 'Record it again: rvr stream record GUEST --store DIR -o FILE.'

/** The file's text: JSON, a line for each pull. */
export function orderText({ guest, pulls }: PullOrder): string {
  const lines = pulls.map(pull => `    ${JSON.stringify(pull)}`).join(',\n')
  const list = lines === '' ? '[]' : `[\n${lines}\n  ]`
  return `{\n  "version": ${VERSION},\n  "guest": "${guest}",\n  "pulls": ${list}\n}\n`
}

/** @throws RvrError `STREAM_INVALID` */
export function parseOrder(text: string, origin: string): PullOrder {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw streamInvalid('damaged', `${origin} is no order of items: ${messageOf(cause)}`, RECORD_AGAIN, {
      path: origin,
    })
  }
  const version = (data as { version?: unknown } | null)?.version
  if (typeof version === 'number' && version !== VERSION)
    throw streamInvalid('version', `${origin} is of version ${version}, wanted ${VERSION}`, RECORD_AGAIN, {
      path: origin,
    })
  const { success, output, issues } = v.safeParse(Order, data, { abortEarly: true })
  if (success) return { guest: output.guest, pulls: output.pulls }
  const field = issues[0].path?.map(({ key }) => String(key)).join('.') ?? '(all)'
  throw streamInvalid('damaged', `${origin}, field ${field}: ${issues[0].message}`, RECORD_AGAIN, { path: origin })
}

/** @throws RvrError `IO`, `STREAM_INVALID`, `ABORTED` */
export const readOrder = async (path: string, signal?: AbortSignal): Promise<PullOrder> =>
  parseOrder(await readInputText('pullLog', path, signal), path)

/** Returns the file's absolute path. @throws RvrError `IO`, `ABORTED` */
export const writeOrder = (path: string, order: PullOrder, signal?: AbortSignal): Promise<string> =>
  writeOutput(path, put => put(orderText(order)), { signal })
