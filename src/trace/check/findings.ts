/** Keeps the first failures, and counts all. */
import type { Failure } from './failure.ts'

const MOST_LISTED = 10

export class Findings {
  readonly listed: Failure[] = []
  count = 0

  /** `describe` is asked only for what will be listed. */
  add(describe: () => Failure): void {
    if (this.count++ < MOST_LISTED) this.listed.push(describe())
  }
}
