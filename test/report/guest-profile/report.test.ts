/** The report of `rvr profile`: text, Markdown and JSON of each breakdown, and comparisons with an earlier profile. */
import { describe, expect, test } from 'vitest'
import {
  compareProfiles,
  doubts,
  profileComparisonJson,
  profileComparisonText,
} from '../../../src/report/guest-profile/comparison.ts'
import { profileReportJson } from '../../../src/report/guest-profile/json.ts'
import { profileMarkdown } from '../../../src/report/guest-profile/markdown.ts'
import { profileText } from '../../../src/report/guest-profile/text.ts'
import type { Breakdown, ProfileView } from '../../../src/report/guest-profile/view.ts'
import type { ReportedRun } from '../../../src/report/run/json.ts'
import type { GuestProfile } from '../../../src/guest-profile/guest-profile.ts'
import { smallProfile } from '../../guest-profile/small.ts'

const run = {
  outcome: 'terminated',
  exitCode: 0,
  mode: 'profile',
  engine: 'interp',
  instret: 100n,
  cost: 2000n,
  publicValues: new Uint8Array(),
  machine: { digest: 'b'.repeat(64) },
  segments: [],
  timing: { executeMs: 1 },
} as unknown as ReportedRun

const guest = { path: 'small.elf', digest: 'a'.repeat(64) }
const reported = (profile: GuestProfile = smallProfile(), changes: Partial<ReportedRun> = {}) => ({
  guest,
  run: { ...run, ...changes },
  profile,
})
const view = (by: Breakdown, changes: Partial<ProfileView> = {}): ProfileView => ({
  by,
  top: 2,
  unit: 'cells',
  instructionAt: pc => `addi at ${pc}`,
  ...changes,
})
const artifact = { mode: 'profile', engine: 'interp', cache: { outcome: 'off' }, timing: {} } as never
const textOf = (by: Breakdown, changes?: Partial<ProfileView>): string[] =>
  profileText(reported(), view(by, changes)).split('\n').slice(5)

describe('text', () => {
  test('what was run, and functions', () => {
    expect(profileText(reported(), view('function'))).toBe(
      [
        'guest           small.elf',
        'terminated      exit code 0',
        'cost            2,000 trace cells',
        'instructions    100',
        'steps           2 steps',
        '  function   calls  instructions  cells  of cost  with calls  of cost',
        '  down<u|8>     13            50  1,000    50.0%       1,890    94.5%',
        '  get                         44    890    44.5%         890    44.5%',
        '  1 other                      6    110     5.5%',
        '',
      ].join('\n'),
    )
  })

  test('in instructions', () => {
    expect(textOf('function', { unit: 'instructions' }).slice(0, 2)).toEqual([
      '  function   calls  instructions  cells  of all  with calls  of all',
      '  down<u|8>     13            50  1,000   50.0%          94   94.0%',
    ])
  })

  test('lines', () => {
    expect(textOf('line')).toEqual([
      '  line       function   times  instructions  cells  of cost',
      '  main.c:20  down<u|8>     30            50  1,000    50.0%',
      '  get.h:3    get           44            44    890    44.5%',
      '  2 others                                6    110     5.5%',
      '',
    ])
  })

  test('instructions', () => {
    expect(textOf('instruction')).toEqual([
      '  address   instruction   function   line       times  cells  of cost',
      '  0x2008    addi at 8200  get        get.h:3       44    890    44.5%',
      '  0x2000    addi at 8192  down<u|8>  main.c:20     30    600    30.0%',
      '  3 others                                         26    510    25.5%',
      '',
    ])
  })

  test('steps, and the functions of each with shares of that step', () => {
    expect(textOf('step', { top: 1 })).toEqual([
      '  step                     marker  instructions  cells  of cost',
      '  before the first marker                    25    500    25.0%',
      '  hash                          7            75  1,500    75.0%',
      'before the first marker',
      '  function   instructions  cells  of cost  with calls  of cost',
      '  down<u|8>            20    400    80.0%         400    80.0%',
      '  1 other               5    100    20.0%',
      'hash',
      '  function  instructions  cells  of cost  with calls  of cost',
      '  get                 44    890    59.3%         890    59.3%',
      '  2 others            31    610    40.7%',
      '',
    ])
  })

  test('calls, and those of one step', () => {
    expect(textOf('call', { top: 4 })).toEqual([
      '  call             calls  cells with calls  of cost  cells  of cost',
      '  main                 1             2,000   100.0%    110     5.5%',
      '    down<u|8>          4             1,890    94.5%    400    20.0%',
      '      down<u|8>        9             1,490    74.5%    600    30.0%',
      '        get      inlined               890    44.5%    890    44.5%',
      '',
    ])
    expect(textOf('call', { top: 1, step: 1 })).toEqual([
      'step            hash: 1,500 trace cells, 75 instructions',
      '  call      cells with calls  of cost  cells  of cost',
      '  main                 1,500   100.0%     10     0.7%',
      '  3 others',
      '',
    ])
  })

  test('a guest that trapped or was stopped', () => {
    const trap = { kind: 'load-outside', message: 'no memory there' } as never
    expect(
      profileText(reported(undefined, { outcome: 'trapped', exitCode: undefined, trap }), view('function')),
    ).toContain('trapped         load-outside: no memory there\n')
    expect(profileText(reported(undefined, { outcome: 'suspended', exitCode: undefined }), view('line'))).toContain(
      'suspended       by a limit: what follows is the profile up to there\n',
    )
  })

  test('without debug information and calls', () => {
    const { nodes, costs, instructions, ...rest } = smallProfile()
    const bare = {
      ...rest,
      hasCalls: false,
      files: [],
      costs: { ...costs, file: costs.file.map(() => -1), line: costs.line.map(() => 0) },
      instructions: { ...instructions, file: instructions.file.map(() => -1), line: instructions.line.map(() => 0) },
      nodes: { ...nodes, calls: nodes.calls.map(() => 0) },
    }
    const text = profileText(reported(bare), view('line'))
    expect(text).toMatch(/^ {2}\(no line\) +44 +100 +2,000 +100\.0%$/m)
    expect(profileText(reported(bare), view('function'))).not.toContain('calls  instructions')
  })
})

