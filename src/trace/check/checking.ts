/** What the parts of a check have in common. */
import type { Findings } from './findings.ts'
import type { Explaining } from './places.ts'
import type { Turns } from './turns.ts'

export interface Checking {
  readonly findings: Findings
  readonly explaining: Explaining
  readonly turns: Turns
}
