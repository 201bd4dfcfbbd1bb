/** The report of metered runs against figures worked out by hand. */
import { expect, test } from 'vitest'
import { defaultMachine } from '../../../src/machine/machine.ts'
import type { Segment } from '../../../src/machine/meter.ts'
import type { ReportedArtifact } from '../../../src/report/compile/artifact.ts'
import { runJson, type ReportedRun } from '../../../src/report/run/json.ts'
import { meteredText } from '../../../src/report/segments/text.ts'
import { meteredFacts, meteredJson, overLimitWarning, type MeteredRun } from '../../../src/report/segments/facts.ts'
import { percentText, sizeText } from '../../../src/report/form/units.ts'

const machine = defaultMachine(64)
const heights = (rows: Readonly<Record<string, number>>): number[] => machine.chips.map(({ name }) => rows[name] ?? 0)
const segment = (
  instretStart: number,
  instructions: number,
  rows: Readonly<Record<string, number>>,
  more: Partial<Segment> = {},
): Segment => ({ instretStart, instructions, heights: heights(rows), reason: 'end', ...more })
const run: MeteredRun = {
  machine,
  instret: 9n,
  cost: 3n * 23n + 5n * 29n,
  segments: [
    segment(0, 5, { AddI: 3, AddSub: 2, VmConnector: 2, MemoryMerkle: 5 }, { reason: 'memory' }),
    segment(5, 4, { AddSub: 3, VmConnector: 2, MemoryMerkle: 4 }),
  ],
  openSegment: undefined,
}

test('segments: rows by name, utilisation over padded heights, size', () => {
  const facts = meteredFacts(run)!
  // AddI 3 of 4 rows of 23 cells, AddSub 2 of 2 of 29, connector 2 of 2 of 6, Merkle 5 of 8 of 33.
  const real = 3 * 23 + 2 * 29 + 2 * 6 + 5 * 33
  const padded = 4 * 23 + 2 * 29 + 2 * 6 + 8 * 33
  expect(facts.segments[0]).toEqual({
    instretStart: 0,
    instructions: 5,
    heights: { AddI: 3, AddSub: 2, VmConnector: 2, MemoryMerkle: 5 },
    reason: 'memory',
    memoryBytes: Math.ceil(padded * 12 + (4 * 16 + 2 * 19 + 2 * 5 + 8 * 4) * 9.0625 * 4 + 2 ** 21),
    interactions: 4 * 16 + 3 * 19 + 3 * 5 + 6 * 4,
    utilisation: Math.round((real / padded) * 1e6) / 1e6,
  })
  expect(facts.peakMemoryBytes).toBe(facts.segments[0]!.memoryBytes)
})

test('chips: those of instructions by cells, then memory tables; constant ones are left out', () => {
  expect(meteredFacts(run)!.chips).toEqual([
    { name: 'AddSub', rows: 5, cells: 145, isCost: true },
    { name: 'AddI', rows: 3, cells: 69, isCost: true },
    { name: 'MemoryMerkle', rows: 9, cells: 297, isCost: false },
  ])
  const text = meteredText(run)
  expect(text).toMatch(/^ {2}AddSub +5 +145 +67\.8%$/m)
  expect(text).toMatch(/^ {2}MemoryMerkle \(memory\) +9 +297$/m)
  expect(text).toMatch(/^ +0 +0 +5 +[\d.]+% +2\.0 MiB {2}memory limit$/m)
  expect(text).toMatch(/^peak memory +2\.0 MiB/m)
})

test('other modes have none of it', () => {
  const plain = { ...run, segments: [] }
  expect(meteredJson(plain)).toBeUndefined()
  expect(meteredText(plain)).toBe('')
  const reported: ReportedRun = {
    ...plain,
    outcome: 'terminated',
    exitCode: 0,
    stopCause: undefined,
    trap: undefined,
    mode: 'pure',
    publicValues: new Uint8Array(),
    pc: 0,
    profile: undefined,
    timing: { executeMs: 1 },
    executed: 1n,
  }
  const artifact: ReportedArtifact = { mode: 'pure', engine: 'native', cache: { outcome: 'off' }, timing: {} }
  for (const key of ['segments', 'openSegment', 'chips', 'peakMemoryBytes'])
    expect(runJson(reported, artifact)).not.toHaveProperty(key)
})

test('the segment that a suspended run is in', () => {
  const suspended: MeteredRun = {
    ...run,
    instret: 12n,
    openSegment: { instretStart: 9, heights: heights({ AddI: 3 }) },
  }
  const json = meteredJson(suspended)!
  expect(json.openSegment).toMatchObject({ instretStart: 9, instructions: 3, heights: { AddI: 3 } })
  expect(JSON.parse(JSON.stringify(json.openSegment))).not.toHaveProperty('reason')
  expect(json.chips['AddI']).toEqual({ rows: 6, cells: 138 })
  expect(meteredText(suspended)).toContain('not ended')
})

test('many segments: the first ones, the last one and a summary', () => {
  const many = {
    ...run,
    segments: Array.from({ length: 2000 }, (_, index) =>
      segment(index * 10, 10, { AddI: 16 }, { reason: index === 1999 ? 'end' : 'trace-height' }),
    ),
  }
  const text = meteredText(many)
  expect(text.split('\n').length).toBeLessThan(20)
  expect(text).toMatch(/^ +1999 +19,990 +10 .*end of the guest$/m)
  expect(text).toContain(
    '2,000 segments, 100.0% used on average; ended by: trace height limit 1,999, end of the guest 1\n',
  )
})

test('many chips: the dearest ones, the rest summed', () => {
  const used = machine.chips.filter(({ operations }) => operations !== undefined).map(({ name }) => name)
  const wide = meteredText({ ...run, segments: [segment(0, 1, Object.fromEntries(used.map(name => [name, 10])))] })
  expect(wide).toContain(`${used.length - 12} others`)
  expect(
    meteredText({ ...run, segments: [segment(0, 1, Object.fromEntries(used.slice(0, 13).map(name => [name, 10])))] }),
  ).toContain('1 other ')
})

test('segments over a limit', () => {
  expect(overLimitWarning(run)).toBeUndefined()
  const over = { ...run, segments: run.segments.map(one => ({ ...one, overLimit: true })) }
  expect(overLimitWarning(over)).toMatchObject({
    message: expect.stringMatching(/^2 of 2 segments exceed .*: 0, 1$/),
    hint: expect.stringContaining('--max-memory'),
  })
  expect(meteredText(over)).toMatch(/memory limit, over it\n[^]*^warning +2 of 2 segments/m)
  expect(meteredJson(over)!.segments[1]).toMatchObject({ overLimit: true })
})

test('shares and sizes', () => {
  expect([percentText(0), percentText(0.0001), percentText(0.123), percentText(1)]).toEqual([
    '0.0%',
    '<0.1%',
    '12.3%',
    '100.0%',
  ])
  expect([sizeText(2 ** 20), sizeText(5 * 2 ** 30)]).toEqual(['1.0 MiB', '5.00 GiB'])
})
