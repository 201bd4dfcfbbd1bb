/** Debug information that is damaged, cut off, compressed badly or goes in circles gives what is there, and no error. */
import { expect, test } from 'vitest'
import { debugInfoOf } from '../../../src/elf/dwarf/debug-info.ts'
import type { Image } from '../../../src/elf/image.ts'
import { parseElf } from '../../../src/elf/parse.ts'
import { readSections } from '../../../src/elf/sections.ts'
import { isExhaustive } from '../../support/exhaustive.ts'
import { randomSource } from '../../support/random.ts'
import { debugGuests, withDebugGuest } from './guests.ts'

const TRIES = isExhaustive ? 20_000 : 60

/** A file and the bytes of its debug sections, as offsets of the file. */
interface Target {
  readonly elf: Uint8Array
  readonly places: readonly { readonly from: number; readonly size: number }[]
}

function targetOf(elf: Uint8Array): Target {
  const sections = readSections(elf).filter(({ name }) => name.startsWith('.debug_'))
  return { elf, places: sections.map(({ bytes }) => ({ from: bytes.byteOffset, size: bytes.length })) }
}

/** All that somebody may ask, as one number. */
function askAll(image: Image): number {
  const info = debugInfoOf(image)
  let sum = 0
  for (const { address, memorySize, executable } of image.segments)
    for (let pc = address; executable && pc < address + memorySize; pc += 4)
      for (const { symbol, place } of info.framesAt(pc)) sum += 1 + (symbol?.length ?? 0) + (place?.line ?? 0)
  return sum
}

const guests = debugGuests.flatMap(spec => withDebugGuest(spec, elf => targetOf(elf)) ?? [])

test.skipIf(guests.length > 0)('there is no compiler for RISC-V here', () => {})

test.for([...guests.entries()])('guest %i', ([index, { elf, places }]) => {
  const random = randomSource(index + 1)
  const whole = askAll(parseElf(elf, 'whole'))
  expect(whole).toBeGreaterThan(0)
  let different = 0
  for (let count = 0; count < TRIES; count++) {
    const changed = elf.slice()
    for (let flips = 1 + random(4); flips > 0; flips--) {
      const { from, size } = places[random(places.length)]!
      changed[from + random(size)] = random(3) === 0 ? 0xff : random(256)
    }
    if (askAll(parseElf(changed, 'damaged')) !== whole) different++
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
