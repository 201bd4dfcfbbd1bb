/** Whether a witness is right, row by row and message by message: what proofs have to agree with. */
import { add, mul, negate, P, power, root, inverse, sub } from './field.ts'
import type { Witness } from './prove.ts'
import { placeOf, widthOf, type Expression, type Rows, type System, type SystemAir } from './system.ts'

export interface Place {
  readonly row: number
  readonly main: Rows
  readonly fixed: Rows | undefined
  readonly publics: readonly number[]
}

/** An expression of airs.json in a row, without flattening it. */
export function evaluatedIn(air: SystemAir, expression: Expression, place: Place): number {
  const { row, main, fixed, publics } = place
  const n = main.length
  if (typeof expression === 'number') return ((expression % P) + P) % P
  const [head, ...parts] = expression
  const [first, second] = parts
  const cell = (rows: Rows, names: SystemAir['main'] | undefined): number =>
    rows[(row + ((second as number | undefined) ?? 0)) % n]![placeOf(first, names)]!
  const value = (part: Expression | string): number => evaluatedIn(air, part as Expression, place)
  switch (head) {
    case 'c':
      return value(first!)
    case 'm':
      return cell(main, air.main)
    case 'p':
      return cell(fixed!, air.fixed)
    case 'v':
      return publics[placeOf(first, air.publics)]!
    case 'first':
      return row === 0 ? 1 : 0
    case 'last':
      return row === n - 1 ? 1 : 0
    case 'trans':
      return sub(power(root(Math.log2(n)), row), inverse(root(Math.log2(n))))
    case 'd':
      return value(air.defs![first as number]!)
    case 'neg':
      return negate(value(first!))
    case '+':
      return parts.map(value).reduce(add)
    case '-':
      return parts.map(value).reduce(sub)
    case '*':
      return parts.map(value).reduce(mul)
    default:
      throw new Error(`there is no ${head}`)
  }
}

export interface Verdict {
  /** `air 2, constraint 0, row 5` */
  readonly broken: readonly string[]
  readonly isBalanced: boolean
}

/** Messages of a bus with their counts, by `bus: fields`. */
export function messagesOf(air: SystemAir, rows: Omit<Place, 'row'>): { message: string; count: number }[] {
  return rows.main.flatMap((_, row) =>
    (air.interactions ?? []).map(({ bus, dir, count, fields }) => {
      const place = { ...rows, row }
      const amount = evaluatedIn(air, count, place)
      const values = fields.map(field => evaluatedIn(air, field, place))
      return { message: `${bus}: ${values.join(' ')}`, count: dir === 'send' ? amount : negate(amount) }
    }),
  )
}

export function mockVerdict(system: System, witness: Witness): Verdict {
  const broken: string[] = []
  const totals = new Map<string, number>()
  let at = 0
  for (const [index, air] of system.airs.entries()) {
    const publics = witness.publics.slice(at, (at += widthOf(air.publics)))
    const main = witness.main[index]
    if (main === undefined) continue
    const rows = { main, fixed: witness.fixed[index], publics }
    for (const row of main.keys()) {
      for (const [number, constraint] of (air.constraints ?? []).entries())
        if (evaluatedIn(air, constraint, { ...rows, row }) !== 0)
          broken.push(`air ${index}, constraint ${number}, row ${row}`)
    }
    for (const { message, count } of messagesOf(air, rows)) totals.set(message, add(totals.get(message) ?? 0, count))
  }
  return { broken, isBalanced: [...totals.values()].every(total => total === 0) }
}
