/** Debug information that is damaged, cut off, compressed badly or goes in circles gives what is there, and no error. */
import { expect, test } from 'vitest'
import { debugInfoOf } from '../../../src/elf/dwarf/debug-info.ts'
import type { Image } from '../../../src/elf/image.ts'
import { parseElf } from '../../../src/elf/parse.ts'
import { readSections } from '../../../src/elf/sections.ts'
import { isExhaustive } from '../../support/exhaustive.ts'
import { randomSource, type Random } from '../../support/random.ts'
import { debugGuests, withDebugGuest } from './guests.ts'

/** RVR_FUZZ_SEED and RVR_FUZZ_ROUNDS as in test/differential. */
const SEED = Number(process.env['RVR_FUZZ_SEED'] ?? 1)
const TRIES = isExhaustive ? 20_000 : 60 * Number(process.env['RVR_FUZZ_ROUNDS'] ?? 1)
const MOST_FRAMES = 251

/** A file and the bytes of its debug sections, as offsets of the file. */
interface Target {
  readonly elf: Uint8Array
  readonly places: readonly Place[]
}

interface Place {
  readonly from: number
  readonly size: number
}

function targetOf(elf: Uint8Array): Target {
  const sections = readSections(elf).filter(({ name }) => name.startsWith('.debug_'))
  return { elf, places: sections.map(({ bytes }) => ({ from: bytes.byteOffset, size: bytes.length })) }
}

/** All that somebody may ask, as one number. */
function askAll(image: Image): number {
  const info = debugInfoOf(image)
  let sum = 0
  let most = 0
  for (const { address, memorySize, executable } of image.segments)
    for (let pc = address; executable && pc < address + memorySize; pc += 4) {
      const frames = info.framesAt(pc)
      most = Math.max(most, frames.length)
      for (const { symbol, place } of frames) sum += 1 + (symbol?.length ?? 0) + (place?.line ?? 0)
    }
  let isEmpty = false
  for (const { from, to, line } of info.lines()) {
    isEmpty ||= to <= from
    sum += line
  }
  expect(isEmpty).toBe(false)
  expect(most).toBeLessThanOrEqual(MOST_FRAMES)
  // One sentence for each kind: numbers and names apart.
  const kinds = info.doubts.map(doubt => doubt.replaceAll(/\d+|\.debug_\w+/g, ''))
  expect(new Set(kinds).size).toBe(kinds.length)
  return sum
}

/** What damages a section, and where it lies in the file. */
const damages: readonly ((bytes: Uint8Array, random: Random) => void)[] = [
  // Some bytes are others.
  (bytes, random) => {
    for (let left = 1 + random(4); left > 0; left--) bytes[random(bytes.length)] = random(3) === 0 ? 0xff : random(256)
  },
  // A number is huge: LEB128, or the bytes of a length or a count.
  (bytes, random) => bytes.set([0xff, 0xff, 0xff, 0xff, 0x7f].slice(0, bytes.length), random(bytes.length - 5 || 1)),
  // An offset leads somewhere else in a section, to itself perhaps.
  (bytes, random) => {
    if (bytes.length < 8) return
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    view.setUint32(random(bytes.length - 4), random(bytes.length), true)
  },
  // The rest is missing.
  (bytes, random) => bytes.fill(random(2) === 0 ? 0 : 0xff, random(bytes.length)),
  // A piece stands where another one was.
  (bytes, random) => bytes.copyWithin(random(bytes.length), random(bytes.length), random(bytes.length) + 64),
]

const guests = debugGuests.flatMap(spec => withDebugGuest(spec, elf => targetOf(elf)) ?? [])

test.skipIf(guests.length > 0)('there is no compiler for RISC-V here', () => {})

test.for([...guests.entries()])('guest %i', ([index, { elf, places }]) => {
  const random = randomSource(SEED + index)
  const whole = askAll(parseElf(elf, 'whole'))
  expect(whole).toBeGreaterThan(0)
  let different = 0
  for (let count = 0; count < TRIES; count++) {
    const changed = elf.slice()
    for (let kinds = 1 + random(2); kinds > 0; kinds--) {
      const { from, size } = places[random(places.length)]!
      damages[random(damages.length)]!(changed.subarray(from, from + size), random)
    }
    if (askAll(parseElf(changed, `damaged, seed ${SEED}, try ${count}`)) !== whole) different++
  }
  expect(different).toBeGreaterThan(0)
})

test.runIf(guests.length > 0)('a section that claims to be huge when decompressed is a doubt', () => {
  const compressed = debugGuests.findIndex(({ flags }) => flags.includes('-gz'))
  const elf = guests[compressed]!.elf.slice()
  const section = readSections(elf).find(({ name, flags }) => name === '.debug_info' && (flags & 0x800) !== 0)!
  // ch_size of ELF32
  new DataView(elf.buffer, elf.byteOffset + section.bytes.byteOffset).setUint32(4, 0xffff_fff0, true)
  const info = debugInfoOf(parseElf(elf, 'huge'))
  expect(info.doubts).toEqual(['debug sections cannot be decompressed: .debug_info'])
})

