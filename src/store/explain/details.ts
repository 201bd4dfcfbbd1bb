/** What lies behind digests in keys, kept in the store so that a difference between two digests can be named. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyPart } from '../digest.ts'
import { replaceFile } from '../durable.ts'
import type { Layout } from '../layout.ts'
import { readStoredText } from '../open-file.ts'

/** Named values behind one part's digest. */
export type Detail = Readonly<Record<string, string>>
/** By name of the part. */
export type Details = Readonly<Record<string, Detail>>

const fileOf = (layout: Layout, part: KeyPart): string =>
  join(layout.details, `${part.name.replaceAll('/', '-')}-${part.value}.json`)

/** Keeps what is not there yet. Rejects with the file system's error. */
export async function writeDetails(layout: Layout, parts: readonly KeyPart[], details: Details): Promise<void> {
  for (const part of parts) {
    const detail = details[part.name]
    if (detail === undefined || existsSync(fileOf(layout, part))) continue
    await replaceFile(layout.staging, fileOf(layout, part), `${JSON.stringify(detail)}\n`)
  }
}

/** The detail of a stored part; undefined when it is not known (any more). */
export function readDetail(layout: Layout, part: KeyPart): Detail | undefined {
  try {
    const value: unknown = JSON.parse(readStoredText(fileOf(layout, part)))
    const isDetail =
      typeof value === 'object' && value !== null && Object.values(value).every(item => typeof item === 'string')
    return isDetail ? (value as Detail) : undefined
  } catch {
    return undefined
  }
}
