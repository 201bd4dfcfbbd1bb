/** The record beside an artifact: what it is, and from which parts its key was made. */
import type { KeyPart } from './digest.ts'
import type { Details } from './explain/details.ts'
import { isKey } from './layout.ts'

export const MANIFEST_SCHEMA = 1

/** What a caller says about an artifact that it publishes. */
export interface ManifestDraft {
  readonly parts: readonly KeyPart[]
  readonly inputParts: readonly KeyPart[]
  /** Facts for people: mode, guest name, build time in ms … */
  readonly info: Readonly<Record<string, string | number | boolean>>
  /** What lies behind digests among the parts; stored beside the entries, so that differences have names. */
  readonly details?: () => Promise<Details>
}

export interface Manifest extends Omit<ManifestDraft, 'details'> {
  readonly schema: number
  readonly key: string
  readonly inputKey: string
  /** Size and SHA-256 of the artifact; named as its file is. */
  readonly library: { readonly digest: string; readonly bytes: number }
  /** Milliseconds since 1970. */
  readonly createdMs: number
}

function isPart(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { name, type, value: text } = value as Record<string, unknown>
  return typeof name === 'string' && typeof type === 'string' && typeof text === 'string'
}

/**
 * Reads a manifest; undefined when it is garbage, of another schema, or of another key. Checked by hand: this lies on
 * the path of every hit.
 */
export function parseManifest(text: string, key: string): Manifest | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { schema, key: own, inputKey, library, createdMs, parts, inputParts, info } = value as Record<string, unknown>
  const { digest, bytes } = (typeof library === 'object' && library !== null ? library : {}) as Record<string, unknown>
  const valid =
    schema === MANIFEST_SCHEMA &&
    own === key &&
    typeof inputKey === 'string' &&
    typeof digest === 'string' &&
    isKey(digest) &&
    typeof bytes === 'number' &&
    typeof createdMs === 'number' &&
    Array.isArray(parts) &&
    parts.every(isPart) &&
    Array.isArray(inputParts) &&
    inputParts.every(isPart) &&
    typeof info === 'object' &&
    info !== null
  return valid ? (value as Manifest) : undefined
}
