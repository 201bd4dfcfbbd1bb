/** The systems that the archives in `vectors` are of, each with a right witness. */
import type { Witness } from '../stark/slow/prove.ts'
import type { Expression, Rows, System } from '../stark/slow/system.ts'

export interface SmallSystem {
  readonly system: System
  readonly witness: Witness
}

const count = (length: number): number[] => Array.from({ length }, (_, index) => index)
const m = (name: string, row?: number): Expression => (row === undefined ? ['m', name] : ['m', name, row as never])
const isZeroInTransition = (of: Expression): Expression => ['*', ['trans'], of]

/** One table, no messages: sums of squares of 64 numbers, the first, the last and the sum of which are public. */
function squares(): SmallSystem {
  const first = 5
  const numbers = count(64).map(index => first + index)
  let total = 0
  const rows = numbers.map(number => [number, number ** 2, (total += number ** 2)])
  return {
    system: {
      format: 'rvr-airs/1',
      buses: [],
      airs: [
        {
          name: 'squares',
          required: true,
          main: ['number', 'square', 'total'],
          publics: ['first', 'last', 'sum'],
          constraints: [
            ['-', m('square'), ['*', m('number'), m('number')]],
            isZeroInTransition(['-', m('number', 1), m('number'), 1]),
            isZeroInTransition(['-', m('total', 1), ['+', m('total'), m('square', 1)]]),
            ['*', ['first'], ['-', m('number'), ['v', 'first']]],
            ['*', ['first'], ['-', m('total'), m('square')]],
            ['*', ['last'], ['-', m('number'), ['v', 'last']]],
            ['*', ['last'], ['-', m('total'), ['v', 'sum']]],
          ],
        },
      ],
    },
    witness: { main: [rows], fixed: [undefined], publics: [first, numbers.at(-1)!, total] },
  }
}

/** Bytes in halves: rows that ask a table of 16 numbers, sometimes, and the table, which counts. */
function nibbles(): SmallSystem {
  const rows = count(32).map(index => [(7 * index + 3) % 16, (11 * index) % 16, Number(index % 4 !== 1)])
  const counts = count(16).map(value =>
    rows.reduce((sum, [low, high, on]) => sum + on! * (Number(low === value) + Number(high === value)), 0),
  )
  // Each row asks for the one half or the other, too.
  for (const [low, high, on] of rows) counts[on === 1 ? low! : high!]! += 1
  return {
    system: {
      format: 'rvr-airs/1',
      buses: ['nibble'],
      airs: [
        {
          name: 'bytes',
          main: ['low', 'high', 'on'],
          constraints: [['*', m('on'), ['-', m('on'), 1]]],
          interactions: [
            { bus: 'nibble', dir: 'send', count: m('on'), fields: [m('low')] },
            { bus: 'nibble', dir: 'send', count: m('on'), fields: [m('high')] },
            {
              bus: 'nibble',
              dir: 'send',
              count: 1,
              fields: [['+', m('high'), ['*', m('on'), ['-', m('low'), m('high')]]]],
            },
          ],
        },
        {
          name: 'nibbles',
          required: true,
          fixed: ['value'],
          main: ['count'],
          interactions: [{ bus: 'nibble', dir: 'receive', weight: 0, count: m('count'), fields: [['p', 'value']] }],
        },
      ],
    },
    witness: {
      main: [rows, counts.map(each => [each])],
      fixed: [undefined, count(16).map(value => [value])],
      publics: [],
    },
  }
}

/** Columns of `runs` numbered runners, each with the number and the ground that it has covered. */
const runners = (runs: number): string[] => count(runs).flatMap(run => [`n${run}`, `g${run}`])
const received = (runs: number) =>
  count(runs).map(run => ({ bus: 'baton', dir: 'receive' as const, count: 1, fields: [m(`n${run}`), m(`g${run}`)] }))

/**
 * Five tables of all kinds: 256 runners hand over batons, which a table with public values, one without constraints,
 * and two with fixed columns, in a tree each, take; lanes are counted by the last.
 */
