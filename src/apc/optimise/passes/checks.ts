/** Lookups that only bound values, made anew: none twice, none that follows, and as few as their tables allow. */
import { isWithin } from '../arcs.ts'
import { boundsOf, lookupOf, templatesOf, type Bound, type Template } from '../bounds.ts'
import type { Draft } from '../draft.ts'
import type { Polynomial } from '../polynomials.ts'
import { circularReceives } from '../sent.ts'
import { Ranges, rangesOf } from '../ranges.ts'

/**
 * Invariant: every bound that goes follows from items that are left and are no such bounds themselves. What memory says
 * of a value counts only if the block has not sent it before: whoever sends has to check. A bound is never replaced by
 * one of a multiple.
 */
export function checks(draft: Draft): void {
  const ranges = rangesOf(draft)
  const found = new Map<number, readonly Bound[]>()
  for (const [index, message] of draft.messages.entries()) {
    const bounds = message && boundsOf(draft, message, ranges)
    if (bounds !== undefined) found.set(index, bounds)
  }
  const isCircular = circularReceives(draft)
  const others = new Ranges(draft, { except: index => found.has(index) || isCircular(index) })
  const least = new Map<Polynomial, number>()
  for (const bounds of found.values())
    for (const { of, below } of bounds) least.set(of, Math.min(below, least.get(of) ?? Infinity))
  const needed = [...least].filter(([of, below]) => {
    const arc = others.of(of)
    return arc === undefined || !isWithin(arc, { from: 0, width: below - 1 })
  })
  for (const index of found.keys()) draft.setMessage(index, undefined)
  pack(
    draft,
    needed.map(([of, below]) => ({ of, below })),
  )
}

/** As few lookups as bound all of them; those of one bit become constraints. */
function pack(draft: Draft, bounds: readonly Bound[]): void {
  const { polynomials } = draft
  const known = templatesOf(draft.buses)
  const waiting = new Map<number, Polynomial[]>()
  for (const { of, below } of bounds) {
    if (below === 1) draft.addConstraint(of)
    else if (below === 2 && of.degree === 1)
      draft.addConstraint(polynomials.times(of, polynomials.plusConstant(of, -1)))
    else waiting.set(below, [...(waiting.get(below) ?? []), of])
  }
  // Places of different sizes first: what is left over of one size can still go in pairs.
  const doubles = known.filter(({ places }) => places.length === 2)
  const isMixed = ({ places }: Template): boolean => places[0]!.below !== places[1]!.below
  for (const template of doubles.toSorted((a, b) => Number(isMixed(b)) - Number(isMixed(a))))
    fill(draft, template, waiting)
  for (const template of known) if (template.places.length === 1) fill(draft, template, waiting)
}

/** Sends as many of these lookups as can be filled. */
function fill(draft: Draft, template: Template, waiting: Map<number, Polynomial[]>): void {
  const lists = template.places.map(({ below }) => waiting.get(below) ?? [])
  const isSame = lists.length === 2 && lists[0] === lists[1]
  while (lists.every(list => list.length >= (isSame ? 2 : 1)))
    draft.addMessage(
      lookupOf(
        draft,
        template,
        lists.map(list => list.shift()!),
      ),
    )
}
