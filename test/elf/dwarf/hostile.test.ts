/** Debug information that is made to go in circles, to nest without end or to be read again and again is read in bounds. */
import { expect, test } from 'vitest'
import { AT, FORM, TAG } from '../../../src/elf/dwarf/constants.ts'
import { debugInfoOf } from '../../../src/elf/dwarf/debug-info.ts'
import { abbreviations, guestWith, lineProgram, TEXT, text, u32, uleb, unit, UNIT_HEADER } from './hand-made.ts'

const DAMAGED = 'debug information is damaged, and used as far as it goes'
const UNIT_TAG = 0x11
const WHOLE = [...u32(TEXT), ...u32(TEXT + 0x400)]
const RANGE = [
  [AT.low_pc, FORM.addr],
  [AT.high_pc, FORM.addr],
]
/** Code 1: the unit's own entry, with its code. */
const root = { tag: UNIT_TAG, children: true, attributes: RANGE }

test('an inlined call has the column and the line that it has, not those of the call before it', () => {
  const abbrev = abbreviations([
    { ...root, attributes: [...RANGE, [AT.stmt_list, FORM.sec_offset]] },
    { tag: TAG.subprogram, children: true, attributes: [[AT.name, FORM.string], ...RANGE] },
    {
      tag: TAG.inlined_subroutine,
      attributes: [[AT.call_file, FORM.data1], [AT.call_line, FORM.data1], [AT.call_column, FORM.data1], ...RANGE],
    },
    { tag: TAG.inlined_subroutine, attributes: [[AT.call_file, FORM.data1], [AT.call_line, FORM.data1], ...RANGE] },
  ])
  const outer = [1, ...WHOLE, ...u32(0), 2, ...text('outer'), ...WHOLE]
  const first = [3, 1, 7, 9, ...u32(TEXT), ...u32(TEXT + 4)]
  const second = [4, 1, 8, ...u32(TEXT + 4), ...u32(TEXT + 8)]
  const line = lineProgram([0, 5, 2, ...u32(TEXT), 1, 2, ...uleb(0x400), 0, 1, 1])
  const info = debugInfoOf(guestWith({ abbrev, line, info: unit([...outer, ...first, ...second, 0, 0]) }))
  const outermost = (pc: number): unknown => info.framesAt(pc).at(-1)
  expect(outermost(TEXT)).toEqual({
    symbol: 'outer',
    place: { file: 'a.c', line: 7, column: 9 },
    isInlined: false,
  })
  expect(outermost(TEXT + 4)).toMatchObject({ place: { file: 'a.c', line: 8, column: 0 } })
  expect(outermost(TEXT + 8)).toMatchObject({ place: { file: 'a.c', line: 1 } })
  expect([...info.lines()]).toEqual([{ from: TEXT, to: TEXT + 0x400, file: 'a.c', line: 1 }])
  expect(info.doubts).toEqual([])
})

test('names that refer to each other in a circle are none', () => {
  const abbrev = abbreviations([
    root,
    { tag: TAG.subprogram, attributes: [[AT.abstract_origin, FORM.ref4], ...RANGE] },
    { tag: TAG.subprogram, attributes: [[AT.specification, FORM.ref4]] },
  ])
  const first = UNIT_HEADER + 1 + WHOLE.length
  const second = first + 1 + 4 + WHOLE.length
  const info = unit([1, ...WHOLE, 2, ...u32(second), ...WHOLE, 3, ...u32(first), 0])
  expect(debugInfoOf(guestWith({ abbrev, info })).framesAt(TEXT)).toEqual([])
})

test('names in other files are none, and what they would be here is another one', () => {
  const attributes = [[AT.abstract_origin, FORM.GNU_ref_alt], ...RANGE]
  const abbrev = abbreviations([
    root,
    { tag: TAG.subprogram, attributes },
    { tag: TAG.subprogram, attributes: [[AT.name, FORM.string]] },
  ])
  const other = UNIT_HEADER + 1 + WHOLE.length + 1 + 4 + WHOLE.length
  const info = unit([1, ...WHOLE, 2, ...u32(other), ...WHOLE, 3, ...text('wrong'), 0])
  expect(debugInfoOf(guestWith({ abbrev, info })).framesAt(TEXT)).toEqual([])
})

