/** Why a library comes from the cache or does not, in lines for people. */
import type { Difference } from '../../store/explain/difference.ts'
import { explanationLines as storeLines, type Explanation } from '../../store/explain/explain.ts'
import { library } from './library.ts'
import type { LibraryKind } from './parts.ts'
import type { RecordedToolchain } from './request.ts'

/** One thing that makes two libraries differ. */
export type LibraryDifference = Difference<LibraryKind>

export interface LibraryExplanation extends Explanation<LibraryKind> {
  /** A hit where nothing can compile: what the entry says of the toolchain that made it. */
  readonly toolchain?: RecordedToolchain
}

export function explanationLines(explanation: LibraryExplanation): string[] {
  const lines = storeLines(explanation, info => library.title(info))
  const { outcome, toolchain } = explanation
  if (outcome === 'hit' && toolchain !== undefined)
    lines.push(`nothing here can compile: found by its manifest, made by ${toolchain.version}`)
  return lines
}
