/** Parts that polynomials of an AIR have in common, with names: without them some would be too long to write. */
import type { Air } from './air.ts'
import type { Expression } from './expression.ts'

export interface Part {
  readonly name: string
  readonly of: Expression
}

/** Every part that occurs more than once, or that the declaration names; each needs only parts in front of it. */
export function partsOf({ constraints, interactions, lets }: Air): readonly Part[] {
  const names = new Map<Expression, string>()
  const used = new Set<string>()
  for (const { name, of } of lets) {
    if (names.has(of)) continue
    // Definitions have names of their own, which may be the same ones.
    let free = name
    for (let k = 2; used.has(free); k++) free = `${name}.${k}`
    used.add(free)
    names.set(of, free)
  }
  const seen = new Set<Expression>()
  const shared = new Set<Expression>()
  const order: Expression[] = []
  const visit = (of: Expression): void => {
    if (!('left' in of)) return
    if (seen.has(of)) return void shared.add(of)
    seen.add(of)
    visit(of.left)
    visit(of.right)
    order.push(of)
  }
  for (const { of } of constraints) visit(of)
  for (const { count, fields } of interactions) for (const each of [count, ...fields]) visit(each)
  const isShort = (of: Expression): boolean => !('left' in of) || names.has(of)
  // One operation is read faster than a name for it.
  const isSmall = (of: Expression): boolean => 'left' in of && isShort(of.left) && isShort(of.right)
  const parts: Part[] = []
  for (const of of order) {
    const name = names.get(of)
    if (name !== undefined) parts.push({ name, of })
    else if (shared.has(of) && !isSmall(of)) parts.push({ name: `part.${parts.length}`, of })
  }
  return parts
}
