/** How the parts of a key say what differs: whoever makes a part brings its description along. */
import type { Change } from './change.ts'
import type { Difference } from './difference.ts'

/** One part of a key, or all whose names begin with one word. */
export interface PartDescription<Kind extends string = string> {
  /** The part's name, or what stands in front of a slash in the names of several. */
  readonly name: string
  /** Which parts are spoken of together: the name of their group. Default: each part is a group of its own. */
  readonly group?: (name: string) => string
  /** Says what has changed in a group; called only where something has. */
  readonly differences: (change: Change) => readonly Difference<Kind>[]
  /** How far apart entries are that differ in it; default 1. */
  readonly distance?: number
}
