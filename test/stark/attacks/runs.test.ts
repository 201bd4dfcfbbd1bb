/** Segments of a run: in another order, too few, too many, from another run. */
import { expect, test } from 'vitest'
import { prove } from '../slow/prove.ts'
import { readKey } from '../slow/key.ts'
import { keyOf, SETS, type System } from '../slow/system.ts'
import { useJudges } from './judges.ts'

const judges = useJudges()
const counts = [1, 1, 1, 1, 8, 8]
const placeOf = (role: number): number => counts.slice(0, role - 1).reduce((sum, count) => sum + count, 0)

const system: System = {
  format: 'rvr-airs/1',
  buses: [],
  airs: [
    {
      name: 'segment',
      main: ['last'],
      publics: 20,
      constraints: [
        ['-', ['m', 'last'], ['v', placeOf(3)]],
        ['*', ['m', 'last'], ['-', ['m', 'last'], 1]],
      ],
    },
  ],
  roles: counts.map((count, index) => ({ role: index + 1, air: 'segment', index: placeOf(index + 1), count })),
  starts: [
    { role: 1, index: 0, value: 100 },
    ...Array.from({ length: 8 }, (_, index) => ({ role: 5, index, value: 10 + index })),
  ],
}
const key = keyOf(system, [undefined], SETS.test)

interface Segment {
  readonly pc: readonly [number, number]
  readonly last?: number
  /** First words of the memory's root before and after. */
  readonly memory: readonly [number, number]
}

function proofOf({ pc, last = 0, memory }: Segment): Uint8Array {
  const root = (first: number): number[] => Array.from({ length: 8 }, (_, index) => first + index)
  const publics = [...pc, last, 3, ...root(memory[0]), ...root(memory[1])]
  return prove(readKey(key), { main: [[[last], [last]]], fixed: [undefined], publics })
}

const first = proofOf({ pc: [100, 104], memory: [10, 20] })
const second = proofOf({ pc: [104, 108], memory: [20, 30] })
const third = proofOf({ pc: [108, 0], memory: [30, 40], last: 1 })

test('segments of a run', async () => {
  expect(await judges.runVerdict(key, [first, second, third])).toBe('accepted')
})

test.each<[string, Uint8Array[]]>([
  ['no segment', []],
  ['without the first', [second, third]],
  ['without one between', [first, third]],
  ['without the last', [first, second]],
  ['in another order', [second, first, third]],
  ['one twice', [first, second, second, third]],
  ['the last twice', [first, second, third, third]],
  ['another beginning', [proofOf({ pc: [96, 104], memory: [10, 20] }), second, third]],
  ['another memory at the beginning', [proofOf({ pc: [100, 104], memory: [11, 20] }), second, third]],
  ['of another run: where it goes on', [first, proofOf({ pc: [112, 108], memory: [20, 30] }), third]],
  ['of another run: the memory it finds', [first, proofOf({ pc: [104, 108], memory: [21, 30] }), third]],
  ['the last is called so too early', [first, proofOf({ pc: [104, 108], memory: [20, 30], last: 1 }), third]],
])('%s', async (_, proofs) => {
  expect(await judges.runVerdict(key, proofs)).toBe('chain')
})

test('one of which the constraints do not hold', async () => {
  const neither = proofOf({ pc: [108, 0], memory: [30, 40], last: 2 })
  expect(await judges.runVerdict(key, [first, second, neither])).toBe('constraints')
})
