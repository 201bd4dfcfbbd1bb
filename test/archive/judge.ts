/** What the reader says of bytes: nothing, or where it stops and why. */
import { RvrError } from '../../src/errors.ts'
import type { ContentName } from '../../src/archive/kinds.ts'
import { parseArchive } from '../../src/archive/read.ts'

export interface Verdict {
  readonly layer: number
  readonly what: string
  /** `0x302` */
  readonly section: string | undefined
  readonly offset: number
}

export function verdictOf(error: unknown): Verdict {
  if (!(error instanceof RvrError) || error.code !== 'ARCHIVE_INVALID') throw error
  const { layer, what, section, offset } = error.details
  return { layer, what, section, offset } as Verdict
}

/** Layers 0 to 2. */
export const judged = (bytes: Uint8Array, content: ContentName): Promise<Verdict | undefined> =>
  parseArchive(bytes, { file: 'test', content }, true).then(() => undefined, verdictOf)
