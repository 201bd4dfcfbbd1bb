/** What a lying prover says instead of what it has computed. Later steps follow from what was said. */
import type { K } from './extension.ts'
import type { Gap } from './identity.ts'
import type { Transcript } from './transcript.ts'

export interface Lies {
  /** Coefficients of the main columns of an AIR; more of them than there are rows, too. */
  readonly columns?: (coefficients: number[][], air: number) => number[][]
  /** Before the sum tables are filled, so that their last row does not meet the first. */
  readonly busSums?: (sums: K[]) => K[]
  /** Rows of the sum table of an AIR: φ_0 … , s. */
  readonly sumRows?: (rows: K[][], air: number) => K[][]
  /** Coefficients of Q of an AIR. */
  readonly quotient?: (coefficients: K[], air: number) => K[]
  /** `gaps`: by how much the honest ones miss the constraints. */
  readonly openings?: (openings: K[], gaps: () => Gap[]) => K[]
  /** The word that a round commits to. */
  readonly word?: (values: K[], round: number) => K[]
  readonly final?: (coefficients: K[]) => K[]
  readonly nonce?: (honest: bigint, site: { transcript: Transcript; tag: number; bits: number }) => bigint
}
