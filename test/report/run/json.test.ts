/** The JSON and text of runs: which keys there are, and how numbers are written. */
import { expect, test } from 'vitest'
import { jsonLine } from '../../../src/cli/output/messages.ts'
import { defaultMachine } from '../../../src/machine/machine.ts'
import { compileJson, type ReportedArtifact } from '../../../src/report/compile/artifact.ts'
import { jsonInteger } from '../../../src/report/form/json.ts'
import { runJson, type ReportedRun } from '../../../src/report/run/json.ts'
import { runText } from '../../../src/report/run/text.ts'
import { durationText, grouped, rateText } from '../../../src/report/form/units.ts'

/** What a reader of the JSON sees: keys without a value are absent. */
const printed = (value: unknown): object => JSON.parse(jsonLine(value)) as object

const artifact: ReportedArtifact = {
  mode: 'pure',
  engine: 'native',
  cache: { outcome: 'hit', key: 'aa', inputKey: 'bb' },
  timing: { loadMs: 1.23456 },
}
const terminated: ReportedRun = {
  outcome: 'terminated',
  exitCode: 0,
  stopCause: undefined,
  trap: undefined,
  mode: 'pure',
  instret: 12_000_265n,
  cost: undefined,
  publicValues: Uint8Array.of(1, 255),
  pc: 0x200810,
  timing: { executeMs: 12 },
  executed: 12_000_265n,
  machine: defaultMachine(64),
  segments: [],
  openSegment: undefined,
  profile: undefined,
}
const registers = Array.from({ length: 32 }, (_, index) => BigInt(index))

test('a terminated run', () => {
  expect(runJson(terminated, artifact)).toEqual({
    outcome: 'terminated',
    exitCode: 0,
    mode: 'pure',
    engine: 'native',
    instret: 12_000_265,
    publicValues: '01ff',
    cache: { outcome: 'hit', key: 'aa', inputKey: 'bb' },
    timing: { loadMs: 1.235, executeMs: 12 },
  })
  expect(runText(terminated, artifact)).toContain('12,000,265')
})

test('JSON-lacks-the-unknown-word-note, rate-of-a-resumed-run: what the text says is in the object', () => {
  const run: ReportedRun = { ...terminated, exitCode: 2, unknownWord: 0x0b, executed: 10n, timing: { executeMs: 1 } }
  expect(runJson(run, artifact)).toMatchObject({
    executed: 10,
    unknownWord: { word: '0x0000000b', pc: '0x200810', note: expect.stringContaining('custom-0') },
  })
  expect(runText(run, artifact)).toMatch(
    /executed in +1\.00 ms for the 10 instructions since it was resumed \(10 thousand instructions\/s\)/,
  )
  expect(printed(runJson({ ...run, executed: run.instret }, artifact))).not.toHaveProperty('executed')
})

test('zero-million-per-second', () => {
  expect([
    rateText(5n, 1000),
    rateText(2500n, 1000),
    rateText(12_345_678n, 1000),
    rateText(2_500_000n, 1000),
    rateText(1n, 0),
  ]).toEqual([
    '5 instructions/s',
    '2.50 thousand instructions/s',
    '12 million instructions/s',
    '2.50 million instructions/s',
    '0 instructions/s',
  ])
})

test('a suspended run with cost', () => {
  const run: ReportedRun = {
    ...terminated,
    outcome: 'suspended',
    exitCode: undefined,
    stopCause: 'cost',
    cost: 2n ** 53n,
    mode: 'metered-cost',
  }
  const json = runJson(run, artifact)
  expect(json).toMatchObject({
    outcome: 'suspended',
    cost: '9007199254740992',
    stop: { cause: 'cost', pc: '0x200810' },
  })
  expect(printed(json)).not.toHaveProperty('exitCode')
  expect(printed(json)).not.toHaveProperty('trap')
  expect(runText(run, artifact)).toMatch(/^suspended +at the cost limit, next instruction at 0x200810\n/)
})

