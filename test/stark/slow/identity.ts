/** Step 6: how far the opened values are from meeting the constraints. */
import { rowsOf } from './archive.ts'
import { accumulated, nodeValues, selectors, type Challenges } from './constraints.ts'
import { evaluated, joined, minus, ONE, raised, scaled, times, type K } from './extension.ts'
import { inverse as inverseInField } from './field.ts'
import { publicsByAir, type Key } from './key.ts'
import type { Opened, Proof } from './proof.ts'
import type { Shape, Tree } from './shape.ts'

export interface Gap {
  readonly air: number
  /** acc(ζ) − (ζ^n − 1)·Q(ζ) */
  readonly gap: K
  /** ζ^n − 1 */
  readonly vanishing: K
  /** Of the first opening of the quotient. */
  readonly place: number
}

interface Identity {
  readonly key: Key
  readonly shape: Shape
  readonly proof: Pick<Proof, 'heights' | 'publics' | 'sums'>
  readonly replayed: Challenges & { readonly lambda: K; readonly zeta: K }
  /** By tree. */
  readonly opened: readonly (readonly Opened[])[]
}

/** Of each AIR that is present. */
export function gapsOf({ key, shape, proof, replayed, opened }: Identity): Gap[] {
  const { zeta } = replayed
  const find = (kind: Tree['kind'], air: number): Opened | undefined =>
    shape.trees
      .flatMap((tree, index) => (tree.kind === kind ? opened[index]! : []))
      .find(({ table }) => table.air === air)
  const publics = publicsByAir(key.airs, proof.publics)
  let sumsBefore = 0
  return shape.present.map(index => {
    const air = key.airs[index]!
    const k = proof.heights[index]!
    const [main, fixed, sum, quotient] = (['main', 'fixed', 'sum', 'quotient'] as const).map(kind => find(kind, index))
    const point = {
      main: main!.here,
      mainNext: main!.next,
      fixed: fixed?.here ?? [],
      fixedNext: fixed?.next ?? [],
      ...selectors(k, zeta),
    }
    const values = nodeValues(air.nodes, point, publics[index]!)
    const sums = sum && {
      columns: rowsOf(sum.here, 4).map(joined),
      next: joined(sum.next),
      perRow: scaled(proof.sums[sumsBefore++]!, inverseInField(2 ** k)),
    }
    const acc = accumulated(air, values, { ...replayed, sums })
    const zetaToRows = raised(zeta, 2 ** k)
    const vanishing = minus(zetaToRows, ONE)
    const quotients = evaluated(rowsOf(quotient!.here, 4).map(joined), zetaToRows)
    return { air: index, gap: minus(acc, times(vanishing, quotients)), vanishing, place: quotient!.place }
  })
}
