/** The file of a saved run: its parts, its header, and how it is refused (docs/saved-runs.md). */
import * as v from 'valibot'
import { MEMORY_BYTES } from '../../elf/image.ts'
import { RvrError } from '../../errors.ts'
import { abiNames } from '../../extensions/registry.ts'
import { SavedModeOptions } from '../../modes/options.ts'
import { isMode, type ModeName } from '../../modes/registry.ts'

/**
 * The first bytes, then the format's version (uint16), then the header's length in bytes (uint32); integers are
 * little-endian.
 */
export const MAGIC: Uint8Array = Buffer.from('rvr-saved-run\n')
export const FORMAT_VERSION = 4
export const PREFIX_BYTES = MAGIC.length + 2 + 4
/** SHA-256 of everything in front of it ends the file. */
export const DIGEST_BYTES = 32
export const PAGE_BYTES = 4096
export const PAGES = MEMORY_BYTES / PAGE_BYTES
/** All byte strings together: inputs, and what the host and the mode keep. */
export const MAX_BLOB_BYTES = 2 ** 30
export const MAX_HEADER_BYTES = 2 ** 28

const whole = (min: number, max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max))
const count = whole(0, Number.MAX_SAFE_INTEGER)
const large = v.pipe(
  v.string(),
  v.regex(/^\d{1,40}$/),
  v.transform(text => BigInt(text)),
)
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const blob = whole(0, 2 ** 24)
const address = whole(0, MEMORY_BYTES)
const seed = v.pipe(
  v.string(),
  v.regex(/^-?\d{1,1000}$/),
  v.transform(text => BigInt(text)),
)

const Origin = v.strictObject({
  inputs: v.array(blob),
  /** Frames of the items that the guest pulls. */
  stream: v.optional(v.array(blob)),
  publicValuesBytes: v.optional(count),
  seed: v.optional(seed),
  args: v.optional(v.array(v.string())),
  options: SavedModeOptions,
})

const Header = v.strictObject({
  /** The version of rvr that wrote the file; for people. */
  rvr: v.string(),
  /** SHA-256 of the guest's ELF file. */
  guest: digest,
  xlen: v.picklist([32, 64]),
  abi: v.picklist(abiNames),
  /** Digest of the extensions that the guest may use. */
  extensions: digest,
  mode: v.custom<ModeName>(name => typeof name === 'string' && isMode(name), 'the name of a mode'),
  /** SHA-256 of the machine. */
  machine: digest,
  stopCause: v.picklist(['instructions', 'cost', 'segment', 'memory', 'pull', 'timeout', 'request']),
  pc: address,
  /** The guest has come to `pc` from the start of the autoprecompile's block around it; absent where not. */
  isInside: v.optional(v.literal(true)),
  registers: v.pipe(v.array(large), v.length(32)),
  instructions: large,
  cost: large,
  /** What the guest prints before this many instructions has been printed. */
  printedUntil: count,
  /** What the guest's system makes of its host state; byte strings are in it as indices of `body.blobs`. */
  host: v.unknown(),
  /** What the mode makes of what it has collected, where it keeps anything; byte strings as in `host`. */
  collected: v.optional(v.unknown()),
  /** How the run began, in modes that may go back. */
  origin: v.optional(Origin),
  /** What the compressed body holds, in this order. */
  body: v.strictObject({
    /** Lengths of byte strings that other fields name by their index. */
    blobs: v.array(whole(0, MAX_BLOB_BYTES)),
    /** Pages of guest memory that differ from the loaded guest. */
    pages: whole(0, PAGES),
  }),
})

export type SavedHeader = v.InferOutput<typeof Header>
/** The header as it stands in the file: large integers as decimal strings. */
export type HeaderText = v.InferInput<typeof Header>

export type Refusal = 'not-a-saved-run' | 'version' | 'damaged' | 'guest' | 'abi' | 'extensions' | 'mode' | 'machine'

interface Advice {
  readonly hint: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** The error for a file that cannot be resumed from. */
export function refuse(path: string, reason: Refusal, message: string, { hint, details, cause }: Advice): RvrError {
  return new RvrError('STATE_REFUSED', `saved run ${path}: ${message}`, {
    hint,
    details: { path, reason, ...details },
    cause,
  })
}

const SAVE_AGAIN = 'Save the run again; a copy of the file may be whole.'
export const damaged = (path: string, what: string, cause?: unknown): RvrError =>
  refuse(path, 'damaged', what, { hint: SAVE_AGAIN, cause })

/** @throws RvrError `STATE_REFUSED` naming the field that does not fit. */
export function parseHeader(path: string, text: string): SavedHeader {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw damaged(path, 'its header is no JSON', cause)
  }
  const { success, output, issues } = v.safeParse(Header, data, { abortEarly: true })
  if (!success)
    throw damaged(
      path,
      `field ${issues[0].path?.map(({ key }) => String(key)).join('.') ?? '(all)'} of its header: ${issues[0].message}`,
    )
  return output
}