const dearer = (): GuestProfile => {
  const { costs, ...rest } = smallProfile()
  return {
    ...rest,
    guest: { ...rest.guest, digest: 'c'.repeat(64) },
    totals: { instructions: 110, cells: 2020 },
    // down became dearer by 40 cells and 10 instructions, main cheaper by 20 cells.
    costs: {
      ...costs,
      instructions: Float64Array.of(5, 1, 30, 30, 44),
      cells: Float64Array.of(80, 10, 440, 600, 890),
    },
  }
}
const request = { name: 'base.json', by: 'function', unit: 'cells' } as const

describe('a comparison', () => {
  test('as text: totals, then the greatest changes of functions themselves', () => {
    const comparison = compareProfiles(smallProfile(), dearer(), { ...request, threshold: 0.5 })
    expect(profileComparisonText(comparison, 1)).toBe(
      [
        'compared with base.json, of another build',
        '                      base    now  change',
        '  cost               2,000  2,020     +20   +1.00%',
        '  instructions         100    110     +10  +10.00%',
        '  cells by function',
        '    down<u|8>        1,000  1,040     +40   +4.00%',
        '  and 1 more with smaller changes',
        'too dear: the cost grew by more than 0.5%',
        '',
      ].join('\n'),
    )
    const changes = comparison.changes.reduce((sum, { base, now }) => sum + now - base, 0n)
    expect(changes).toBe(20n)
  })

  test('the threshold is of the unit', () => {
    const exceeded = (threshold: number, unit: 'cells' | 'instructions'): boolean =>
      compareProfiles(smallProfile(), dearer(), { ...request, threshold, unit }).isExceeded
    expect([exceeded(1, 'cells'), exceeded(0.99, 'cells')]).toEqual([false, true])
    expect([exceeded(10, 'instructions'), exceeded(9.99, 'instructions')]).toEqual([false, true])
    expect(compareProfiles(dearer(), smallProfile(), { ...request, threshold: 0 }).isExceeded).toBe(false)
  })

  test('as JSON', () => {
    expect(profileComparisonJson(compareProfiles(smallProfile(), dearer(), { ...request, threshold: 2 }))).toEqual({
      base: 'base.json',
      sameGuest: false,
      unit: 'cells',
      cells: { base: 2000, now: 2020, change: 20, percent: 1 },
      instructions: { base: 100, now: 110, change: 10, percent: 10 },
      by: 'function',
      changes: [
        { name: 'down<u|8>', base: 1000, now: 1040, change: 40, percent: 4 },
        { name: 'main', base: 110, now: 90, change: -20, percent: -18.181818 },
      ],
      threshold: 2,
      exceeded: false,
    })
  })

  test('by step; by instruction and call it is by function', () => {
    const names = (by: Breakdown) =>
      compareProfiles(
        smallProfile(),
        smallProfile({ steps: [{ marker: 0, name: 'setup' }, smallProfile().steps[1]!] }),
        {
          ...request,
          by,
        },
      ).changes.map(({ name }) => name)
    expect(names('step')).toEqual(['before the first marker', 'setup'])
    expect(names('call')).toEqual([])
    expect(compareProfiles(smallProfile(), dearer(), { ...request, by: 'instruction' }).by).toBe('function')
  })

  test('what makes it doubtful', () => {
    const now = smallProfile()
    expect([...doubts('b', dearer(), now)]).toEqual([])
    expect([...doubts('b', smallProfile({ guest: { ...now.guest, xlen: 32 }, outcome: 'trapped' }), now)]).toEqual([
      'b is of an RV32 guest, and this one is for RV64',
      'the guest did not come to its end when b was made: it was trapped',
    ])
    expect([...doubts('b', smallProfile({ machine: { name: 'm', digest: 'f' } }), now)]).toEqual([
      'b was counted on another machine, whose chips may have other widths',
    ])
  })
})

