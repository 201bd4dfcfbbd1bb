/** What the slow verifier throws: the step of §7 (0: the key) and what is wrong. */
export class Rejected extends Error {
  readonly step: number

  constructor(step: number, what: string) {
    super(`step ${step}: ${what}`)
    this.step = step
  }
}

export function demand(holds: boolean, step: number, what: string): asserts holds {
  if (!holds) throw new Rejected(step, what)
}
