/** A prover that lies in one place and goes on from it as the transcript demands: in which step it is caught. */
import { expect, test } from 'vitest'
import { inverse, minus, plus, times, ZERO, type K } from '../slow/extension.ts'
import { P } from '../slow/field.ts'
import type { Lies } from '../slow/lies.ts'
import { mockVerdict } from '../slow/mock.ts'
import { prove, type Witness } from '../slow/prove.ts'
import { useJudges, type Verdict } from './judges.ts'
import { lyingKey, lyingSystem, lyingWitness, openedKey, USER } from './lying-system.ts'

const judges = useJudges()
const DELTA: K = [5, 0, 7, 1]
const verdictOf = (lies: Lies, witness: Witness = lyingWitness): Promise<Verdict> =>
  judges.verdict({ key: lyingKey, proof: prove(openedKey, witness, lies) })

const withCell = (air: number, row: number, [column, value]: [number, number]): Witness => {
  const rows = lyingWitness.main[air]!
  return { ...lyingWitness, main: lyingWitness.main.with(air, rows.with(row, rows[row]!.with(column, value))) }
}
/** One message too many is sent; no constraint is broken. */
const unbalanced = withCell(1, 3, [0, 5])
/** Messages are what they were, the constraint of `head` is not met. */
const broken = withCell(2, 1, [0, 8])

test('what the system is', async () => {
  expect(mockVerdict(lyingSystem, lyingWitness)).toEqual({ broken: [], isBalanced: true })
  expect(mockVerdict(lyingSystem, unbalanced)).toEqual({ broken: [], isBalanced: false })
  expect(mockVerdict(lyingSystem, broken)).toEqual({ broken: ['air 2, constraint 0, row 1'], isBalanced: true })
  expect(await verdictOf({})).toBe('accepted')
  expect(await verdictOf({}, unbalanced)).toBe('sums')
  expect(await verdictOf({}, broken)).toBe('constraints')
})

const shifted = (list: K[], index: number, by: K): K[] => list.with(index, plus(list[index]!, by))

test.each<[string, Lies, Verdict, Witness?]>([
  ['a sum that is not that of its rows', { busSums: sums => shifted(sums, 0, DELTA) }, 'sums'],
  [
    'sums that cancel, but are not those of their rows',
    { busSums: sums => shifted(shifted(sums, 0, DELTA), 1, minus(ZERO, DELTA)) },
    'constraints',
  ],
  [
    'a sum that makes up for a message too many',
    { busSums: ([first, second]) => [first!, minus(second!, plus(first!, second!))] },
    'constraints',
    unbalanced,
  ],
  ['all sums 0', { busSums: sums => sums.map(() => ZERO) }, 'constraints'],
  [
    'a running sum with one row changed',
    { sumRows: rows => rows.with(2, [...rows[2]!.slice(0, -1), DELTA]) },
    'constraints',
  ],
  [
    'a fraction of one row changed',
    { sumRows: (rows, air) => (air === 0 ? rows.with(5, [DELTA, ...rows[5]!.slice(1)]) : rows) },
    'constraints',
  ],
  // Nothing binds where the running sum begins: another proof of the same statement.
  [
    'a running sum that begins elsewhere',
    { sumRows: rows => rows.map(row => [...row.slice(0, -1), plus(row.at(-1)!, DELTA)]) },
    'accepted',
  ],
  ['a coefficient of a quotient', { quotient: list => shifted(list, 1, DELTA) }, 'constraints'],
  ['a quotient of 0', { quotient: (list, air) => (air === 0 ? list.map(() => ZERO) : list) }, 'constraints'],
  ['an opening that constraints are made of', { openings: list => shifted(list, 1, DELTA) }, 'constraints'],
])('%s', async (_, lies, verdict, witness) => {
  expect(await verdictOf(lies, witness)).toBe(verdict)
})