test('calls nested without end are some frames', () => {
  const depth = 20_000
  const abbrev = abbreviations([
    root,
    { tag: TAG.subprogram, children: true, attributes: RANGE },
    { tag: TAG.inlined_subroutine, children: true, attributes: RANGE },
  ])
  const nested = Array.from({ length: depth }, () => [3, ...WHOLE]).flat()
  const closed = Array.from({ length: depth + 2 }, () => 0)
  const info = debugInfoOf(guestWith({ abbrev, info: unit([1, ...WHOLE, 2, ...WHOLE, ...nested, ...closed]) }))
  for (let pc = TEXT; pc < TEXT + 0x400; pc += 4) expect(info.framesAt(pc).length).toBe(251)
  expect(info.doubts).toEqual([])
})

test('one list of ranges that all entries have is not read for ever', () => {
  const count = 50_000
  const abbrev = abbreviations([root, { tag: TAG.subprogram, attributes: [[AT.ranges, FORM.sec_offset]] }])
  const ranges = Array.from({ length: count }, (_, index) => [...u32(4 * index + 4), ...u32(4 * index + 8)]).flat()
  const info = debugInfoOf(
    guestWith({
      abbrev,
      ranges: [...ranges, ...u32(0), ...u32(0)],
      info: unit([1, ...WHOLE, ...Array.from({ length: count }, () => [2, ...u32(0)]).flat(), 0]),
    }),
  )
  info.framesAt(TEXT)
  expect(info.doubts).toEqual([DAMAGED])
})

test('attributes that take no bytes are not read for ever', () => {
  const count = 200_000
  const empty = Array.from({ length: count }, () => [AT.sibling, FORM.flag_present])
  const abbrev = abbreviations([root, { tag: TAG.subprogram, attributes: empty }])
  const info = debugInfoOf(guestWith({ abbrev, info: unit([1, ...WHOLE, ...new Uint8Array(count).fill(2), 0]) }))
  info.framesAt(TEXT)
  expect(info.doubts).toEqual([DAMAGED])
})

test('units that share a table of lines, each with a directory of its own, do not read it for ever', () => {
  const attributes = [
    [AT.stmt_list, FORM.sec_offset],
    [AT.comp_dir, FORM.string],
  ]
  const rows = Array.from({ length: 100_000 }, () => [3, 1, 1]).flat()
  const info = debugInfoOf(
    guestWith({
      abbrev: abbreviations([{ tag: UNIT_TAG, attributes }]),
      line: lineProgram([0, 5, 2, ...u32(TEXT), ...rows, 2, 4, 0, 1, 1]),
      info: Array.from({ length: 1000 }, (_, index) => unit([1, ...u32(0), ...text(`/${index}`)])).flat(),
    }),
  )
  // Nothing was left for the name of the file.
  expect(info.placeAt(TEXT)).toBeUndefined()
  expect(info.doubts).toEqual([DAMAGED])
})

test('tables of abbreviations that overlap are not read for ever', () => {
  const abbrev = Array.from({ length: 100_000 }, () => [1, UNIT_TAG, 0, 0, 0]).flat()
  const units = Array.from({ length: 2000 }, (_, index) => unit([1], { table: 5 * index }))
  expect(debugInfoOf(guestWith({ abbrev, info: units.flat() })).doubts).toEqual([DAMAGED])
})

test('units of another version are left out, and said once', () => {
  const abbrev = abbreviations([root, { tag: TAG.subprogram, attributes: [[AT.name, FORM.string], ...RANGE] }])
  const entries = [1, ...WHOLE, 2, ...text('here'), ...WHOLE, 0]
  const info = [...unit(entries, { version: 6 }), ...unit(entries), ...unit(entries, { version: 1 })]
  const found = debugInfoOf(guestWith({ abbrev, info }))
  expect(found.framesAt(TEXT)).toEqual([{ symbol: 'here', place: undefined, isInlined: false }])
  expect(found.doubts).toEqual(['2 units have debug information of a version that is not known, which 2 to 5 are'])
})
