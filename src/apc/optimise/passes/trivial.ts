/** What says nothing that is not said elsewhere goes: repeated factors, constraints and lookups. */
import type { Draft } from '../draft.ts'
import { isStateful } from '../../../air/system-buses.ts'
import type { Polynomial } from '../polynomials.ts'

/** Invariant: for each item that goes another one is left that says as much or more. */
export function trivial(draft: Draft): void {
  repeatedFactors(draft)
  weakerConstraints(draft)
  repeatedLookups(draft)
}

function repeatedFactors(draft: Draft): void {
  for (const [index, constraint] of draft.constraints.entries()) {
    if (constraint === undefined) continue
    const factors = draft.polynomials.factorsOf(constraint)
    draft.setConstraint(index, draft.polynomials.product([...new Set(factors)]))
  }
}

/** A product goes where a product of some of its factors is 0 anyway. */
function weakerConstraints(draft: Draft): void {
  const first = new Map<Polynomial, number>()
  for (const [index, constraint] of draft.constraints.entries()) {
    if (constraint === undefined) continue
    if (first.has(constraint)) draft.setConstraint(index, undefined)
    else first.set(constraint, index)
  }
  for (const [index, constraint] of draft.constraints.entries()) {
    if (constraint === undefined) continue
    const factors = draft.polynomials.factorsOf(constraint)
    if (factors.length > 1 && properSubsets(factors).some(part => first.has(draft.polynomials.product(part))))
      draft.setConstraint(index, undefined)
  }
}

const MOST_FACTORS = 5

function properSubsets(factors: readonly Polynomial[]): readonly (readonly Polynomial[])[] {
  if (factors.length > MOST_FACTORS) return []
  const subsets: (readonly Polynomial[])[] = []
  for (let mask = 1; mask < 2 ** factors.length - 1; mask++)
    subsets.push(factors.filter((_, at) => (mask >> at) % 2 === 1))
  return subsets
}

function repeatedLookups(draft: Draft): void {
  const seen = new Set<string>()
  for (const [index, message] of draft.messages.entries()) {
    if (message === undefined || isStateful(draft.buses[message.bus]!)) continue
    if (draft.buses[message.bus]!.role.kind !== 'table') continue
    const key = [message.bus, message.count.id, ...message.fields.map(({ id }) => id)].join()
    if (seen.has(key)) draft.setMessage(index, undefined)
    seen.add(key)
  }
}
