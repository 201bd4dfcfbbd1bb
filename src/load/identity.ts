/** What a compiled library says about itself, read and checked before any of its code runs. */
import { resolve } from 'node:path'
import { arch as hostArch } from 'node:process'
import { array, looseObject, number, record, safeParse, string, unknown, type InferOutput } from 'valibot'
import type { OpenFile } from '../store/open-file.ts'
import { readSection, readSections } from '../elf/sections.ts'
import { RvrError, messageOf } from '../errors.ts'
import { missingFeatures } from '../toolchain/cpu-features.ts'
import { hostCpu } from '../toolchain/cpu-info.ts'
import { ABI_VERSION } from './abi-version.ts'
import { libraryFile, type LibraryFile } from './library-file.ts'

/** Section that holds the identity as JSON text, zero-terminated. */
export const IDENTITY_SECTION = '.rvr.identity'

const schema = looseObject({
  abiVersion: number(),
  /** Version of rvr that compiled the library. */
  rvr: string(),
  mode: string(),
  modeOptions: record(string(), unknown()),
  xlen: number(),
  abi: string(),
  extensionsDigest: string(),
  /** SHA-256 of guest file, machine file and target facts. */
  guestDigest: string(),
  machineDigest: string(),
  targetDigest: string(),
  targetCpu: string(),
  /** Features that a CPU must have, as /proc/cpuinfo names them. */
  cpuFeatures: array(string()),
})

/** The identity block; further fields are kept as they are. */
export type Identity = InferOutput<typeof schema>

/** Why a library was refused: `details.reason` of the error ARTIFACT_REFUSED. */
export type RefusalReason =
  | 'not-a-library'
  | 'no-identity'
  | 'abi-version'
  | 'mode'
  | 'guest'
  | 'extensions'
  | 'machine'
  | 'cpu'
  | 'architecture'

const AGAIN = 'Compile the guest again with rvr compile.'
const HINTS: Readonly<Record<RefusalReason, string>> = {
  'not-a-library': 'Name a library that rvr compile wrote.',
  'no-identity': `Name a library that rvr compile wrote; if it is one, it is damaged. ${AGAIN}`,
  'abi-version': `It was compiled by another version of rvr. ${AGAIN}`,
  mode: 'Name the artifact of this mode, or ask for the mode that it was compiled for with --mode.',
  guest: `The guest file has changed, or the artifact belongs to another one. ${AGAIN}`,
  extensions: `Load the guest with the configuration and the extensions that it was compiled with. ${AGAIN}`,
  machine: `Trace costs would be those of another machine. ${AGAIN}`,
  cpu: 'Compile on this host, or for a baseline that both have, such as --target-cpu x86-64-v3.',
  architecture: 'Compile on a host of this architecture.',
}

/** What a library has in the place of what it should have. */
interface Misfit {
  readonly found?: unknown
  readonly wanted?: unknown
}

/** The error for a library at `path` that does not fit. */
export function refusal(
  path: string,
  reason: RefusalReason,
  message: string,
  { found, wanted }: Misfit = {},
): RvrError {
  return new RvrError('ARTIFACT_REFUSED', `${path} is refused: ${message}`, {
    hint: HINTS[reason],
    details: { path, reason, found, wanted },
  })
}

/** ELF machine numbers by Node's architecture names. */
const MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 }
const ET_DYN = 3

/** Is this a shared library, 64 bits, little-endian, for this host? Throws ARTIFACT_REFUSED. */
function checkHeader(path: string, bytes: Uint8Array): void {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isLibrary =
    bytes.length >= 64 &&
    header.getUint32(0) === 0x7f454c46 &&
    bytes[4] === 2 &&
    bytes[5] === 1 &&
    header.getUint16(16, true) === ET_DYN
  if (!isLibrary) throw refusal(path, 'not-a-library', 'it is not a shared library')
  const machine = header.getUint16(18, true)
  if (machine !== MACHINES[hostArch])
    throw refusal(path, 'architecture', `it was compiled for another architecture than ${hostArch}`, {
      found: machine,
      wanted: MACHINES[hostArch],
    })
}

/** The identity of a library whose contents are `bytes`. Throws ARTIFACT_REFUSED; runs nothing of it. */
export function identityOf(path: string, bytes: Uint8Array): Identity {
  checkHeader(path, bytes)
  const section = readSection(bytes, IDENTITY_SECTION)
  if (section === undefined) throw refusal(path, 'no-identity', `it has no section ${IDENTITY_SECTION}`)
  const end = section.indexOf(0)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(end < 0 ? section : section.subarray(0, end)))
  } catch {
    throw refusal(path, 'no-identity', 'its identity block is not JSON')
  }
  const parsed = safeParse(schema, value)
  if (parsed.success) return parsed.output
  // A block of another version may have other fields: then the version is what to say.
  const version = (value as { abiVersion?: unknown } | null)?.abiVersion
  if (typeof version === 'number' && version !== ABI_VERSION)
    throw refusal(path, 'abi-version', `its ABI version is ${version}, wanted ${ABI_VERSION}`, {
      found: version,
      wanted: ABI_VERSION,
    })
  const issue = parsed.issues[0]
  const place = issue.path?.map(item => String(item.key)).join('.') ?? 'its top'
  throw refusal(path, 'no-identity', `its identity block is malformed at ${place}: ${issue.message}`)
}

