/** Call frame information in every form that is read, and what damaged forms of it yield: nothing, and no error. */
import { describe, expect, test } from 'vitest'
import { entryAt, sectionEntries } from '../../../src/elf/call-frames/lookup.ts'
import { rulesAt, type FrameRules } from '../../../src/elf/call-frames/rules.ts'
import type { Section } from '../../../src/elf/sections.ts'
import { frameSection, uleb, type FrameSectionSpec } from '../../support/frame-section.ts'
import { randomSource } from '../../support/random.ts'
import { rulesText } from '../../support/unwind-rows.ts'

const TEXT = 0x200800
const widths = [32, 64] as const

/** advance_loc by 8, def_cfa_offset 32, offset of ra and s0. */
const program = [0x48, 0x0e, 32, 0x81, 1, 0x88, 2]

const sectionOf = (bytes: Uint8Array, isEh: boolean, address = 0): Section => ({
  name: isEh ? '.eh_frame' : '.debug_frame',
  type: 1,
  flags: 0,
  address,
  size: bytes.length,
  link: 0,
  entrySize: 0,
  bytes,
})

/** Rules at the instruction `offset` bytes behind TEXT. */
function rulesIn(spec: FrameSectionSpec, offset: number): string | undefined {
  const section = sectionOf(frameSection(spec), spec.isEh ?? true, spec.address)
  const entry = entryAt(sectionEntries([section], section.name, spec.xlen), TEXT + offset)
  const rules = entry === undefined ? undefined : rulesAt(entry, TEXT + offset)
  return rules === undefined ? undefined : rulesText(rules)
}