function relay(): SmallSystem {
  const [HEAD, GATE, POOL, MIX] = [4, 2, 3, 7]
  const start = 9
  const speeds = count(256).map(number => (number * number + number) % 3)
  let at = start
  const source = speeds.map((speed, number) => {
    const distance = at
    at += speed
    return [number, speed, distance]
  })
  const baton = (number: number): number[] => [number, source[number]![2]! ** 2]
  const batons = (first: number, step: number, runs: number): number[] =>
    count(runs).flatMap(run => baton(first + step * run))
  const head = [...batons(0, 1, HEAD), 5]
  const total = head.filter((_, column) => column % 2 === 1).reduce((sum, ground) => sum + ground, 0)
  const gate = [0, 1].map(row => [...batons(HEAD + GATE * row, 1, GATE), 2 + row])
  const pooled = count(64).map(row => [HEAD + 2 * GATE + row, 64, row % 8])
  const pool = pooled.map(([first, step, tag]) => [...batons(first!, step!, POOL), Number(tag! > 3)])
  const mixed = count(8).map(row => batons(HEAD + 2 * GATE + 64 * POOL + MIX * row, 1, MIX))
  const lanes = [5, 2, 3, ...pooled.flatMap(([, , tag], row) => (pool[row]!.at(-1) === 1 ? [tag!] : []))]
  const mix = mixed.map((row, lane) => [...row, lanes.filter(each => each === lane).length])
  const lane = (dir: 'send' | 'receive', times: Expression, of: Expression) => ({
    bus: 'lane',
    dir,
    count: times,
    fields: [of],
  })
  const main: Rows[] = [source, [head], gate, pool, mix]
  return {
    system: {
      format: 'rvr-airs/1',
      buses: ['baton', 'lane'],
      airs: [
        {
          name: 'source',
          main: ['number', 'speed', 'distance'],
          defs: [['*', m('distance'), m('distance')]],
          constraints: [
            ['*', m('speed'), ['-', m('speed'), 1], ['-', m('speed'), 2]],
            isZeroInTransition(['-', m('number', 1), m('number'), 1]),
            isZeroInTransition(['-', m('distance', 1), m('distance'), m('speed')]),
          ],
          interactions: [{ bus: 'baton', dir: 'send', count: 1, fields: [m('number'), ['d', 0 as never]] }],
        },
        {
          name: 'head',
          required: true,
          main: [...runners(HEAD), 'lane'],
          publics: ['lane', 'total'],
          constraints: [
            ['-', m('lane'), ['v', 'lane']],
            ['-', ['v', 'total'], ['+', ...count(HEAD).map(run => m(`g${run}`))]],
          ],
          interactions: [...received(HEAD), lane('send', 1, m('lane'))],
        },
        {
          name: 'gate',
          main: [...runners(GATE), 'lane'],
          interactions: [...received(GATE), lane('send', ['first'], m('lane')), lane('send', ['last'], m('lane'))],
        },
        {
          name: 'pool',
          required: true,
          fixed: ['first', 'step', 'tag'],
          main: [...runners(POOL), 'on'],
          constraints: [
            ['-', m('n0'), ['p', 'first']],
            ['-', m('n1'), m('n0'), ['p', 'step']],
            ['*', m('on'), ['-', m('on'), 1]],
          ],
          interactions: [...received(POOL), lane('send', m('on'), ['p', 'tag'])],
        },
        {
          name: 'mix',
          required: true,
          tree: 1,
          fixed: ['lane'],
          main: [...runners(MIX), 'count'],
          interactions: [...received(MIX), { ...lane('receive', m('count'), ['p', 'lane']), weight: 0 }],
        },
      ],
      roles: [
        { role: 1, air: 'head', index: 0 },
        { role: 2, air: 'head', index: 1 },
      ],
    },
    witness: {
      main,
      fixed: [undefined, undefined, undefined, pooled, count(8).map(each => [each])],
      publics: [head.at(-1)!, total],
    },
  }
}

export const smallSystems = { squares: squares(), nibbles: nibbles(), relay: relay() } as const
export type SmallSystemName = keyof typeof smallSystems
