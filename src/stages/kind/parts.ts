/** The parts of a native interpreter's keys: those of a guest's library, without a guest. */
import { contextParts, originParts, type LibraryKind, type Origin } from '../library/parts.ts'
import type { StagePart } from '../stage.ts'

export const interpreterParts: readonly StagePart<Origin, LibraryKind>[] = [...contextParts, ...originParts]
