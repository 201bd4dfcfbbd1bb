/** Cost on the command line: reports of metered and profiled runs, stops at segments, `rvr cost` and its gate. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { cli, expectEnd, expectFailure, fixture, jsonOf, place, warningsOf, type Result } from './e2e-support.ts'
import { inProcess } from './in-process.ts'

/** No test counts misses here. */
const cache = inject('sharedCache')
const warm = place()
const file = (name: string): string => join(warm.directory, name)
const command = (...args: string[]): Promise<Result> => inProcess(args)
const fibonacci = (n: number): string[] => [fixture('fibonacci'), '--input', `u64:${n}`]

beforeAll(async () => {
  for (const [guest, abi] of [
    ['fibonacci', 'openvm'],
    ['bench-sort', 'linux'],
    ['bench-list', 'linux'],
  ] as const) {
    for (const mode of ['metered', 'profile']) {
      const result = await command('compile', fixture(guest), '--abi', abi, '--mode', mode, '--json')
      expect(result.status, result.stderr).toBe(0)
    }
  }
  for (const [n, name] of [
    [1000, 'base.json'],
    [2000, 'large.json'],
  ] as const)
    expect((await command('cost', ...fibonacci(n), '--save-base', file(name))).status).toBe(0)
})

describe.concurrent('run --mode metered', () => {
  test('text: chips by cost share, segments, peak memory', async () => {
    const result = await command('run', ...fibonacci(20_000), '--mode', 'metered', '--max-trace-height', '8192')
    expectEnd(result, 0)
    expect(result.stdout).toMatch(/^ +AddI +60,009 +1,380,207 +56\.6%$/m)
    expect(result.stdout).toMatch(/^ +MemoryMerkle \(memory\) +[\d,]+ +[\d,]+$/m)
    expect(result.stdout).toMatch(/^ +0 +0 +1[\d,]+ +\d+\.\d% +\d+\.\d MiB {2}trace height limit$/m)
    expect(result.stdout).toMatch(/^ +\d+ .* end of the guest$/m)
    expect(result.stdout).toMatch(/^peak memory +\d+\.\d MiB/m)
  })

  test('JSON: every documented key', async () => {
    const result = await command(
      'run',
      ...fibonacci(20_000),
      '--mode',
      'metered',
      '--max-trace-height',
      '8192',
      '--json',
    )
    expectEnd(result, 0)
    const json = jsonOf(result)
    expect(json.segments.length).toBeGreaterThan(4)
    expect(json.segments[0]).toEqual({
      instretStart: 0,
      instructions: expect.any(Number),
      heights: expect.objectContaining({ AddI: expect.any(Number) }),
      reason: 'trace-height',
      memoryBytes: expect.any(Number),
      interactions: expect.any(Number),
      utilisation: expect.any(Number),
    })
    expect(json.segments.at(-1).reason).toBe('end')
    expect(
      json.segments.reduce((sum: number, { instructions }: { instructions: number }) => sum + instructions, 0),
    ).toBe(json.instret)
    const memory = new Set(['PersistentBoundary', 'MemoryMerkle', 'Poseidon2Periphery'])
    const cells = Object.entries<{ cells: number }>(json.chips)
      .filter(([name]) => !memory.has(name))
      .reduce((sum, [, chip]) => sum + chip.cells, 0)
    expect(cells).toBe(json.cost)
    expect(json.peakMemoryBytes).toBe(
      Math.max(...json.segments.map(({ memoryBytes }: { memoryBytes: number }) => memoryBytes)),
    )
    expect(json).not.toHaveProperty('openSegment')
    const docs = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8')
    for (const key of [
      'segments',
      'openSegment',
      'chips',
      'peakMemoryBytes',
      'functions',
      'opcodes',
      ...Object.keys(json.segments[0]),
      'overLimit',
      'comparison',
    ])
      expect(docs).toContain(`\`${key}\``)
  })

  test('limits by memory and interactions', async () => {
    for (const [flag, value, reason] of [
      ['--max-memory', '120MiB', 'memory'],
      ['--max-interactions', '1_600_000', 'interactions'],
    ] as const) {
      const json = jsonOf(await command('run', ...fibonacci(20_000), '--mode', 'metered', flag, value, '--json'))
      expect(json.segments[0].reason).toBe(reason)
    }
  })

  test('--stop-at-segment stops at the first cut: status 6', async () => {
    const result = await command(
      'run',
      ...fibonacci(20_000),
      '--mode',
      'metered',
      '--max-trace-height',
      '8192',
      '--stop-at-segment',
      '--json',
    )
    expectEnd(result, 6)
    const json = jsonOf(result)
    expect(json).toMatchObject({
      outcome: 'suspended',
      stop: { cause: 'segment' },
      instret: json.segments[0].instructions,
      openSegment: { instretStart: json.instret, instructions: 0 },
    })
    expect(json.segments).toHaveLength(1)
  })

  test('segments that exceed a limit are warned of, in the text too', async () => {
    const result = await command('run', ...fibonacci(2000), '--mode', 'metered', '--max-trace-height', '16')
    expect(result.status).toBe(0)
    expect(warningsOf(result)).toEqual([expect.stringMatching(/segments exceed a limit/)])
    expect(result.stdout).toMatch(/over it$/m)
    expect(result.stdout).toMatch(/^warning +\d+ of \d+ segments exceed/m)
    const quiet = await command(
      'run',
      ...fibonacci(2000),
      '--mode',
      'metered',
      '--max-trace-height',
      '16',
      '-q',
      '--json',
    )
    expect(quiet.stderr).toBe('')
    expect(jsonOf(quiet).segments[0]).toMatchObject({ overLimit: true })
  })

  test.each([
    ['--stop-at-segment'],
    ['--max-trace-height', '64'],
    ['--max-memory', '4GiB'],
    ['--max-interactions', '64'],
  ])('%s in a mode without segments: status 2', async (...flags) => {
    expectFailure(await command('run', ...fibonacci(9), ...flags), 2, flags[0]!, 'mode pure', '--mode metered')
    expectFailure(await command('run', ...fibonacci(9), '--mode', 'metered-cost', ...flags), 2, 'mode metered-cost')
  })

  test('limits that are none', async () => {
    expectFailure(
      await command('run', ...fibonacci(9), '--mode', 'metered', '--max-trace-height', '0'),
      2,
      '--max-trace-height: "0" is too small',
    )
    expectFailure(
      await command('run', ...fibonacci(9), '--mode', 'metered', '--max-memory', 'much'),
      2,
      '--max-memory: "much" is not a size',
    )
    expectFailure(
      await command('run', ...fibonacci(9), '--mode', 'metered', '--stop-at-segment', '--check'),
      2,
      '--check',
    )
  })
})

