/** A small system with all that a prover can lie about: lookups in two chunks, next rows, a column that nothing binds. */
import { P } from '../slow/field.ts'
import { readKey } from '../slow/key.ts'
import type { Witness } from '../slow/prove.ts'
import { keyOf, type System } from '../slow/system.ts'

/** Places of the main columns. */
export const USER = { x: 0, on: 1, free: 2 }

export const lyingSystem: System = {
  format: 'rvr-airs/1',
  buses: ['range'],
  airs: [
    {
      name: 'user',
      main: ['x', 'on', 'free'],
      constraints: [
        ['*', ['trans'], ['-', ['m', 'x', 1], ['m', 'x'], 1]],
        ['*', ['m', 'on'], ['-', ['m', 'on'], 1]],
      ],
      interactions: [
        { bus: 'range', dir: 'send', count: ['m', 'on'], fields: [['m', 'x']] },
        { bus: 'range', dir: 'send', count: 1, fields: [['*', ['m', 'x'], ['m', 'on']]] },
      ],
    },
    {
      name: 'range',
      fixed: ['value'],
      main: ['count'],
      interactions: [{ bus: 'range', dir: 'receive', weight: 0, count: ['m', 'count'], fields: [['p', 'value']] }],
    },
    {
      name: 'head',
      main: ['y'],
      publics: ['square'],
      constraints: [['-', ['v', 'square'], ['*', ['m', 'y'], ['m', 'y']]]],
    },
  ],
}

const rows = Array.from({ length: 8 }, (_, row) => row)
const isOn = (row: number): boolean => row % 3 !== 0
const counts = rows.map(value => rows.filter(x => isOn(x) && x === value).length * 2)
// Rows that are off send a 0.
counts[0]! += rows.filter(row => !isOn(row)).length

export const lyingWitness: Witness = {
  main: [rows.map(x => [x, isOn(x) ? 1 : 0, (x * x * 12345) % P]), counts.map(count => [count]), [[7], [7]]],
  fixed: [undefined, rows.map(value => [value]), undefined],
  publics: [49],
}

const work = { lookup: 3, zeta: 2, batch: 3, fold: 2, query: 0 }
const parameters = { blowup: 2, logFinal: 1, logArity: 1, queries: 12, ...work }
export const lyingKey = keyOf(lyingSystem, lyingWitness.fixed, parameters)
export const openedKey = readKey(lyingKey)
