/** Lookups in the program go: the block's pins say what the program has there. */
import type { Draft } from '../draft.ts'

/**
 * Invariant: a lookup goes only if all of its fields are constant. Pins made them so, and whoever places the block in a
 * program has to make sure that the program has these instructions there.
 */
export function dropProgramLookups(draft: Draft): void {
  for (const [index, message] of draft.messages.entries()) {
    if (message === undefined || draft.buses[message.bus]!.role.kind !== 'program') continue
    if ([message.count, ...message.fields].every(({ atoms }) => atoms.length === 0)) draft.setMessage(index, undefined)
  }
}
