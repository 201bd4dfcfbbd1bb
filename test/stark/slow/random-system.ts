/** Random systems with witnesses that satisfy them: columns are free, or what a random expression of earlier ones is. */
import { randomSource, type Random } from '../../support/random.ts'
import { add, P } from './field.ts'
import { evaluatedIn, messagesOf } from './mock.ts'
import type { Witness } from './prove.ts'
import { widthOf, type Expression, type Parameters, type Rows, type System, type SystemAir } from './system.ts'

export interface RandomSystem {
  readonly system: System
  readonly parameters: Parameters
  readonly witness: Witness
}

type Interaction = NonNullable<SystemAir['interactions']>[number]

interface Filled {
  readonly air: SystemAir
  readonly main: Rows | undefined
  readonly fixed: Rows | undefined
  readonly publics: readonly number[]
}

const oneOf = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!
const chance = (random: Random, ofTen: number): boolean => random(10) < ofTen
const cell = (random: Random): number => oneOf(random, [0, 1, 2, random(16), random(P), P - 1])
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

interface Scope {
  /** Columns that may be read. */
  readonly main: number
  readonly fixed: number
  readonly publics: number
  /** Degrees of the definitions so far. */
  readonly defs: readonly number[]
}

/** Of degree `degree` at most. */
function expression(random: Random, scope: Scope, degree: number): Expression {
  const row = (): number => random(2)
  const leaves: (() => Expression)[] = [() => cell(random), () => random(8) - 4, () => ['c', random(100)]]
  if (scope.publics > 0) leaves.push(() => ['v', random(scope.publics)])
  if (degree > 0) {
    if (scope.main > 0) leaves.push(...times(4, () => (): Expression => ['m', random(scope.main), row()]))
    if (scope.fixed > 0) leaves.push(...times(3, () => (): Expression => ['p', random(scope.fixed), row()]))
    leaves.push(() => [oneOf(random, ['first', 'last'])])
  }
  const defs = [...scope.defs.keys()].filter(index => scope.defs[index]! <= degree)
  if (defs.length > 0) leaves.push(() => ['d', oneOf(random, defs)])
  const kind = random(6)
  if (kind === 0) return ['neg', expression(random, scope, degree)]
  if (kind === 1) {
    const parts = times(2 + random(2), () => expression(random, scope, degree))
    return [oneOf(random, ['+', '-']), ...parts]
  }
  if (kind === 2 && degree >= 2) return ['*', expression(random, scope, 1), expression(random, scope, degree - 1)]
  return oneOf(random, leaves)()
}

/** An AIR with its rows, all constraints met. */
function filledAir(random: Random, { name, buses }: { name: string; buses: readonly string[] }): Filled {
  const n = 2 ** random(7)
  const fixedWidth = chance(random, 4) ? 1 + random(3) : 0
  const publicCount = chance(random, 4) ? 1 + random(3) : 0
  const fixed = fixedWidth > 0 ? times(n, () => times(fixedWidth, () => cell(random))) : undefined
  const publics = times(publicCount, () => cell(random))
  const main: number[][] = times(n, () => [])
  const constraints: Expression[] = []
  const defs: Expression[] = []
  const degrees: number[] = []
  const air: SystemAir = { name, main: 0, fixed: fixedWidth, publics: publicCount, tree: random(2), defs, constraints }
  const width = chance(random, 1) ? 15 + random(30) : 1 + random(5)
  let last: SystemAir = air
  for (let column = 0; column < width; column++) {
    const scope = { main: column, fixed: fixedWidth, publics: publicCount, defs: degrees }
    const seen = { ...air, main: column + 1 }
    last = seen
    const place = (row: number) => ({ row, main, fixed, publics })
    const kind = column === 0 ? 0 : random(5)
    if (kind === 0) for (const row of main) row.push(cell(random))
    else if (kind === 1) {
      for (const row of main) row.push(random(2))
      constraints.push(['*', ['m', column], ['-', ['m', column, 0], 1]])
    } else if (kind === 2) {
      const start = publicCount > 0 ? (['v', random(publicCount)] as const) : cell(random)
      const inner = { ...scope, main: column + 1 }
      const next = withoutAhead(expression(random, inner, 3), column)
      main[0]!.push(evaluatedIn(seen, start, place(0)))
      for (let row = 0; row + 1 < n; row++) main[row + 1]!.push(evaluatedIn(seen, next, place(row)))
      constraints.push(['*', ['first'], ['-', ['m', column], start]])
      constraints.push(['*', ['-', ['m', column, 1], next], ['trans']])
    } else {
      const rule = expression(random, scope, 3)
      for (const row of times(n, index => index)) main[row]!.push(evaluatedIn(seen, rule, place(row)))
      constraints.push(['-', ['m', column], rule])
    }
    if (chance(random, 3)) {
      const degree = 1 + random(2)
      defs.push(expression(random, { ...scope, main: column + 1 }, degree))
      degrees.push(degree)
    }
  }
  const scope = { main: width, fixed: fixedWidth, publics: publicCount, defs: degrees }
  const messages = buses.length === 0 || (constraints.length > 0 && chance(random, 2)) ? 0 : 1 + random(4)
  const interactions = times(messages, (): Interaction => {
    const alone = chance(random, 3) ? 2 : 1
    return {
      bus: oneOf(random, buses),
      dir: oneOf(random, ['send', 'receive']),
      count: expression(random, scope, alone),
      fields: times(1 + random(3), () => expression(random, scope, alone)),
    }
  })
  if (constraints.length + interactions.length === 0) constraints.push(['*', ['m', 0], ['-', 3, 3]])
  const required = chance(random, 3)
  const isAbsent = !required && fixedWidth === 0 && publicCount === 0 && chance(random, 3)
  const done = { ...last, required, interactions }
  return { air: done, main: isAbsent ? undefined : main, fixed, publics }
}

