/** One entry as one file: a header of fixed size, the manifest, the artifact. */
import { RvrError } from '../errors.ts'
import { composeKey, digestBytes } from './digest.ts'
import { isKey } from './layout.ts'
import { parseManifest, type Manifest } from './manifest.ts'

/** Raised with every change of what follows. */
export const EXPORT_VERSION = 1
/** The first bytes of every version; the version follows as a 32-bit number. */
const MAGIC = Buffer.from('rvr artifact\n\0\0\0', 'latin1')
/**
 * Magic, version (u32), bytes of the manifest (u32), bytes of the artifact (u64), SHA-256 of the manifest;
 * little-endian.
 */
export const HEADER_BYTES = MAGIC.length + 4 + 4 + 8 + 32
export const MAX_MANIFEST_BYTES = 16 << 20
export const MAX_ARTIFACT_BYTES = 1 << 30

/** Why a file is no export: `details.reason` of the error ARTIFACT_REFUSED. */
export type ImportRefusal = 'not-an-export' | 'version' | 'too-large' | 'damaged' | 'key'

const HINTS: Readonly<Record<ImportRefusal, string>> = {
  'not-an-export': 'Name a file that rvr cache export wrote.',
  version: 'Export the entry again with this version of rvr.',
  'too-large': 'Name a file that rvr cache export wrote.',
  damaged: 'Copy or export it again.',
  key: 'Its key is not the one of its parts: export it again, from a cache that rvr cache verify finds in order.',
}

export function importRefusal(path: string, reason: ImportRefusal, message: string): RvrError {
  return new RvrError('ARTIFACT_REFUSED', `${path} is refused: ${message}`, {
    hint: HINTS[reason],
    details: { path, reason },
  })
}

export function encodeHeader(manifest: Uint8Array, artifactBytes: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  MAGIC.copy(header)
  header.writeUInt32LE(EXPORT_VERSION, MAGIC.length)
  header.writeUInt32LE(manifest.length, MAGIC.length + 4)
  header.writeBigUInt64LE(BigInt(artifactBytes), MAGIC.length + 8)
  Buffer.from(digestBytes(manifest), 'hex').copy(header, MAGIC.length + 16)
  return header
}

export interface Header {
  readonly manifestBytes: number
  readonly artifactBytes: number
  readonly manifestDigest: string
}

/** Reads a header, which says how long the file has to be. @throws RvrError `ARTIFACT_REFUSED`. */
export function decodeHeader(path: string, header: Buffer, fileBytes: number): Header {
  if (!header.subarray(0, MAGIC.length).equals(MAGIC))
    throw importRefusal(path, 'not-an-export', 'it is no exported cache entry')
  if (header.length < HEADER_BYTES) throw importRefusal(path, 'damaged', 'it ends within its header')
  const version = header.readUInt32LE(MAGIC.length)
  if (version !== EXPORT_VERSION)
    throw importRefusal(path, 'version', `its format has version ${version}, this rvr reads version ${EXPORT_VERSION}`)
  const manifestBytes = header.readUInt32LE(MAGIC.length + 4)
  const artifactBytes = header.readBigUInt64LE(MAGIC.length + 8)
  if (manifestBytes > MAX_MANIFEST_BYTES)
    throw importRefusal(
      path,
      'too-large',
      `its manifest has ${manifestBytes} bytes, at most ${MAX_MANIFEST_BYTES} are accepted`,
    )
  if (artifactBytes > MAX_ARTIFACT_BYTES)
    throw importRefusal(
      path,
      'too-large',
      `its library has ${artifactBytes} bytes, at most ${MAX_ARTIFACT_BYTES} are accepted`,
    )
  const whole = HEADER_BYTES + manifestBytes + Number(artifactBytes)
  if (fileBytes !== whole) throw importRefusal(path, 'damaged', `it has ${fileBytes} bytes instead of ${whole}`)
  return {
    manifestBytes,
    artifactBytes: Number(artifactBytes),
    manifestDigest: header.toString('hex', MAGIC.length + 16, HEADER_BYTES),
  }
}

/** Reads the manifest, whose keys have to be those of its parts. @throws RvrError `ARTIFACT_REFUSED`. */
export function decodeManifest(path: string, bytes: Buffer, { manifestDigest, artifactBytes }: Header): Manifest {
  if (digestBytes(bytes) !== manifestDigest)
    throw importRefusal(path, 'damaged', 'its manifest differs from what was exported')
  const manifest = parseManifest(bytes.toString('utf8'), keyIn(bytes))
  if (
    manifest === undefined ||
    !isKey(manifest.key) ||
    !isKey(manifest.inputKey) ||
    manifest.library.bytes !== artifactBytes
  )
    throw importRefusal(path, 'damaged', 'its manifest is not one')
  if (keyOf('rvr artifact', manifest.parts) !== manifest.key)
    throw importRefusal(path, 'key', 'its key does not belong to its parts')
  if (keyOf('rvr input', manifest.inputParts) !== manifest.inputKey)
    throw importRefusal(path, 'key', 'its input key does not belong to its parts')
  return manifest
}

/** The key that a manifest gives itself. */
function keyIn(bytes: Buffer): string {
  try {
    const { key } = JSON.parse(bytes.toString('utf8')) as { key?: unknown }
    return typeof key === 'string' ? key : ''
  } catch {
    return ''
  }
}

function keyOf(domain: string, parts: Manifest['parts']): string | undefined {
  try {
    return composeKey(domain, parts).key
  } catch {
    return undefined // two parts of one name
  }
}
