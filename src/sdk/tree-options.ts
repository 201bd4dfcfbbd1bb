/** What `run.profile.tree` takes. */
import * as v from 'valibot'
import { flag, number, options, text } from '../accept.ts'
import type { ProfileOptions } from '../guest-profile/build.ts'
import { MOST_MARKER } from '../guest-profile/step-names.ts'

/** All of it may be left out. */
export interface TreeOptions extends ProfileOptions {
  /** What the profile calls the guest; `guest` where nothing is said. */
  readonly guestName?: string | undefined
  /**
   * Cells of the memory tables, which modes that count calls do not have: of a run in mode `metered`. Mode
   * `calls-memory` says who touched the memory first; they are apportioned by that.
   */
  readonly memory?: number | undefined
}

const stepNames = v.pipe(
  v.map(number(-MOST_MARKER - 1, MOST_MARKER), text, 'a Map of names by marker'),
  v.transform((names): ReadonlyMap<number, string> => names),
)

export const Tree = options<TreeOptions>({
  lines: v.optional(flag),
  stepNames: v.optional(stepNames),
  guestName: v.optional(text),
  memory: v.optional(number(0, Number.MAX_SAFE_INTEGER)),
})