/** Openings of the fixed table, then of `user`: at ζ, at ζ·ω. */
const ofColumn = (column: number): number => 1 + column

test('an opening that no constraint is made of', async () => {
  expect(await verdictOf({ openings: list => shifted(list, ofColumn(USER.free), DELTA) })).toBe('folds')
  expect(await verdictOf({ openings: list => shifted(list, ofColumn(3 + USER.free), DELTA) })).toBe('folds')
})

test('openings that meet constraints which the trace does not', async () => {
  const forged: Lies = {
    openings: (list, gaps) =>
      gaps().reduce((all, { gap, vanishing, place }) => shifted(all, place, times(gap, inverse(vanishing))), list),
  }
  expect(await verdictOf(forged)).toBe('accepted')
  expect(await verdictOf(forged, broken)).toBe('folds')
  const cancelled: Lies = { ...forged, busSums: ([first]) => [first!, minus(ZERO, first!)] }
  expect(await verdictOf(cancelled, unbalanced)).toBe('folds')
})

test('columns of too high a degree', async () => {
  const n = lyingWitness.main[0]!.length
  /** Adds (X^n − 1)·(1 + … + X^(terms − 1)) to the column that no constraint reads: on the rows, it is what it was. */
  const raisedBy = (terms: number): Lies => ({
    columns: (columns, air) => {
      if (air !== 0) return columns
      const column = [...columns[USER.free]!, ...Array.from({ length: terms }, () => 0)]
      for (let term = 0; term < terms; term++) {
        column[term]! -= 1
        column[term + n]! += 1
      }
      return columns.with(
        USER.free,
        column.map(value => (value + P) % P),
      )
    },
  })
  // A degree of 2^k does not matter (§11): the trace is the same.
  expect(await verdictOf(raisedBy(1))).toBe('accepted')
  expect(await verdictOf(raisedBy(2))).toBe('folds')
  expect(await verdictOf(raisedBy(n))).toBe('folds')
})

test('words and polynomials that are not those of the tables', async () => {
  const zero: Lies = { word: (values, round) => (round === 0 ? values.map(() => ZERO) : values) }
  expect(await verdictOf(zero)).toBe('folds')
  expect(await verdictOf({ ...zero, openings: list => list.map(() => ZERO) })).toBe('constraints')
  expect(await verdictOf({ word: (values, round) => (round === 1 ? values.map(() => ZERO) : values) })).toBe('folds')
  expect(await verdictOf({ word: values => values.map(value => plus(value, DELTA)) })).toBe('folds')
  expect(await verdictOf({ final: list => shifted(list, 0, DELTA) })).toBe('folds')
  expect(await verdictOf({ final: list => shifted(list, 1, DELTA) })).toBe('folds')
  expect(await verdictOf({ final: list => list.map(() => ZERO) })).toBe('folds')
})

test('nonces: any that has done the work, not only the least; none where there is no work', async () => {
  const tags = [5, 10, 12, 14]
  for (const tag of tags) {
    const later: Lies = {
      nonce: (honest, site) => (site.tag === tag ? site.transcript.nonce(tag, site.bits, honest + 1n) : honest),
    }
    expect([tag, await verdictOf(later)]).toEqual([tag, 'accepted'])
    const idle: Lies = {
      nonce: (honest, site) => {
        if (site.tag !== tag) return honest
        let wrong = honest + 1n
        while (site.transcript.nonce(tag, site.bits, wrong) === wrong) wrong++
        return wrong
      },
    }
    expect([tag, await verdictOf(idle)]).toEqual([tag, 'transcript'])
  }
  expect(await verdictOf({ nonce: (honest, site) => (site.tag === 16 ? 1n : honest) })).toBe('transcript')
  const large: Lies = {
    nonce: (honest, site) => (site.tag === 5 ? site.transcript.nonce(5, site.bits, 2n ** 63n) : honest),
  }
  expect(await verdictOf(large)).toBe('accepted')
})
