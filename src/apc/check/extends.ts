/** Shows that whatever an optimised system accepts extends to a row of the block's own, with the same effect. */
import { isStateful } from '../../air/system-buses.ts'
import type { System } from '../../air/system.ts'
import type { Attacked, Eliminated } from './attack.ts'
import { columnsOfGoal, type Goal } from './goals.ts'
import { Premises } from './premises.ts'
import type { Sent } from './sent.ts'
import { Proof } from './proof.ts'
import { constantSum, difference, sumReader, type Replaced, type Sum } from './sums.ts'

export interface Extension {
  /** Constraints, messages and the effect of the block's own system. */
  readonly asked: number
  /** What was not shown of it: `constraint 3`, `message 5`, `effect`. */
  readonly unsettled: readonly string[]
}

/**
 * What is settled holds for all rows. What is unsettled is not known: the row may exist all the same. Guesses among
 * what columns were are not taken as they are: a value is looked for in each case.
 */
export function extension({ before, after, eliminated }: Attacked): Extension {
  const definite = eliminated.filter(({ isGuess }) => isGuess !== true)
  const read = sumReader(definitionsOf(definite))
  const goals = goalsOf({ before, after }, read)
  const known = new Set([...after.columns.map(({ id }) => id), ...definite.map(({ column }) => column)])
  const open = new Map<number, Sum>()
  for (const { id } of before.columns) if (!known.has(id)) open.set(id, constantSum(0))
  for (const { column, of, isGuess } of eliminated) if (isGuess === true) open.set(column, read(of))
  const premises = Premises.of(after)
  const unsettled: string[] = []
  for (const group of groupsOf(goals, open)) {
    const proof = new Proof(open)
    if (!proof.shows(premises, group)) for (const { name } of group) unsettled.push(name)
  }
  return { asked: goals.length, unsettled }
}

/** Columns that went as sums of those that are left, and of such as are guessed. */
function definitionsOf(eliminated: readonly Eliminated[]): Replaced {
  const values = new Map<number, Sum>()
  for (const { column, of } of eliminated.toReversed()) values.set(column, sumReader(values)(of))
  return values
}

type Read = ReturnType<typeof sumReader>

function goalsOf({ before, after }: Pick<Attacked, 'before' | 'after'>, read: Read): readonly Goal[] {
  const goals: Goal[] = before.constraints.map((of, at) => ({ name: `constraint ${at}`, kind: 'zero', of: read(of) }))
  const own = sentOf(before, read)
  for (const [at, sent] of own.entries()) {
    const name = `message ${at}`
    const { role } = sent.bus
    if (role.kind === 'table') goals.push({ name, kind: 'lookup', sent })
    else if (role.kind === 'memory') goals.push({ name, kind: 'received', sent })
  }
  const effect = [...own, ...sentOf(after, sumReader(new Map())).map(opposite)]
  const hasEffect = ({ bus }: Sent): boolean =>
    bus.role.kind !== 'program' && (isStateful(bus) || bus.role.kind === 'opaque')
  return [...goals, { name: 'effect', kind: 'effect', sent: effect.filter(hasEffect) }]
}

const opposite = (sent: Sent): Sent => ({ ...sent, count: difference(constantSum(0), sent.count) })

const sentOf = ({ messages, buses }: System, read: Read): readonly Sent[] =>
  messages.map(({ bus, count, fields }) => ({ bus: buses[bus]!, count: read(count), fields: fields.map(read) }))

/** Goals with the same columns that are looked for are one group; each of the others is one of its own. */
function groupsOf(goals: readonly Goal[], open: ReadonlyMap<number, Sum>): readonly (readonly Goal[])[] {
  let groups: { readonly goals: readonly Goal[]; readonly open: readonly number[] }[] = []
  for (const goal of goals) {
    const own = [...columnsOfGoal(goal)].filter(column => open.has(column))
    const isMet = (group: { readonly open: readonly number[] }): boolean => group.open.some(each => own.includes(each))
    const met = groups.filter(isMet)
    const joined = {
      goals: [...met.flatMap(each => each.goals), goal],
      open: [...met.flatMap(each => each.open), ...own],
    }
    groups = [...groups.filter(each => !isMet(each)), joined]
  }
  return groups.map(each => each.goals)
}
