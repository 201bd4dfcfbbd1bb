/** AIRs as `airs.json`, the form in which a prover's keys are made from them (format `rvr-airs/1`). */
import { publicRoles } from './air.ts'
import type { Air, AirSet, Constraint, Interaction } from './air.ts'
import type { Expression } from './expression.ts'
import { partsOf } from './parts.ts'

/**
 * A polynomial: a number, column `m` or `p` (fixed) of this row or the next, public value `v`, definition `d`, or an
 * operation.
 */
export type JsonExpression = number | readonly [string, ...(string | number | JsonExpression)[]]

export interface JsonAir {
  readonly name: string
  /** Tables with fixed columns or public values are in every proof. */
  readonly required?: true | undefined
  readonly main: readonly string[]
  readonly fixed?: readonly string[] | undefined
  /** Which of the trees of fixed columns they are in: the machine's, 0, or the program's, 1. */
  readonly tree?: 0 | 1 | undefined
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

/** What public values mean to those who join proofs: `count` from `index` on, one where it is absent. */
export interface JsonRole {
  readonly role: number
  /** Name of the AIR. */
  readonly air: string
  readonly index: number
  readonly count?: number | undefined
}

/** What the public values of a role are in the first segment of a run. */
export interface JsonStart {
  readonly role: number
  /** From 0, among the values of the role. */
  readonly index: number
  readonly value: number
}

export interface AirsJson {
  readonly format: 'rvr-airs/1'
  readonly maxLogHeight: number
  readonly buses: readonly string[]
  readonly airs: readonly JsonAir[]
  /** Ascending. */
  readonly roles?: readonly JsonRole[] | undefined
  /** Of a guest; ascending. */
  readonly starts?: readonly JsonStart[] | undefined
}

/** Where a run begins: the guest's entry, and the root of its memory. */
export interface RunStart {
  readonly pc: number
  readonly root: readonly number[]
}

const MAX_LOG_HEIGHT = 24
const MACHINE_TREE = 0
const PROGRAM_TREE = 1

/**
 * @param airs those of the set that are wanted
 * @param start that of a guest; without it the form is the same for all guests of the machine
 */
export function airsJson({ buses }: AirSet, airs: readonly Air[], start?: RunStart): AirsJson {
  const roles = airs.flatMap(rolesOf).toSorted((a, b) => a.role - b.role)
  return {
    format: 'rvr-airs/1',
    maxLogHeight: MAX_LOG_HEIGHT,
    buses: buses.toSorted((a, b) => a.id - b.id).map(({ name }) => name),
    airs: airs.map(air => airJson(air, buses)),
    roles: roles.length > 0 ? roles : undefined,
    starts: start && startsOf(start),
  }
}

function rolesOf({ name: air, roles = [] }: Air): readonly JsonRole[] {
  return roles.map(({ name, first }) => {
    const { role, count } = publicRoles[name]
    return { role, air, index: first, count: count === 1 ? undefined : count }
  })
}

function startsOf({ pc, root }: RunStart): readonly JsonStart[] {
  const ofRoot = root.map((value, index): JsonStart => ({ role: publicRoles.root_before.role, index, value }))
  return [{ role: publicRoles.pc_before.role, index: 0, value: pc }, ...ofRoot]
}

function airJson(air: Air, buses: AirSet['buses']): JsonAir {
  const isFixed = new Set(air.fixed)
  const main = air.columns.filter((_, index) => !isFixed.has(index))
  const fixed = air.columns.filter((_, index) => isFixed.has(index))
  const counts = { m: 0, p: 0 }
  const places = air.columns.map((_, index) => {
    const kind = isFixed.has(index) ? 'p' : 'm'
    return [kind, counts[kind]++] as const
  })
  const known = new Map<Expression, number>()
  const write = (of: Expression): JsonExpression => {
    const index = known.get(of)
    if (index !== undefined) return ['d', index]
    if (of.op === 'constant') return of.value
    if (of.op === 'public') return ['v', of.index]
    if (of.op === 'column') return of.row === 0 ? places[of.index]! : [...places[of.index]!, 1]
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
    required: hasPublics || fixed.length > 0 ? true : undefined,
    main,
    ...(fixed.length > 0 && { fixed, tree: air.height === 'slots' ? PROGRAM_TREE : MACHINE_TREE }),
    publics: hasPublics ? air.publics : undefined,
    defs,
    constraints: air.constraints.map(constraint),
    interactions: air.interactions.map(interaction),
  }
}
