/** Lookups that multiply: their result is a sum with the product of two fields. */
import { tableFacts } from '../../table.ts'
import { isWithin } from '../arcs.ts'
import type { Draft } from '../draft.ts'
import { fittedProduct } from '../functions.ts'
import type { Polynomial } from '../polynomials.ts'
import { knownFields, Ranges, rangesOf } from '../ranges.ts'
import { circularReceives } from '../sent.ts'
import type { DegreeBounds } from './inline.ts'

/**
 * Such are logical operations on bits.
 *
 * Invariant: the equation that comes in the place of a lookup says what the result is for all values that the other
 * fields can have by items that are left and are no such lookups themselves; and these are in the table.
 */
export function products(draft: Draft, bounds: DegreeBounds): void {
  const ranges = rangesOf(draft)
  const found = new Set<number>()
  for (const index of draft.messages.keys()) if (productIn(draft, index, ranges, bounds) !== undefined) found.add(index)
  if (found.size === 0) return
  const isCircular = circularReceives(draft)
  const others = new Ranges(draft, { except: index => found.has(index) || isCircular(index) })
  for (const index of found) {
    const zero = productIn(draft, index, others, bounds)
    if (zero === undefined) continue
    draft.setMessage(index, undefined)
    draft.addConstraint(zero)
  }
}

/** What is 0 exactly where the message is in its table. */
function productIn(draft: Draft, index: number, ranges: Ranges, bounds: DegreeBounds): Polynomial | undefined {
  const message = draft.messages[index]
  if (message === undefined || message.count !== draft.polynomials.one) return undefined
  const bus = draft.buses[message.bus]!
  if (bus.role.kind !== 'table') return undefined
  const facts = tableFacts(bus, knownFields(message.fields))
  const [equation, ...rest] = facts.equations
  if (equation === undefined || rest.length > 0 || !facts.complete || facts.impossible) return undefined
  const isBounded = [...facts.bounds].every(([field, below]) => {
    if (field === equation.field) return true
    const arc = ranges.of(message.fields[field]!)
    return arc !== undefined && isWithin(arc, { from: 0, width: below - 1 })
  })
  const zero = isBounded ? fittedProduct(draft, message, equation, ranges) : undefined
  return zero !== undefined && zero.degree <= bounds.constraints ? zero : undefined
}