test.runIf(guests.length > 0)('without debug sections functions come from the symbol table', () => {
  const { elf } = guests[0]!
  const plain = elf.slice()
  for (const { name, bytes } of readSections(plain)) if (name.startsWith('.debug_')) bytes.fill(0)
  const info = debugInfoOf(parseElf(plain, 'plain'))
  const start = parseElf(plain, 'plain').symbols.find(({ name }) => name === '_start')!
  expect(info.framesAt(start.address)).toEqual([{ symbol: '_start', place: undefined, isInlined: false }])
  expect(info.placeAt(start.address)).toBeUndefined()
})

test.runIf(guests.length > 0)('what is cut off in the middle is used as far as it goes, and a doubt', () => {
  const plain = debugGuests.findIndex(({ flags }) => !flags.includes('-gz'))
  const elf = guests[plain]!.elf.slice()
  const { bytes } = readSections(elf).find(({ name }) => name === '.debug_info')!
  bytes.fill(0xff, bytes.length >>> 1)
  const image = parseElf(elf, 'cut off')
  expect(askAll(image)).toBeGreaterThan(0)
  expect(debugInfoOf(image).doubts).toEqual(['debug information is damaged, and used as far as it goes'])
})

test.runIf(guests.length > 0)('damage in several sections is one doubt', () => {
  const plain = debugGuests.findIndex(({ flags }) => !flags.includes('-gz'))
  for (const damaged of [['abbrev'], ['line'], ['info'], ['abbrev', 'info', 'line']]) {
    const elf = guests[plain]!.elf.slice()
    for (const { name, bytes } of readSections(elf))
      if (damaged.includes(name.replace('.debug_', ''))) bytes.fill(0xff, bytes.length >>> 1)
    const image = parseElf(elf, damaged.join(' and '))
    expect(askAll(image)).toBeGreaterThan(0)
    expect(debugInfoOf(image).doubts).toEqual(['debug information is damaged, and used as far as it goes'])
  }
})

test.for(['gcc', 'clang'] as const)(
  'by %s, split off: functions and lines are those that are left',
  (compiler, { skip }) => {
    for (const version of ['-gdwarf-4', '-gdwarf-5']) {
      const spec = { compiler, xlen: 32, flags: ['-O2', '-mno-relax', '-gsplit-dwarf', version] } as const
      const isThere = withDebugGuest(spec, elf => {
        const image = parseElf(elf, 'split')
        const info = debugInfoOf(image)
        const start = image.symbols.find(({ name }) => name === '_start')!.address
        expect(info.framesAt(start)).toMatchObject([{ symbol: '_start', place: { line: 66 } }])
        expect(info.doubts).toEqual(['2 units have their debug information in other files'])
        return true
      })
      if (isThere === undefined) return skip(`there is no ${compiler} for RISC-V here`)
    }
  },
)

/** The file without its symbol table. */
function withoutSymbols(elf: Uint8Array): Uint8Array {
  const copy = elf.slice()
  const view = new DataView(copy.buffer)
  const isWide = copy[4] === 2
  const table = isWide ? Number(view.getBigUint64(40, true)) : view.getUint32(32, true)
  for (const [index, { type }] of readSections(copy).entries())
    if (type === 2) view.setUint32(table + index * (isWide ? 64 : 40) + 4, 0, true)
  return copy
}

test.runIf(guests.length > 0)('without a symbol table functions have the names that debug information has', () => {
  for (const { elf } of guests) {
    const [whole, bare] = [parseElf(elf, 'whole'), parseElf(withoutSymbols(elf), 'bare')]
    expect(bare.symbols).toEqual([])
    const start = whole.symbols.find(({ name }) => name === '_start')!.address
    expect(debugInfoOf(bare).framesAt(start)).toEqual(debugInfoOf(whole).framesAt(start))
    expect(debugInfoOf(bare).doubts).toEqual([])
  }
})

test.runIf(guests.length > 0)('without both nothing is known, and nothing is odd', () => {
  const elf = withoutSymbols(guests[0]!.elf)
  for (const { name, bytes } of readSections(elf)) if (name.startsWith('.debug_')) bytes.fill(0)
  const view = new DataView(elf.buffer)
  const isWide = elf[4] === 2
  // No sections at all.
  if (isWide) view.setBigUint64(40, 0n, true)
  else view.setUint32(32, 0, true)
  const image = parseElf(elf, 'stripped')
  const info = debugInfoOf(image)
  expect(info.framesAt(image.entry)).toEqual([])
  expect([...info.lines()]).toEqual([])
  expect(info.doubts).toEqual([])
})