/** A column cannot be filled by what it is in the next row itself. */
function withoutAhead(rule: Expression, column: number): Expression {
  if (typeof rule === 'number') return rule
  if (rule[0] === 'm' && rule[1] === column) return ['m', column, 0]
  const [head, ...parts] = rule
  return [head, ...parts.map(part => (typeof part === 'string' ? part : withoutAhead(part, column)))]
}

/** AIRs that take what is left of the messages of a bus, with counts that nothing binds. */
function receivers(random: Random, senders: readonly Filled[]): Filled[] {
  const totals = new Map<string, number>()
  for (const { air, main, fixed, publics } of senders) {
    if (main === undefined) continue
    for (const { message, count } of messagesOf(air, { main, fixed, publics }))
      totals.set(message, add(totals.get(message) ?? 0, count))
  }
  const kinds = new Map<string, { fields: number[]; count: number }[]>()
  for (const [message, count] of totals) {
    const [bus, text] = message.split(': ') as [string, string]
    const fields = text.split(' ').map(Number)
    const kind = `${bus} ${fields.length}`
    kinds.set(kind, [...(kinds.get(kind) ?? []), { fields, count }])
  }
  return [...kinds].map(([kind, messages], index) => {
    const [bus, w] = kind.split(' ') as [string, string]
    const width = Number(w)
    const besides = 1 + random(3)
    const n = 2 ** Math.ceil(Math.log2(Math.max(1, messages.length / besides)))
    const isFixed = chance(random, 4)
    const dir = oneOf(random, ['send', 'receive'] as const)
    const none = { fields: times(width, () => random(P)), count: 0 }
    const slots = times(n, row => times(besides, slot => messages[row * besides + slot] ?? none))
    const contents = slots.map(row => row.flatMap(({ fields }) => fields))
    const counts = slots.map(row => row.map(({ count }) => (dir === 'receive' ? count : (P - count) % P)))
    const main = isFixed ? counts : counts.map((row, at) => [...row, ...contents[at]!])
    const interactions = times(besides, (slot): Interaction => {
      const place = (field: number): number => slot * width + field
      const fields = times(width, (field): Expression =>
        isFixed ? ['p', place(field)] : ['m', besides + place(field)],
      )
      return { bus, dir, weight: 0, count: ['m', slot], fields }
    })
    const air: SystemAir = {
      name: `receiver${index}`,
      main: main[0]!.length,
      fixed: isFixed ? contents[0]!.length : 0,
      tree: random(2),
      interactions,
    }
    return { air, main, fixed: isFixed ? contents : undefined, publics: [] }
  })
}

/** Trees are numbered without gaps. */
function withTrees(filled: readonly Filled[]): Filled[] {
  const used = new Set(filled.filter(({ fixed }) => fixed !== undefined).map(({ air }) => air.tree))
  return used.has(0) ? [...filled] : filled.map(each => ({ ...each, air: { ...each.air, tree: 0 } }))
}

export function randomSystem(seed: number): RandomSystem {
  const random = randomSource(seed)
  const buses = times(random(4), index => `bus${index}`)
  const senders = times(1 + random(4), index => filledAir(random, { name: `air${index}`, buses }))
  if (senders.every(({ main }) => main === undefined)) return randomSystem(seed + 1_000_003)
  const filled = withTrees([...senders, ...receivers(random, senders)])
  const airs = filled.map(({ air }) => air)
  const work = (): number => (chance(random, 5) ? 0 : random(5))
  const folding = { blowup: 1 + random(3), logFinal: random(5), logArity: 1 + random(3), queries: 1 + random(4) }
  const grinding = { lookup: work(), zeta: work(), batch: work(), fold: work(), query: work() }
  const parameters = { ...folding, ...grinding }
  const withPublics = airs.findIndex(air => widthOf(air.publics) > 0)
  const roles = withPublics < 0 ? [] : [{ role: 1, air: withPublics, index: 0 }]
  const system: System = { format: 'rvr-airs/1', maxLogHeight: 12, buses, airs, roles }
  const witness = {
    main: filled.map(({ main }) => main),
    fixed: filled.map(({ fixed }) => fixed),
    publics: filled.flatMap(({ publics }) => publics),
  }
  return { system, parameters, witness }
}
