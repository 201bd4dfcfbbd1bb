/** Keeps the first failures, and counts all. */
import type { Failure } from './failure.ts'

export const MOST_LISTED = 10

type Describe = () => Failure | Promise<Failure>

export class Findings {
  readonly #listed: Describe[] = []
  count = 0

  /** `describe` is asked only for what will be listed. */
  add(describe: Describe): void {
    if (this.count++ < MOST_LISTED) this.#listed.push(describe)
  }

  /** Others behind the listed ones, which nobody will describe. */
  addUnlisted(count: number): void {
    this.count += count
  }

  async described(): Promise<readonly Failure[]> {
    const failures: Failure[] = []
    for (const describe of this.#listed) failures.push(await describe())
    return failures
  }
}
