/** Lookups that say no more than that fields are below bounds, and how such lookups are made. */
import { P } from '../../air/field.ts'
import type { SystemBus } from '../../air/system-buses.ts'
import { tableFacts } from '../table.ts'
import type { Draft, DraftMessage } from './draft.ts'
import { impliedEquation } from './functions.ts'
import type { Polynomial } from './polynomials.ts'
import { knownFields, type Ranges } from './ranges.ts'

export interface Bound {
  readonly of: Polynomial
  /** It is below this. */
  readonly below: number
}

/** The bounds that are all that a lookup says; undefined where it says more. */
export function boundsOf(draft: Draft, message: DraftMessage, ranges: Ranges): readonly Bound[] | undefined {
  const { bus, count, fields } = message
  if (draft.buses[bus]!.role.kind !== 'table' || count.atoms.length > 0 || count.constant !== 1) return undefined
  const { bounds, equations, complete, impossible } = tableFacts(draft.buses[bus]!, knownFields(fields))
  if (!complete || impossible) return undefined
  if (!equations.every(equation => impliedEquation(draft, message, equation, ranges))) return undefined
  const results = new Set(equations.map(({ field }) => field))
  return [...bounds].flatMap(([field, below]) =>
    fields[field]!.atoms.length === 0 || results.has(field) ? [] : [{ of: fields[field]!, below }],
  )
}

/** A lookup with places for polynomials that it bounds. */
export interface Template {
  readonly bus: number
  /** Of all fields: constants, and 0 where a polynomial goes. */
  readonly constants: readonly number[]
  readonly places: readonly { readonly field: number; readonly below: number }[]
}

/** Constants that are tried in fields that are no places. */
const MOST_CONSTANT = 17
const MOST_FIELDS = 4

const templates = new WeakMap<readonly SystemBus[], readonly Template[]>()

/** The lookups of a machine that bound one polynomial, or two. */
export function templatesOf(buses: readonly SystemBus[]): readonly Template[] {
  let known = templates.get(buses)
  if (known === undefined) templates.set(buses, (known = templatesIn(buses)))
  return known
}

function templatesIn(buses: readonly SystemBus[]): readonly Template[] {
  const found: Template[] = []
  for (const [bus, { role, fields }] of buses.entries()) {
    if (role.kind !== 'table' || fields.length > MOST_FIELDS) continue
    for (const places of placesIn(fields.length)) {
      for (const constants of constantsFor(fields.length - places.length)) {
        const known = fields.map((_, field) => (places.includes(field) ? undefined : constants[rank(field, places)]))
        const { bounds, equations, complete, impossible } = tableFacts(buses[bus]!, known)
        if (!complete || impossible || equations.length > 0 || !places.every(field => bounds.has(field))) continue
        const placed = places.map(field => ({ field, below: bounds.get(field)! }))
        found.push({ bus, constants: known.map(each => each ?? 0), places: placed })
      }
    }
  }
  return found
}

/** How many fields before this one are no places. */
const rank = (field: number, places: readonly number[]): number => field - places.filter(each => each < field).length

function placesIn(fields: number): readonly (readonly number[])[] {
  const all = Array.from({ length: fields }, (_, index) => index)
  return [...all.map(each => [each]), ...all.flatMap(a => all.filter(b => b > a).map(b => [a, b]))]
}

function constantsFor(count: number): readonly (readonly number[])[] {
  if (count === 0) return [[]]
  const values = Array.from({ length: MOST_CONSTANT + 1 }, (_, index) => index)
  return constantsFor(count - 1).flatMap(rest => values.map(value => [...rest, value]))
}

/** The lookup that bounds these polynomials, one for each place. */
export function lookupOf(draft: Draft, { bus, constants, places }: Template, of: readonly Polynomial[]): DraftMessage {
  const { polynomials } = draft
  const fields = constants.map(value => polynomials.constant(value % P))
  for (const [at, { field }] of places.entries()) fields[field] = of[at]!
  return { bus, count: polynomials.one, fields }
}