describe('Markdown', () => {
  test('a profile: totals, the breakdown, steps to unfold, warnings', () => {
    const markdown = profileMarkdown(reported(smallProfile({ warnings: ['a <b>'] })), undefined, view('function'))
    expect(markdown).toBe(
      [
        '### `small.elf`: terminated, exit code 0',
        '',
        '**2,000 trace cells**, 100 instructions',
        '',
        '| function | calls | instructions | cells | of cost | with calls | of cost |',
        '| --- | --: | --: | --: | --: | --: | --: |',
        '| `down<u\\|8>` | 13 | 50 | 1,000 | 50.0% | 1,890 | 94.5% |',
        '| `get` |  | 44 | 890 | 44.5% | 890 | 44.5% |',
        '| 1 other |  | 6 | 110 | 5.5% |  |  |',
        '',
        '<details><summary>By step</summary>',
        '',
        '| step | marker | instructions | cells | of cost |',
        '| --- | --: | --: | --: | --: |',
        '| `before the first marker` |  | 25 | 500 | 25.0% |',
        '| `hash` | 7 | 75 | 1,500 | 75.0% |',
        '',
        '</details>',
        '',
        '<details><summary>Warnings</summary>',
        '',
        '- `a <b>`',
        '',
        '</details>',
        '',
        '',
      ].join('\n'),
    )
  })

  test('a comparison: a summary line, the verdict, the greatest changes; the rest to unfold', () => {
    const comparison = compareProfiles(smallProfile(), dearer(), { ...request, threshold: 2 })
    const lines = profileMarkdown(reported(dearer()), comparison, view('call')).split('\n')
    expect(lines.slice(2, 10)).toEqual([
      '**2,020 trace cells (+1.00%)**, 110 instructions (+10.00%), compared with `base.json`, of another build',
      '',
      '**within the threshold of 2%**',
      '',
      '| cells by function | base | now | change |  |',
      '| --- | --: | --: | --: | --: |',
      '| `down<u\\|8>` | 1,000 | 1,040 | +40 | +4.00% |',
      '| `main` | 110 | 90 | −20 | −18.18% |',
    ])
    expect(lines).toContain('<details><summary>By call</summary>')
    expect(lines).toContain('| &nbsp;&nbsp;`down<u\\|8>` | 4 | 1,930 | 95.5% | 440 | 21.8% |')
  })

  test('nothing changed', () => {
    const comparison = compareProfiles(smallProfile(), smallProfile(), request)
    expect(profileMarkdown(reported(), comparison, view('line'))).toContain('\n\nNo function changed.\n\n')
  })
})

describe('JSON', () => {
  const rows = (by: Breakdown, changes?: Partial<ProfileView>) =>
    JSON.parse(JSON.stringify(profileReportJson(reported(), artifact, view(by, changes)))).profile

  test('functions', () => {
    expect(rows('function', { top: 1 })).toEqual({
      by: 'function',
      unit: 'cells',
      total: { instructions: 100, cells: 2000 },
      rows: [
        {
          function: 'down<u|8>',
          symbol: '_Zdown',
          calls: 13,
          self: { instructions: 50, cells: 1000 },
          total: { instructions: 94, cells: 1890 },
        },
      ],
      warnings: [],
    })
  })

  test('lines, instructions, steps and calls', () => {
    const self = { instructions: 44, cells: 890 }
    expect(rows('line').rows[1]).toEqual({ file: 'get.h', line: 3, function: 'get', times: 44, self })
    expect(rows('instruction').rows[0]).toEqual({
      pc: '0x2008',
      text: 'addi at 8200',
      function: 'get',
      file: 'get.h',
      line: 3,
      self,
    })
    expect(rows('step').rows[1]).toMatchObject({ marker: 7, name: 'hash', functions: [{ function: 'get', self }, {}] })
    expect(rows('call', { top: 4 }).rows[3]).toEqual({
      depth: 3,
      function: 'get',
      inlined: true,
      calledAt: { file: 'main.c', line: 20 },
      self,
      total: self,
    })
    expect(rows('line', { step: 1 })).toMatchObject({ step: 7, total: { instructions: 75, cells: 1500 } })
  })
})