/** Of files that are open: one that has changed since is opened anew. */
const identities = new WeakMap<OpenFile, Identity>()
/** One that changed less long ago may change again at the same time: clocks of file systems tick slowly. */
const SETTLED_MS = 2000

/** Libraries are smaller by far; a larger file is not looked into. */
const LIMIT_BYTES = 1 << 30

/**
 * Opens a library file and reads its identity: what is loaded later is this very file. `verified` is the cache's, open
 * already.
 *
 * @throws RvrError `IO` when it cannot be read, `ARTIFACT_REFUSED` when it is not a library of rvr.
 */
export function openLibrary(path: string, verified?: OpenFile): { file: LibraryFile; identity: Identity } {
  try {
    const file = libraryFile(resolve(path), verified)
    const known = identities.get(file.opened)
    if (known !== undefined) return { file, identity: known }
    if (file.bytes > LIMIT_BYTES) throw refusal(path, 'not-a-library', `it has ${file.bytes} bytes`)
    const identity = identityOf(path, headersOf(file))
    if (Date.now() - file.opened.changedMs > SETTLED_MS) identities.set(file.opened, identity)
    return { file, identity }
  } catch (cause) {
    if (cause instanceof RvrError) throw cause
    if ((cause as NodeJS.ErrnoException).code === 'EINVAL') {
      throw new RvrError('IO', `${path} cannot be loaded: it is no plain file`, {
        hint: 'The system loads libraries from files alone: write it to one, and name that.',
        details: { path },
        cause,
      })
    }
    throw new RvrError('IO', `${path} cannot be read: ${messageOf(cause)}`, {
      hint: 'Check the path and its permissions.',
      details: { path },
      cause,
    })
  }
}

/** Reads the identity of a library file. Throws like `openLibrary`. */
export async function readIdentity(path: string): Promise<Identity> {
  return openLibrary(path).identity
}

/**
 * An image of the file in which only the section headers, their names and the identity are filled in: libraries may
 * have many megabytes of code.
 */
function headersOf(file: LibraryFile): Uint8Array {
  const bytes = new Uint8Array(file.bytes)
  const fill = (part: Uint8Array): void => {
    if (part.length > 0) file.read(part, part.byteOffset)
  }
  fill(bytes.subarray(0, 64))
  const header = new DataView(bytes.buffer)
  // ELF64: e_shoff, e_shentsize × e_shnum.
  if (bytes.length >= 64) {
    const table = Number(header.getBigUint64(40, true))
    fill(bytes.subarray(table, table + header.getUint16(58, true) * header.getUint16(60, true)))
    const names = readSections(bytes)[header.getUint16(62, true)]
    if (names !== undefined) fill(names.bytes)
    const identity = readSection(bytes, IDENTITY_SECTION)
    if (identity !== undefined) fill(identity)
  }
  return bytes
}

/** What a library has to be. Fields that are left out are not checked. */
export interface ExpectedIdentity {
  readonly abiVersion: number
  readonly mode?: string
  readonly modeOptions?: Readonly<Record<string, unknown>>
  readonly guestDigest?: string
  readonly machineDigest?: string
  /** ABI that the guest expects of its host (`openvm`, `linux`). */
  readonly abi?: string
  /** Digest of the extensions that the guest may use. */
  readonly extensionsDigest?: string
}

function sorted(options: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(options).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * Throws ARTIFACT_REFUSED unless a library with `identity` may be loaded for `expected` on this host. `features` are
 * the host CPU's (default: /proc/cpuinfo); nothing is executed to find out.
 */
export function checkIdentity(
  path: string,
  identity: Identity,
  expected: ExpectedIdentity,
  features: ReadonlySet<string> = hostCpu()?.features ?? new Set(),
): void {
  const check = (reason: RefusalReason, what: string, found: unknown, wanted: unknown): void => {
    if (wanted !== undefined && found !== wanted)
      throw refusal(path, reason, `its ${what} is ${String(found)}, wanted ${String(wanted)}`, { found, wanted })
  }
  check('abi-version', 'ABI version', identity.abiVersion, expected.abiVersion)
  check('guest', 'guest digest', identity.guestDigest, expected.guestDigest)
  check('guest', 'guest ABI', identity.abi, expected.abi)
  check('extensions', 'extensions digest', identity.extensionsDigest, expected.extensionsDigest)
  check('mode', 'mode', identity.mode, expected.mode)
  check(
    'mode',
    'set of mode options',
    sorted(identity.modeOptions),
    expected.modeOptions === undefined ? undefined : sorted(expected.modeOptions),
  )
  check('machine', 'machine digest', identity.machineDigest, expected.machineDigest)
  const missing = missingFeatures(identity.cpuFeatures, features)
  if (missing.length > 0)
    throw refusal(path, 'cpu', `this CPU lacks ${missing.join(', ')}`, {
      found: missing,
      wanted: identity.cpuFeatures,
    })
}
