/** The numbers that the meter's C is given: it uses them all and knows no others, and they fit together. */
import { expect, test } from 'vitest'
import { preserveNone } from '../../src/codegen/convention.ts'
import { generate } from '../../src/codegen/generate.ts'
import { MEMORY_BYTES } from '../../src/elf/image.ts'
import { MAX_PUBLIC_VALUES_BYTES } from '../../src/extensions/bounds.ts'
import { INSTRUCTION_BYTES } from '../../src/machine/interval.ts'
import { meterLayouts, meterStruct, PAGE_LEAVES } from '../../src/layout/meter.ts'
import * as rules from '../../src/layout/meter-rules.ts'
import { defaultMachine } from '../../src/machine/machine.ts'
import { modeNamed } from '../../src/modes/registry.ts'
import { graphOf, memoryGuest } from '../codegen/guests.ts'

test.each([32, 64] as const)('the C of mode metered uses the numbers that it is given, and no others (RV%i)', xlen => {
  const project = generate(graphOf(xlen, memoryGuest), {
    mode: modeNamed('metered'),
    machine: defaultMachine(xlen),
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
  const isCount = (name: string): boolean => /^METER_(LOG|STAMPS|PAGES|PENDING)_COUNT$/.test(name)
  expect([...given.keys()].filter(name => !used.has(name) && !isCount(name))).toEqual([])
  expect(['LEAF_BYTES', 'LEAF_SHIFT', 'TREE_HEIGHT', 'SPACE_BITS'].map(name => given.get(`METER_${name}`))).toEqual(
    xlen === 64 ? [16, 4, 28, 25] : [8, 3, 29, 26],
  )
  expect(given.get('METER_MOST_LEAVES')).toBe(xlen === 64 ? 1_024_000 : 2_048_000)
  expect(text('meter.c')).toContain(
    'look_steps[LOOK_STEPS][3] = { { 64, 1024, 16384 }, { 64, 64, 4096 }, { 16, 64, 1024 }, { 4, 64, 1024 } };',
  )
})

test('lanes of 16 bits hold the rows of all intervals that pass before they are emptied', () => {
  const most = Math.max(...rules.LOOK_STEPS.map(([checks]) => checks))
  expect(most * rules.MAX_INTERVAL).toBeLessThan(2 ** 16)
})

test('looks are tried from the one that allows for most to the one that allows for least', () => {
  for (const [index, [checks, swell, leaves]] of rules.LOOK_STEPS.entries()) {
    const next = rules.LOOK_STEPS[index + 1] ?? [1, 0, 0]
    expect(checks).toBeGreaterThanOrEqual(next[0])
    expect(swell).toBeGreaterThanOrEqual(next[1])
    expect(leaves).toBeGreaterThanOrEqual(next[2])
  }
})

test.each([8, 16] as const)(
  'the log holds an interval behind a log that is just not full, leaves of %i bytes',
  leaf => {
    expect(meterLayouts[leaf].log.count).toBeGreaterThanOrEqual(rules.LOG_FULL + rules.intervalLeaves(leaf))
  },
)

test.each([8, 16] as const)('an instruction touches no more leaves of %i bytes than an interval has room for', leaf => {
  const most = rules.instructionLeaves(leaf)
  // Full hints, a word of a register each, wherever they begin; and three operands of a call with all their bytes.
  expect((1023 * 8) / leaf + 1).toBeLessThanOrEqual(most)
  expect(INSTRUCTION_BYTES / leaf + 3 * 2).toBeLessThanOrEqual(most)
})

test.each([8, 16] as const)(
  'parts of the area lie behind one another and hold what they have to, leaves of %i bytes',
  leaf => {
    const { log, undo, undoPages, stamps, pages, pending, seen, spaceOffsets, areaBytes, spaceBits } =
      meterLayouts[leaf]
    expect(log.offset).toBeGreaterThanOrEqual(meterStruct.bytes)
    expect(undo.offset).toBeGreaterThanOrEqual(log.offset + 4 * log.count)
    expect(undoPages.offset).toBeGreaterThanOrEqual(undo.offset + 8 * undo.count)
    expect(stamps.offset).toBeGreaterThanOrEqual(undoPages.offset + 24 * undoPages.count)
    expect(pages.offset).toBeGreaterThanOrEqual(stamps.offset + 4 * stamps.count)
    expect(pending.offset).toBeGreaterThanOrEqual(pages.offset + 16 * pages.count)
    expect(seen.offset).toBeGreaterThanOrEqual(pending.offset + pending.count)
    expect(seen.offset % 4096).toBe(0)
    expect(areaBytes).toBe(seen.offset + seen.count)
    expect(areaBytes % 4096).toBe(0)
    // C wraps around in the undo list by a mask.
    expect([undo.count, undoPages.count].every(count => Number.isInteger(Math.log2(count)))).toBe(true)
    // Each entry of the log may be a page to restore.
    expect(undoPages.count).toBeGreaterThanOrEqual(log.count)
    expect([pages.count, pending.count]).toEqual([seen.count / PAGE_LEAVES, seen.count / PAGE_LEAVES])
    expect(seen.count * leaf).toBe(MEMORY_BYTES)
    // The greatest subtrees of registers and public values: nodes, then one for each height above.
    const [registers, memory, publicValues] = spaceOffsets
    const words = (bytes: number): number => 2 * 2 ** Math.ceil(Math.log2(bytes / leaf)) + spaceBits + 1
    expect(registers + words(4096)).toBeLessThanOrEqual(publicValues)
    expect(publicValues + words(MAX_PUBLIC_VALUES_BYTES)).toBeLessThanOrEqual(memory)
    expect(memory + (2 * 2 ** spaceBits) / PAGE_LEAVES).toBeLessThanOrEqual(stamps.count)
  },
)

test('factors of the memory estimate are whole, so that the C computes them as the interpreter does', () => {
  for (const factor of Object.values(rules.memoryQuarters)) expect(Number.isInteger(factor)).toBe(true)
})
