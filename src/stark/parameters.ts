/** Sets of parameters that proofs are made with: how large they are, what they cost, what they are worth. */

/** Leading zero bits that the prover searches for, by site. */
export interface Work {
  readonly lookup: number
  readonly zeta: number
  readonly batch: number
  readonly fold: number
  readonly query: number
}

export interface Parameters {
  /** Logarithm of how many times longer a committed column is than the table. */
  readonly logBlowUp: number
  readonly queries: number
  /** Logarithm of how many entries one fold makes one of. */
  readonly logArity: number
  /** Logarithm of the length of the polynomial that is sent. */
  readonly logFinal: number
  readonly work: Work
}

const work: Work = { lookup: 14, zeta: 4, batch: 16, fold: 7, query: 16 }
const none: Work = { lookup: 0, zeta: 0, batch: 0, fold: 0, query: 0 }
const folding = { logArity: 3, logFinal: 6, work }

export const sets = {
  /** No security. */
  test: { logBlowUp: 1, queries: 1, logArity: 2, logFinal: 2, work: none },
  /** The least proving time. */
  fast: { logBlowUp: 1, queries: 88, ...folding },
  /** Half of its proof, and of the verifier's work. */
  default: { logBlowUp: 2, queries: 44, ...folding },
  /** For verification inside a guest. */
  small: { logBlowUp: 3, queries: 29, ...folding },
  /** 100 bits without a conjecture. */
  proven: { logBlowUp: 3, queries: 102, ...folding },
} as const satisfies Readonly<Record<string, Parameters>>

export type ProofSet = keyof typeof sets
export const setNames = Object.keys(sets) as readonly ProofSet[]
