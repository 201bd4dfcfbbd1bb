/**
 * Random systems: both provers make the same proof, and both verifiers accept it. With one cell or public value
 * changed, the proof is accepted just where rows and messages are still right, and else rejected in the step that
 * follows from what is wrong. RVR_FUZZ_ROUNDS and RVR_FUZZ_SEED ask for more and for others.
 */
import { expect, test } from 'vitest'
import { isExhaustive } from '../../support/exhaustive.ts'
import { randomSource, type Random } from '../../support/random.ts'
import { P } from '../slow/field.ts'
import { readKey } from '../slow/key.ts'
import { mockVerdict } from '../slow/mock.ts'
import { prove, type Witness } from '../slow/prove.ts'
import { randomSystem } from '../slow/random-system.ts'
import { keyOf, type System } from '../slow/system.ts'
import { useJudges, type Verdict } from './judges.ts'

const judges = useJudges()
const first = Number(process.env['RVR_FUZZ_SEED'] ?? 1)
const asked = process.env['RVR_FUZZ_ROUNDS']
const rounds = asked === undefined ? (isExhaustive ? 200 : 8) : 20 * Number(asked)
const seeds = Array.from({ length: rounds }, (_, index) => first + index)

/** With one number changed: a cell of the main tables, or sometimes a public value. */
function changed(random: Random, witness: Witness): Witness {
  const other = (value: number): number => (value + (random(2) === 0 ? 1 : 1 + random(P - 1))) % P
  if (witness.publics.length > 0 && random(5) === 0) {
    const index = random(witness.publics.length)
    return { ...witness, publics: witness.publics.with(index, other(witness.publics[index]!)) }
  }
  const present = [...witness.main.keys()].filter(air => witness.main[air] !== undefined)
  const air = present[random(present.length)]!
  const rows = witness.main[air]!
  const [row, column] = [random(rows.length), random(rows[0]!.length)]
  const cells = rows[row]!.with(column, other(rows[row]![column]!))
  return { ...witness, main: witness.main.with(air, rows.with(row, cells)) }
}

function expected(system: System, witness: Witness): Verdict {
  const { broken, isBalanced } = mockVerdict(system, witness)
  if (!isBalanced) return 'sums'
  return broken.length > 0 ? 'constraints' : 'accepted'
}

const counts = new Map<Verdict, number>()

test.each(seeds)('system %i', async seed => {
  const random = randomSource(seed)
  const { system, parameters, witness } = randomSystem(seed)
  expect(expected(system, witness)).toBe('accepted')
  const key = keyOf(system, witness.fixed, parameters)
  const proof = await judges.proof(key, witness)
  expect(Buffer.compare(proof, prove(readKey(key), witness))).toBe(0)
  expect(await judges.verdict({ key, proof, publics: witness.publics })).toBe('accepted')

  for (let change = 0; change < 6; change++) {
    const tampered = changed(random, witness)
    const said = await judges.verdict({ key, proof: await judges.proof(key, tampered) })
    expect([change, said]).toEqual([change, expected(system, tampered)])
    counts.set(said, (counts.get(said) ?? 0) + 1)
  }
})

test('changes of all kinds were among them', () => {
  expect([...counts.keys()].toSorted()).toEqual(['accepted', 'constraints', 'sums'])
})