describe.concurrent('run --mode profile', () => {
  test('functions and operations, in text and JSON', async () => {
    const args = ['run', fixture('bench-sort'), '--abi', 'linux', '--arg', '1', '--mode', 'profile']
    const text = await command(...args)
    expect(text.status).toBe(0)
    expect(text.stdout).toMatch(/^ +function +instructions +cells +of cost$/m)
    expect(text.stdout).toMatch(/^ +kernel +[\d,]+ +[\d,]+ +\d+\.\d%$/m)
    expect(text.stdout).toMatch(/^ +addi +[\d,]+ +[\d,]+ +\d+\.\d%$/m)
    const json = jsonOf(await command(...args, '--json'))
    for (const key of ['functions', 'opcodes']) {
      const entries = Object.values<{ instructions: number; cells: number }>(json[key])
      expect(entries.reduce((sum, { instructions }) => sum + instructions, 0)).toBe(json.instret)
      expect(entries.reduce((sum, { cells }) => sum + cells, 0)).toBe(json.cost)
    }
  })
})

describe.concurrent('cost', () => {
  test('by chip, function and opcode', async () => {
    for (const [by, title] of [
      ['chip', 'chip'],
      ['function', 'function'],
      ['opcode', 'operation'],
    ] as const) {
      const result = await command(
        'cost',
        fixture('bench-sort'),
        '--abi',
        'linux',
        '--arg',
        '1',
        '--by',
        by,
        '--top',
        '3',
        '-q',
      )
      expect(result.status).toBe(0)
      expect(result.stdout).toMatch(
        /^guest +.*bench-sort\.rv64\.elf\nterminated +exit code 0\ncost +[\d,]+ trace cells\ninstructions +[\d,]+\nsegments +\d/,
      )
      expect(result.stdout).toMatch(new RegExp(`^ +${title} +`, 'm'))
      expect(result.stdout).toMatch(/^ +\d+ others? +/m)
    }
  })

  test('what the guest prints is there once, and not at all for the base', async () => {
    const result = await command(
      'cost',
      fixture('bench-sort'),
      '--abi',
      'linux',
      '--arg',
      '1',
      '--by',
      'function',
      '--base-guest',
      fixture('bench-list'),
    )
    const printed = jsonOf(await command('run', fixture('bench-sort'), '--abi', 'linux', '--arg', '1', '--json'))
    expect(printed.outcome).toBe('terminated')
    expect(result.stderr.match(/537a6113/g)).toHaveLength(1)
    expect(result.stderr).not.toContain('f49c2b02')
  })

  test('the gate: within the threshold 0, beyond it 1, without one 0', async () => {
    const gate = (n: number, ...args: string[]): Promise<Result> =>
      command('cost', ...fibonacci(n), '--base', file('base.json'), ...args)
    expectEnd(await gate(1000, '--threshold', '0'), 0)
    expectEnd(await gate(900, '--threshold', '0%'), 0)
    expectEnd(await gate(1010, '--threshold', '1%'), 0)
    const dearer = [...fibonacci(1011), '--base', file('base.json'), '--threshold', '1%']
    const beyond = await cli(place(), ['cost', ...dearer], { cache })
    expectEnd(beyond, 1)
    expect(beyond.stdout).toMatch(/^ +cost +122,529 +123,871 +\+1,342 +\+1\.10%$/m)
    expect(beyond.stdout).toMatch(/^too dear: the cost grew by more than 1%$/m)
    expectEnd(await gate(5000), 0)
    expect(jsonOf(await gate(1011, '--threshold', '1', '--json')).comparison).toMatchObject({
      base: file('base.json'),
      cost: { base: 122_529, now: 123_871, change: 1342, percent: 1.095251 },
      segments: { change: 0 },
      chips: { AddI: { change: 759 } },
      threshold: 1,
      exceeded: true,
    })
  })

  test('a base from rvr run --json and from rvr cost --json; functions where both have them', async () => {
    writeFileSync(file('run.json'), (await command('run', ...fibonacci(1000), '--mode', 'metered', '--json')).stdout)
    writeFileSync(
      file('total.json'),
      (await command('run', ...fibonacci(1000), '--mode', 'metered-cost', '--tier', 'interp', '--json')).stdout,
    )
    writeFileSync(file('cost.json'), (await command('cost', ...fibonacci(1000), '--by', 'function', '--json')).stdout)
    expect(
      jsonOf(await command('cost', ...fibonacci(2000), '--base', file('run.json'), '--json')).comparison,
    ).toMatchObject({ cost: { base: 122_529 }, chips: { AddI: {} } })
    const total = await command('cost', ...fibonacci(2000), '--base', file('total.json'), '--threshold', '100')
    expectEnd(total, 0)
    expect(total.stdout).toContain('has no chips to compare with')
    const functions = await command('cost', ...fibonacci(2000), '--base', file('cost.json'), '--by', 'function')
    expect(functions.stdout).toMatch(/^ +cells by function\n +main +[\d,]+ +[\d,]+ +\+[\d,]+ +\+\d/m)
    expect(
      jsonOf(await command('cost', ...fibonacci(2000), '--base', file('cost.json'), '--by', 'function', '--json'))
        .comparison.functions,
    ).toMatchObject({ main: { change: expect.any(Number) } })
  })

  test('two guests', async () => {
    const args = [
      'cost',
      fixture('bench-sort'),
      '--abi',
      'linux',
      '--arg',
      '1',
      '--base-guest',
      fixture('bench-list'),
      '-q',
    ]
    const result = await command(...args, '--threshold', '10%', '--json')
    expect(result.status).toBe(1)
    expect(jsonOf(result)).toMatchObject({
      guest: { path: fixture('bench-sort') },
      comparison: { base: fixture('bench-list'), exceeded: true },
    })
    expect(
      (
        await command(
          'cost',
          fixture('bench-list'),
          '--abi',
          'linux',
          '--arg',
          '1',
          '--base-guest',
          fixture('bench-sort'),
          '-q',
          '--threshold',
          '0',
        )
      ).status,
    ).toBe(0)
  })

  test('--save-base writes what --json prints', async () => {
    const result = await command('cost', ...fibonacci(1000), '--json', '--save-base', file('saved.json'))
    expect(readFileSync(file('saved.json'), 'utf8')).toBe(result.stdout)
    expect(jsonOf(result)).toMatchObject({
      guest: { digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      machine: expect.stringMatching(/^[0-9a-f]{64}$/),
      mode: 'metered',
      outcome: 'terminated',
    })
    expectFailure(
      await command('cost', ...fibonacci(10), '--save-base', '/proc/no/such/x.json'),
      2,
      '/proc/no/such/x.json',
    )
  })

  test("the guest's end: another code 1, trap 4, limit 6", async () => {
    expect((await command('cost', fixture('exitcode'), '--input', 'hex:07', '--tier', 'interp')).status).toBe(1)
    const trapped = await command('cost', fixture('traps'), '--input', 'hex:01', '--tier', 'interp')
    expect(trapped).toMatchObject({ status: 4, stdout: expect.stringMatching(/^trapped +load-outside: /m) })
    const stopped = await command(
      'cost',
      ...fibonacci(1000),
      '--max-instructions',
      '1000',
      '--base',
      file('base.json'),
      '--threshold',
      '0',
    )
    expect(stopped).toMatchObject({ status: 6, stdout: expect.stringMatching(/^suspended +by a limit/m) })
  })

  test('a base of another machine, or of a guest that did not end, is warned of', async () => {
    const base = JSON.parse(readFileSync(file('base.json'), 'utf8')) as object
    writeFileSync(file('other.json'), JSON.stringify({ ...base, machine: 'ff', outcome: 'suspended' }))
    const result = await command('cost', ...fibonacci(1000), '--base', file('other.json'))
    expect(warningsOf(result)).toEqual([
      expect.stringContaining('another machine'),
      expect.stringContaining('suspended'),
    ])
    expectEnd(await command('cost', ...fibonacci(1000), '--base', file('other.json'), '-q'), 0)
  })

  test('bases that are none: status 2, before anything runs', async () => {
    writeFileSync(file('text.json'), 'no JSON')
    writeFileSync(file('array.json'), '[]')
    writeFileSync(file('pure.json'), (await command('run', ...fibonacci(9), '--tier', 'interp', '--json')).stdout)
    for (const [name, text] of [
      ['text.json', 'no base'],
      ['array.json', 'is missing'],
      ['pure.json', 'mode pure has no cost'],
      ['none.json', 'cannot read'],
    ] as const) {
      const result = await command('cost', ...fibonacci(9), '--base', file(name))
      expectFailure(result, 2, file(name), text)
      expect(result.stdout).toBe('')
    }
  })

  test('bad usage', async () => {
    expectFailure(await command('cost', ...fibonacci(9), '--threshold', '2'), 2, '--threshold needs', '--base')
    expectFailure(
      await command('cost', ...fibonacci(9), '--base', file('base.json'), '--threshold', 'two'),
      2,
      'not a percentage',
    )
    expectFailure(
      await command('cost', ...fibonacci(9), '--base', file('base.json'), '--base-guest', fixture('echo')),
      2,
      'cannot be used with',
    )
    expectFailure(await command('cost', ...fibonacci(9), '--by', 'line'), 2, 'function')
    expectFailure(await command('cost', ...fibonacci(9), '--base-guest', '/no/such.elf'), 2, '/no/such.elf')
  })

  test('the interpreter measures the same', async () => {
    const [native, interpreted] = await Promise.all(
      ['native', 'interp'].map(async engine =>
        jsonOf(await command('cost', ...fibonacci(300), '--by', 'opcode', '--tier', engine, '--json')),
      ),
    )
    for (const key of ['cost', 'instret', 'segments', 'chips', 'functions', 'opcodes'])
      expect(interpreted[key]).toEqual(native[key])
  })
})
