/** What the text of an AIR is read with. */
import type { Bus } from '../air.ts'
import type { Place } from '../language/place.ts'
import type { Definition } from '../language/syntax.ts'

/** What the text of an AIR stands for besides itself. */
export interface Elaboration {
  readonly name: string
  readonly at: Place
  readonly buses: readonly Bus[]
  readonly definitions: ReadonlyMap<string, Definition>
  /** Values of the AIR's parameters; `base_opcode` is the least opcode of its instructions. */
  readonly parameters: ReadonlyMap<string, bigint>
  readonly instructions: ReadonlyMap<string, number>
}