describe.each(widths)('RV%i', xlen => {
  const width = xlen / 8
  const entries = [{ from: TEXT, size: 64, program }]
  const body = `CFA=X2+32: X1=[CFA-${width}], X8=[CFA-${2 * width}]`

  const rows = (spec: Omit<FrameSectionSpec, 'xlen' | 'entries'>): (string | undefined)[] =>
    [-4, 0, 4, 8, 60, 64].map(offset => rulesIn({ xlen, entries, ...spec }, offset))
  const wanted = [undefined, 'CFA=X2', 'CFA=X2', body, body, undefined]

  test('versions, 64-bit lengths, and augmentations that are read or passed over', () => {
    expect(rows({})).toEqual(wanted)
    for (const version of [1, 3, 4]) expect(rows({ isEh: false, version })).toEqual(wanted)
    expect(rows({ isLong: true })).toEqual(wanted)
    expect(rows({ isLong: true, isEh: false })).toEqual(wanted)
    const personality = [0x9b, 1, 2, 3, 4]
    const address = 0x10000
    const encoding = 0x1b
    expect(rows({ augmentation: 'zR', data: [encoding], encoding, address })).toEqual(wanted)
    expect(rows({ augmentation: 'zPLR', data: [...personality, 0x1b, encoding], encoding, address })).toEqual(wanted)
    expect(rows({ augmentation: 'zRS', data: [encoding], encoding, address })).toEqual(wanted)
  })

  test('pointers, absolute and relative to their place', () => {
    for (const format of [0x00, 0x03, 0x04, 0x0b, 0x0c]) {
      for (const relative of [0x00, 0x10]) {
        // Behind the code: relative pointers are negative then.
        for (const address of [0x1000, 0x300000]) {
          const encoding = format | relative
          // On RV64 an unsigned half-word reaches forward only.
          if (xlen === 64 && encoding === 0x13 && address > TEXT) continue
          expect(rows({ augmentation: 'zR', data: [encoding], encoding, address })).toEqual(wanted)
        }
      }
    }
  })

  test('what is unknown says nothing', () => {
    expect(rows({ augmentation: 'eh' })).toEqual(Array(6).fill(undefined))
    expect(rows({ augmentation: 'zXR', data: [0, 0x1b] })).toEqual(Array(6).fill(undefined))
    expect(rows({ version: 2 })).toEqual(Array(6).fill(undefined))
    // An indirect pointer, one relative to data, one that is left out.
    for (const encoding of [0x9b, 0x3b, 0xff]) {
      const bytes = frameSection({ xlen, entries, augmentation: 'zR', data: [0] })
      bytes[bytes.indexOf(0x7a) + 7] = encoding
      expect(sectionEntries([sectionOf(bytes, true)], '.eh_frame', xlen)).toEqual([])
    }
    const compressed = { ...sectionOf(frameSection({ xlen, entries }), true), flags: 0x800 }
    expect(sectionEntries([compressed], '.eh_frame', xlen)).toEqual([])
  })

  test('every instruction of a program', () => {
    const after = (...code: number[]): string | undefined =>
      rulesIn({ xlen, entries: [{ from: TEXT, size: 0x40000, program: code }] }, 0x20000)
    expect(after()).toBe('CFA=X2')
    expect(after(0x00, 0x0c, 8, 16, 0x0d, 2, 0x0e, ...uleb(4096))).toBe('CFA=X2+4096')
    expect(after(0x12, 8, 0x7c)).toBe(`CFA=X8+${4 * width}`)
    expect(after(0x13, 0x7e)).toBe(`CFA=X2+${2 * width}`)
    expect(after(0x05, 9, 3, 0x11, 18, 0x7f)).toBe(`CFA=X2: X9=[CFA-${3 * width}], X18=[CFA+${width}]`)
    expect(after(0x81, 1, 0x09, 8, 5, 0x07, 9)).toBe(`CFA=X2: X1=[CFA-${width}], X8=X5, X9=undefined`)
    expect(after(0x81, 1, 0x88, 2, 0xc1, 0x06, 8)).toBe('CFA=X2')
    expect(after(0x81, 1, 0x08, 1)).toBe('CFA=X2')
    expect(after(0x0a, 0x81, 1, 0x0e, 16, 0x0b)).toBe('CFA=X2')
    expect(after(0x2e, 16, 0xa8 + 8, 1)).toBe('CFA=X2')
    // Up to 0x20000 all of it is executed, and nothing behind a step beyond.
    const steps = [0x7f, 0x02, 0xff, 0x03, 0xff, 0xff]
    expect(after(...steps, 0x04, 0xc2, 0xfe, 0, 0, 0x81, 1)).toBe(`CFA=X2: X1=[CFA-${width}]`)
    expect(after(...steps, 0x04, 0xc4, 0xfe, 0, 0, 0x81, 1)).toBe('CFA=X2')
    expect(after(0x01, ...frameAddress(xlen, TEXT + 0x20000), 0x81, 1)).toBe(`CFA=X2: X1=[CFA-${width}]`)
    expect(after(0x01, ...frameAddress(xlen, TEXT + 0x20004), 0x81, 1)).toBe('CFA=X2')
  })

  test('a register is restored to what the common entry says; the GNU assembler begins with def_cfa_register', () => {
    const initial = [0x0d, 2, 0x81, 1]
    expect(rulesIn({ xlen, initial, entries: [{ from: TEXT, size: 8, program: [0x81, 3, 0xc1] }] }, 0)).toBe(
      `CFA=X2: X1=[CFA-${width}]`,
    )
    expect(rulesIn({ xlen, initial: [], entries: [{ from: TEXT, size: 8, program: [] }] }, 0)).toBeUndefined()
    expect(rulesIn({ xlen, initial: [0x0e, 8], entries: [{ from: TEXT, size: 8, program: [] }] }, 0)).toBeUndefined()
  })

  test('expressions, unknown instructions, missing operands and endless programs say nothing', () => {
    const damaged = [
      [0x0f, 1, 0x30],
      [0x10, 1, 1, 0x30],
      [0x16, 1, 1, 0x30],
      [0x3f],
      [0x0b],
      [0x0e],
      [0x0c, 2],
      [0x04, 1, 2],
      [0x0e, ...Array<number>(11).fill(0x80), 0],
      Array<number>(65).fill(0x0a),
      Array<number>(2 ** 16 + 1).fill(0),
    ]
    for (const code of damaged) {
      const spec = {
        xlen,
        entries: [
          { from: TEXT, size: 8, program: code },
          { from: TEXT + 8, size: 8, program },
        ],
      }
      expect(rulesIn(spec, 0)).toBeUndefined()
      // The entry behind it is as it was.
      expect(rulesIn(spec, 8)).toBe('CFA=X2')
    }
  })

  test('damaged sections: no error, and nothing but what a row can say', () => {
    const next = randomSource(70 + xlen)
    const whole = [true, false].map(isEh =>
      frameSection({
        xlen,
        isEh,
        address: 0x1000,
        augmentation: 'zPR',
        data: [0x1b, 1, 2, 3, 4, 0x1b],
        encoding: 0x1b,
        entries: Array.from({ length: 6 }, (_, index) => ({ from: TEXT + 64 * index, size: 64, program })),
      }),
    )
    const strange: FrameRules[] = []
    let known = 0
    for (let trial = 0; trial < 1500; trial++) {
      const isEh = trial % 2 === 0
      const cut = next(3) === 0 ? next(whole[0]!.length) : undefined
      const bytes = whole[trial % 2]!.slice(0, cut)
      const extreme = [0, 1, 0x7f, 0x80, 0xff]
      for (let count = next(6); count >= 0 && bytes.length > 0; count--) {
        bytes[next(bytes.length)] = next(2) === 0 ? extreme[next(5)]! : next(256)
      }
      for (const entry of sectionEntries([sectionOf(bytes, isEh, 0x1000)], isEh ? '.eh_frame' : '.debug_frame', xlen)) {
        for (const pc of [entry.from, entry.from + 8, entry.to - 4]) {
          const rules = rulesAt(entry, pc)
          if (rules === undefined) continue
          if (entry.to > entry.from && !Number.isNaN(rules.cfa.offset) && rules.saved.length === 32) known++
          else strange.push(rules)
        }
      }
    }
    expect(strange).toEqual([])
    expect(known).toBeGreaterThan(500)
  })
})

const frameAddress = (xlen: 32 | 64, address: number): number[] => [
  ...new Uint8Array(BigUint64Array.of(BigInt(address)).buffer, 0, xlen / 8),
]
