/** AIRs as `airs.json`, the form in which a prover's keys are made from them (format `rvr-airs/1`). */
import type { Air, AirSet, Constraint, Interaction } from './air.ts'
import type { Expression } from './expression.ts'
import { partsOf } from './parts.ts'

/** A polynomial: a number, column `m` of this row or the next, public value `v`, definition `d`, or an operation. */
export type JsonExpression = number | readonly [string, ...(string | number | JsonExpression)[]]

export interface JsonAir {
  readonly name: string
  /** Tables with public values are in every proof. */
  readonly required?: true | undefined
  readonly main: readonly string[]
  readonly publics?: readonly string[] | undefined
  /** Polynomials that several others have in common; each uses earlier ones only. */
  readonly defs: readonly JsonExpression[]
  readonly constraints: readonly JsonExpression[]
  readonly interactions: readonly {
    readonly bus: string
    readonly dir: 'send' | 'receive'
    readonly count: JsonExpression
    readonly weight: number
    readonly fields: readonly JsonExpression[]
  }[]
}

export interface AirsJson {
  readonly format: 'rvr-airs/1'
  readonly buses: readonly string[]
  readonly airs: readonly JsonAir[]
}

/** @param airs those of the set that are wanted */
export function airsJson({ buses }: AirSet, airs: readonly Air[]): AirsJson {
  const names = buses.toSorted((a, b) => a.id - b.id).map(({ name }) => name)
  return { format: 'rvr-airs/1', buses: names, airs: airs.map(air => airJson(air, buses)) }
}

function airJson(air: Air, buses: AirSet['buses']): JsonAir {
  const known = new Map<Expression, number>()
  const write = (of: Expression): JsonExpression => {
    const index = known.get(of)
    if (index !== undefined) return ['d', index]
    if (of.op === 'constant') return of.value
    if (of.op === 'public') return ['v', of.index]
    if (of.op === 'column') return of.row === 0 ? ['m', of.index] : ['m', of.index, 1]
    return [of.op, write(of.left), write(of.right)]
  }
  const defs = partsOf(air).map(({ of }, index) => {
    const written = write(of)
    known.set(of, index)
    return written
  })
  const constraint = ({ where, of }: Constraint): JsonExpression =>
    where === 'every' ? write(of) : ['*', [where], write(of)]
  const interaction = ({ bus, direction, count, weight, fields }: Interaction) => ({
    bus: buses[bus]!.name,
    dir: direction,
    count: write(count),
    weight,
    fields: fields.map(write),
  })
  const hasPublics = air.publics.length > 0
  return {
    name: air.name,
    required: hasPublics ? true : undefined,
    main: air.columns,
    publics: hasPublics ? air.publics : undefined,
    defs,
    constraints: air.constraints.map(constraint),
    interactions: air.interactions.map(interaction),
  }
}
