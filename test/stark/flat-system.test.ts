/** What is wrong with an `airs.json` is said with its place; what is left out has a meaning. */
import { expect, test } from 'vitest'
import { RvrError } from '../../src/errors.ts'
import { chunksOf } from '../../src/stark/chunks.ts'
import { flatSystem } from '../../src/stark/flat-system.ts'

const air = {
  name: 'a',
  main: ['x', 'y'],
  constraints: [['-', ['m', 'x'], ['m', 1, 1]]],
  interactions: [{ bus: 'b', dir: 'send', count: 1, fields: [['m', 'x']] }],
}
const systemWith = (change: object, more: object = {}): unknown => ({
  format: 'rvr-airs/1',
  buses: ['b'],
  airs: [{ ...air, ...change }],
  ...more,
})
const message = (change: object): unknown => systemWith({ interactions: [{ ...air.interactions[0], ...change }] })
const cube = ['*', ['m', 0], ['m', 0], ['m', 0]]

test('equal polynomials are one node, and what is left out has its default', () => {
  const system = flatSystem(
    systemWith({
      defs: [['*', ['m', 'x'], -1]],
      constraints: [
        ['d', 0],
        ['*', ['m', 0, 0], ['c', -1]],
      ],
    }),
  )
  expect(system).toMatchObject({ maxLogHeight: 22, buses: 1, trees: 0, roles: [], starts: [] })
  const { nodes, constraints, ...rest } = system.airs[0]!
  expect(nodes.map(({ op }) => op)).toEqual(['main', 'constant', 'multiply'].concat(['constant']))
  expect(nodes[1]).toMatchObject({ a: 2013265920 })
  expect(constraints).toEqual([2, 2])
  expect(rest).toMatchObject({ isRequired: false, maxLogHeight: 22, chunks: 1, degree: 2 })
  expect(rest.interactions[0]).toEqual({ bus: 0, direction: 'send', count: 3, weight: 1, fields: [0], chunk: 0 })
})

test('messages are in the first chunk that they fit into', () => {
  const degrees = (...pairs: readonly (readonly [number, number])[]) =>
    pairs.map(([count, fields]) => ({ count, fields }))
  expect(chunksOf(degrees([0, 1], [0, 2], [1, 1], [0, 0], [1, 2], [3, 0]))).toEqual({
    of: [0, 1, 0, 0, 2, 3],
    count: 4,
    degree: 3,
  })
  expect(chunksOf(degrees([4, 0], [0, 3]))).toMatchObject({ of: [undefined, undefined], count: 0 })
  expect(chunksOf([])).toEqual({ of: [], count: 0, degree: 0 })
})

const wrong: readonly [string, unknown][] = [
  ['the file', []],
  ['format', { format: 'rvr-airs/2' }],
  ['the file.more', systemWith({}, { more: 1 })],
  ['maxLogHeight', systemWith({}, { maxLogHeight: 25 })],
  ['buses[1]', systemWith({}, { buses: ['b', 'b'] })],
  ['airs', systemWith({}, { airs: [] })],
  ['airs[1]', systemWith({}, { airs: [air, air] })],
  ['airs[0].name', systemWith({ name: 3 })],
  ['airs[0].main', systemWith({ main: -1 })],
  ['airs[0].required', systemWith({ required: 1 })],
  ['airs[0].tree', systemWith({ tree: 0 })],
  ['airs', systemWith({ fixed: 1, tree: 1 })],
  ['airs[0].maxLogHeight', systemWith({ maxLogHeight: 23 })],
  ['airs[0]', systemWith({ constraints: [], interactions: [] })],
  ['airs[0].constraints', systemWith({ constraints: 3 })],
  ['airs[0].constraints[0]', systemWith({ constraints: ['x'] })],
  ['airs[0].constraints[0]', systemWith({ constraints: [0.5] })],
  ['airs[0].constraints[0][0]', systemWith({ constraints: [['/', 1, 2]] })],
  ['airs[0].constraints[0]', systemWith({ constraints: [['+', 1]] })],
  ['airs[0].constraints[0][2][1]', systemWith({ constraints: [['+', 1, ['m', 'z']]] })],
  ['airs[0].constraints[0][2]', systemWith({ constraints: [['m', 'x', 2]] })],
  ['airs[0].constraints[0][1]', systemWith({ constraints: [['d', 0]] })],
  ['airs[0].constraints[0][1]', systemWith({ constraints: [['v', 0]] })],
  ['airs[0].constraints[0]', systemWith({ constraints: [['*', cube, ['first']]] })],
  ['airs[0].constraints[0]', systemWith({ constraints: [['*', ['trans'], ['+', ['trans'], 1]]] })],
  ['airs[0].defs[0][1]', systemWith({ defs: [['d', 0]] })],
  ['airs[0].interactions[0].bus', message({ bus: 1 })],
  ['airs[0].interactions[0].dir', message({ dir: 'both' })],
  ['airs[0].interactions[0].fields', message({ fields: [] })],
  ['airs[0].interactions[0].weight', message({ weight: -1 })],
  ['airs[0].interactions[0]', message({ count: ['trans'] })],
  ['airs[0].interactions[0]', message({ fields: [cube] })],
  ['roles[0].air', systemWith({}, { roles: [{ role: 1, air: 'z', index: 0 }] })],
  ['roles[0].index', systemWith({}, { roles: [{ role: 1, air: 'a', index: 0 }] })],
  ['starts[0].role', systemWith({}, { starts: [{ role: 1, index: 0, value: 0 }] })],
  [
    'starts[1]',
    systemWith(
      { publics: 1 },
      {
        roles: [{ role: 1, air: 'a', index: 0 }],
        starts: [
          { role: 1, index: 0, value: 3 },
          { role: 1, index: 0, value: 3 },
        ],
      },
    ),
  ],
]

test.each(wrong)('what is wrong at %s is told', (place, json) => {
  const found = (() => {
    try {
      return flatSystem(json)
    } catch (error) {
      return error
    }
  })()
  expect(found).toBeInstanceOf(RvrError)
  expect(found).toMatchObject({ code: 'MACHINE_INVALID', details: { place } })
})

test('expressions that are nested too deeply are refused, and do not exhaust the stack', () => {
  let deep: unknown = 1
  for (let level = 0; level < 3000; level++) deep = ['neg', deep]
  expect(() => flatSystem(systemWith({ constraints: [deep] }))).toThrow(/operations one inside another/)
})
