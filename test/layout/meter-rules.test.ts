/** The numbers that the meter's C is given: it uses them all and knows no others, and they fit together. */
import { expect, test } from 'vitest'
import { preserveNone } from '../../src/codegen/convention.ts'
import { generate } from '../../src/codegen/generate.ts'
import { LEAF_BYTES, meterLayout, SPACE_BITS, TREE_HEIGHT } from '../../src/layout/meter.ts'
import * as rules from '../../src/layout/meter-rules.ts'
import { defaultMachine } from '../../src/machine/machine.ts'
import { modeNamed } from '../../src/modes/registry.ts'
import { graphOf, memoryGuest } from '../codegen/guests.ts'

test('the C of mode metered uses the numbers that it is given, and no others', () => {
  const project = generate(graphOf(64, memoryGuest), {
    mode: modeNamed('metered'),
    machine: defaultMachine(64),
    convention: preserveNone,
    identity: '{}',
  })
  const text = (path: string): string => project.files.find(file => file.path === path)!.content
  const headers = text('guest.h') + text('meter-area.h')
  const given = new Map(
    [...headers.matchAll(/\b(METER_\w+) = (\d+)/g)].map(([, name, value]) => [name!, Number(value)]),
  )
  const used = new Set((text('meter.c') + text('meter.h')).match(/\bMETER_[A-Z_]+\b/g))
  expect([...used].filter(name => !given.has(name))).toEqual([])
  // Counts of parts of the area are there for all of them.
  const isCount = (name: string): boolean => /^METER_(LOG|STAMPS)_COUNT$/.test(name)
  expect([...given.keys()].filter(name => !used.has(name) && !isCount(name))).toEqual([])
  expect(given.get('METER_LEAF_BYTES')).toBe(LEAF_BYTES)
  expect(given.get('METER_TREE_HEIGHT')).toBe(TREE_HEIGHT)
  expect(given.get('METER_SPACE_BITS')).toBe(SPACE_BITS)
  expect(given.get('METER_MOST_LEAVES')).toBe(rules.MOST_LEAVES)
  expect(text('meter.c')).toContain('look_steps[LOOK_STEPS][2] = { { 64, 1024 }, { 64, 64 }, { 16, 64 }, { 4, 64 } };')
})

test('lanes of 16 bits hold the rows of all intervals that pass before they are emptied', () => {
  const most = Math.max(...rules.LOOK_STEPS.map(([checks]) => checks))
  expect(most * rules.MAX_INTERVAL).toBeLessThan(2 ** 16)
})

test('looks are tried from the one that allows for most to the one that allows for least', () => {
  for (const [index, [checks, swell]] of rules.LOOK_STEPS.entries()) {
    const next = rules.LOOK_STEPS[index + 1] ?? [1, 0]
    expect(checks).toBeGreaterThanOrEqual(next[0])
    expect(swell).toBeGreaterThanOrEqual(next[1])
  }
})

test('the log holds an interval behind a log that is just not full', () => {
  expect(meterLayout.log.count).toBeGreaterThanOrEqual(rules.LOG_FULL + rules.INTERVAL_LEAVES)
})

test('factors of the memory estimate are whole, so that the C computes them as the interpreter does', () => {
  for (const factor of Object.values(rules.memoryQuarters)) expect(Number.isInteger(factor)).toBe(true)
})
