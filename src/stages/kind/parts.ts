/** The parts of the keys of libraries that all guests of a kind share: those of a guest's own, without the guest. */
import { contextParts, originParts, type LibraryKind, type Origin } from '../library/parts.ts'
import type { StagePart } from '../stage.ts'

export const kindParts: readonly StagePart<Origin, LibraryKind>[] = [...contextParts, ...originParts]
