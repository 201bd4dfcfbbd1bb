/** The AIR of a machine's hash → the numbers of its Poseidon2 and the places of its columns, for templates/system. */
import type { Air } from '../../air/air.ts'
import type { Expression } from '../../air/expression.ts'
import { P, subtract } from '../../air/field.ts'
import { evaluated, flattened } from '../../air/flat.ts'
import { RvrError } from '../../errors.ts'

const WORDS = 16
const OUTER_ROUNDS = 8
const INNER_ROUNDS = 13

const each = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, k) => item(k))

/** Reads numbers out of an AIR by what its polynomials come to on rows of zeros and a single one. */
class Reader {
  readonly #air: Air

  constructor(air: Air) {
    this.#air = air
  }

  unfit(what: string): RvrError {
    return new RvrError('MACHINE_INVALID', `${this.#air.name} is no Poseidon2 that native traces know: ${what}`, {
      hint: `They know ${WORDS} words, ${OUTER_ROUNDS} outer rounds and ${INNER_ROUNDS} inner ones.`,
    })
  }

  column(name: string): number {
    const index = this.#air.columns.indexOf(name)
    if (index === -1) throw this.unfit(`it has no column ${name}`)
    return index
  }

  /** What is cubed in a round: `in` of the constraint `column − in**3`. */
  cubed(name: string): Expression {
    const of = this.#air.constraints.find(constraint => constraint.name === name)?.of
    const cube = of?.op === '-' ? of.right : undefined
    if (cube?.op !== '*') throw this.unfit(`${name} is no cube`)
    return cube.right
  }

  /** @param one the column that is 1; where absent, none is */
  at(of: Expression, one?: string): number {
    const row = this.#air.columns.map(() => 0)
    if (one !== undefined) row[this.column(one)] = 1
    const flat = flattened([of])
    return evaluated(flat, { row, next: row, publics: [] })[flat.roots[0]!]!
  }

  factor(of: Expression, column: string): number {
    return subtract(this.at(of, column), this.at(of))
  }
}

/** Numbers inside of the computation stand as x·2^32. */
const inside = (x: number): string => `${(BigInt(x) << 32n) % BigInt(P)}u`

const list = (numbers: readonly (string | number)[]): string => `{ ${numbers.join(', ')} }`

/** @throws RvrError `MACHINE_INVALID` where the AIR is another hash */
export function hashText(air: Air): string {
  const reader = new Reader(air)
  const outer = each(OUTER_ROUNDS, r => each(WORDS, i => reader.at(reader.cubed(`cube[${r}][${i}]`))))
  const inner = each(INNER_ROUNDS, r => reader.at(reader.cubed(`inner_cube[${r}]`)))
  const steps = [
    ...each(OUTER_ROUNDS / 2, r => outerSteps(r)),
    each(INNER_ROUNDS, r => [`inner_cube[${r}]`, `inner_post[${r}]`]).flat(),
    ...each(OUTER_ROUNDS / 2, r => outerSteps(OUTER_ROUNDS / 2 + r)),
  ].flat()
  const constants = (numbers: readonly number[]): string => list(numbers.map(inside))
  const [mark, count] = [reader.column('mark'), reader.column('count')]
  return `enum { HASH_WIDTH = ${air.columns.length}, HASH_MARK = ${mark}, HASH_COUNT = ${count} };
static const uint16_t HASH_INPUTS[] = ${list(each(WORDS, i => reader.column(`input[${i}]`)))};
static const uint16_t HASH_STEPS[] = ${list(steps.map(name => reader.column(name)))};
static const uint32_t OUTER_CONSTANTS[][${WORDS}] = {
${outer.map(round => `  ${constants(round)},\n`).join('')}};
static const uint32_t INNER_CONSTANTS[] = ${constants(inner)};
static const uint32_t INNER_FACTORS[] = ${constants(innerFactors(reader))};
`
}

const outerSteps = (round: number): string[] =>
  ['cube', 'post'].flatMap(name => each(WORDS, i => `${name}[${round}][${i}]`))

/**
 * An inner round makes sum(t) + f[i]·t[i] of each t[i]: so in the second round the first word has f[0] + 1 times the
 * first round's power, and in the third each other word of the beginning f[i] times and once for each of the sums.
 */
function innerFactors(reader: Reader): number[] {
  const [second, third] = [reader.cubed('inner_cube[1]'), reader.cubed('inner_cube[2]')]
  const before = `post[${OUTER_ROUNDS / 2 - 1}]`
  return each(WORDS, i =>
    i === 0
      ? subtract(reader.factor(second, 'inner_post[0]'), 1)
      : subtract(reader.factor(third, `${before}[${i}]`), WORDS - 1),
  )
}