test('a run that moved, and one that ended before native code was there', () => {
  const moved: ReportedRun = { ...terminated, engine: 'native', interpreted: 1234n }
  expect(runJson(moved, artifact)).toMatchObject({ engine: 'native', interpreted: 1234 })
  expect(runText(moved, artifact)).toMatch(/^instructions +12,000,265, the first 1,234 interpreted$/m)
  const ended: ReportedRun = { ...terminated, engine: 'interp', interpreted: 12_000_265n }
  // The artifact is native by now; the run was not.
  expect(runJson(ended, artifact)).toMatchObject({ engine: 'interp' })
  expect(printed(runJson(ended, artifact))).not.toHaveProperty('interpreted')
  expect(runText(ended, artifact)).toMatch(/^mode +pure, interpreted$/m)
})

test('a trapped run', () => {
  const inlined = { symbol: 'square', calledAt: 'a.c:9' }
  const run: ReportedRun = {
    ...terminated,
    outcome: 'trapped',
    exitCode: undefined,
    trap: {
      kind: 'load-outside',
      pc: 0x200810,
      symbol: 'main+0x8',
      address: 0xffff_ffff_ffff_fff8n,
      instruction: 'ld a0,-8(zero)',
      message: 'read outside',
      instret: 7n,
      registers,
      backtrace: {
        frames: [
          { pc: 0x200810, symbol: 'main+0x8', source: 'a.c:3:5', inlined: [inlined], found: 'trap' },
          { pc: 0x200900, symbol: 'x::y', mangled: '_ZN1x1yE', source: 'b.c:7', found: 'stack' },
        ],
        isCut: true,
      },
    },
  }
  const json = runJson(run, artifact)
  expect(json.trap).toMatchObject({
    kind: 'load-outside',
    pc: '0x200810',
    symbol: 'main+0x8',
    address: '0xfffffffffffffff8',
    instruction: 'ld a0,-8(zero)',
    message: 'read outside',
    instret: 7,
    backtrace: [
      { pc: '0x200810', symbol: 'main+0x8', source: 'a.c:3:5', inlined: [inlined], found: 'trap' },
      { pc: '0x200900', symbol: 'x::y', mangled: '_ZN1x1yE', source: 'b.c:7', found: 'stack' },
    ],
    backtraceCut: true,
    registers: { zero: '0x0', ra: '0x1', sp: '0x2', t6: '0x1f' },
  })
  expect(Object.keys(json.trap!.registers)).toHaveLength(32)
  expect(runText(run, artifact)).toContain('0x200810 (main+0x8): ld a0,-8(zero)')
  expect(runText(run, artifact)).toContain(
    '\nsource          a.c:3:5\ninlined         square, called at a.c:9\n' +
      'called from     0x200900 (x::y) at b.c:7 ? found on the stack\n                …\n',
  )
  const { symbol: _symbol, address: _address, ...bare } = run.trap!
  const plain = runJson({ ...run, trap: { ...bare, backtrace: { frames: [], isCut: false } } }, artifact)
  expect(Object.keys(printed(plain.trap))).toEqual([
    'kind',
    'pc',
    'instruction',
    'message',
    'instret',
    'backtrace',
    'registers',
  ])
})

test('compile', () => {
  expect(compileJson('/x/library.so', { path: 'g.elf', digest: 'dd' }, artifact)).toEqual({
    artifact: '/x/library.so',
    mode: 'pure',
    guest: { path: 'g.elf', digest: 'dd' },
    cache: artifact.cache,
    timing: { loadMs: 1.235 },
  })
})

test('numbers', () => {
  expect(jsonInteger(2n ** 53n - 1n)).toBe(9007199254740991)
  expect(jsonInteger(2n ** 53n)).toBe('9007199254740992')
  expect(jsonLine({ a: 1n, b: 2n ** 60n, c: Uint8Array.of(171) })).toBe('{"a":1,"b":"1152921504606846976","c":"ab"}\n')
  expect([grouped(0n), grouped(999), grouped(1000n), grouped(1234567n)]).toEqual(['0', '999', '1,000', '1,234,567'])
  expect([durationText(1.234), durationText(999), durationText(1500)]).toEqual(['1.23 ms', '999.0 ms', '1.50 s'])
})
