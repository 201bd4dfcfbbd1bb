/** Functions, inlined calls and lines of compiled guests are those that two other readers print, at every instruction. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { debugInfoOf, type DebugInfo, type SourceFrame } from '../../../src/elf/dwarf/debug-info.ts'
import type { Image } from '../../../src/elf/image.ts'
import { parseElf } from '../../../src/elf/parse.ts'
import { readSections } from '../../../src/elf/sections.ts'
import { readableNames } from '../../../src/elf/symbols.ts'
import { isExhaustive } from '../../support/exhaustive.ts'
import { allDebugGuests, debugGuests, withDebugGuest, type DebugGuestSpec } from './guests.ts'
import { fetchSources, largeGuests } from './large-guests.ts'
import { addr2line, symbolizer, type WitnessFrame } from './witnesses.ts'

function instructions(image: Image): number[] {
  const text = readSections(image.file).filter(({ flags, size }) => (flags & 4) !== 0 && size > 0)
  return text.flatMap(({ address, size }) => Array.from({ length: size / 4 }, (_, index) => address + 4 * index))
}

/** A guest, and what we say about each of its instructions. */
interface Subject {
  /** Does addr2line read the files of its tables as the standard says? */
  readonly hasFiles: boolean
  readonly image: Image
  readonly path: string
  readonly pcs: readonly number[]
  readonly found: readonly (readonly SourceFrame[])[]
}

const asWitness = ({ symbol, place }: SourceFrame): WitnessFrame => ({
  name: symbol ?? '',
  file: place?.file ?? '',
  line: place?.line ?? 0,
  column: place?.column ?? 0,
})

const text = (frames: readonly WitnessFrame[]): string =>
  frames.map(({ name, file, line, column }) => `${name} ${file}:${line}:${column}`).join(', ')

const withoutUnit = (frames: readonly WitnessFrame[]): readonly WitnessFrame[] =>
  frames.map(frame => (frame.line === 0 && frames.length === 1 ? { ...frame, file: '' } : frame))

/** Several names of one address: identical functions are one code, constructors have up to three names. */
function aliasesOf({ symbols }: Image): (name: string) => readonly string[] {
  const functions = symbols.filter(({ kind }) => kind === 'function')
  const byAddress = Map.groupBy(functions, ({ address }) => address)
  const byName = new Map(functions.map(({ name, address }) => [name, byAddress.get(address)!.map(each => each.name)]))
  return name => byName.get(name) ?? [name]
}

/**
 * The same frames, but for this: of functions with one address either may be named. llvm-symbolizer takes labels that
 * are no functions for some, too (`_start` in assembly), and gives a function without a line the name of its unit in
 * place of a file.
 */
function expectSymbolized({ image, path, pcs, found }: Subject): void {
  const aliases = aliasesOf(image)
  const labels = new Set(image.symbols.flatMap(({ kind, name }) => (kind === 'function' ? [] : [name])))
  const lines = (frames: readonly WitnessFrame[], index: number): string =>
    `${pcs[index]}: ${text(frames.map(frame => ({ ...frame, name: aliases(frame.name)[0]! })))}`
  const wanted = symbolizer!(path, pcs).map(frames => {
    const plain = withoutUnit(frames)
    return plain.length === 1 && labels.has(plain[0]!.name) ? [] : plain
  })
  expect(found.map(frames => withoutUnit(frames.map(asWitness))).map(lines)).toEqual(wanted.map(lines))
}

/** Is `part` what is left of `whole` where some are taken out? */
function isPartOf<T>(part: readonly T[], whole: readonly T[], isSame: (part: T, whole: T) => boolean): boolean {
  let at = 0
  for (const each of whole) if (at < part.length && isSame(part[at]!, each)) at++
  return at === part.length
}

const withoutClone = (name: string): string =>
  name.replace(/ \[clone .*/, '').replace(/\.(part|constprop|isra|cold|lto_priv)\b.*/, '')

/**
 * binutils says what a function of a template returns, too, has the name in the source where the entry has no other,
 * and names some copies that a compiler made as their originals.
 */
function isSameName(theirs: string, ours: string): boolean {
  const [their, our] = [withoutClone(theirs), withoutClone(ours)]
  return their === our || their.endsWith(` ${our}`) || our.startsWith(`${their}(`) || our.includes(`::${their}(`)
}

/**
 * addr2line's frames are ours, or ours without some inlined calls: binutils (2.40) does not find code in pieces whose
 * list DWARF 5 refers to by an index. Then the next frame has the place of the one that is missing. The innermost it
 * names by the symbol table where its entry has no name for linkers, though it is inlined. It has no columns. Of the
 * files in tables of DWARF 5 by gcc and rustc it takes another one than the standard says, such as `<artificial>`.
 */
function isAddr2line(ours: readonly WitnessFrame[], theirs: readonly WitnessFrame[], hasFiles: boolean): boolean {
  if (ours.length === 0 || theirs.length === 0) return ours.length === theirs.length
  const place = ({ file, line }: WitnessFrame): string => (hasFiles ? `${file}:${line}` : `${line}`)
  const arePlaces = isPartOf(theirs, ours, (their, our) => place(their) === place(our))
  const isName = (their: WitnessFrame, our: WitnessFrame): boolean =>
    isSameName(their.name, our.name) || (their === theirs[0] && isSameName(their.name, ours.at(-1)!.name))
  return arePlaces && isPartOf(theirs, ours, isName) && place(theirs[0]!) === place(ours[0]!)
}

function expectAddr2line({ hasFiles, image, path, pcs, found }: Subject): void {
  const names = readableNames(image)
  const aliases = aliasesOf(image)
  names.all(found.flat().flatMap(({ symbol }) => symbol ?? []))
  const wanted = addr2line!(path, pcs)
  const differences: string[] = []
  for (const [index, frames] of found.entries()) {
    const theirs = wanted[index]!
    const ours = frames.map(asWitness).map(frame => {
      const readable = aliases(frame.name).map(name => names.of(name))
      const name = readable.find(each => isSameName(theirs.at(-1)?.name ?? '', each)) ?? readable[0]!
      return { ...frame, name, column: undefined }
    })
    if (isAddr2line(ours, theirs, hasFiles)) continue
    differences.push(`${pcs[index]!.toString(16)}: ${text(ours)}\n  instead of ${text(theirs)}`)
  }
  expect(differences).toEqual([])
}

/** What has a line, and the line, must be the same when all are asked for at once. */
function expectLines(info: DebugInfo, pcs: readonly number[]): void {
  const runs = [...info.lines()]
  expect(runs.every(({ from, to }, index) => from < to && to <= (runs[index + 1]?.from ?? Infinity))).toBe(true)
  let next = 0
  const byRun = pcs.map(pc => {
    while (next < runs.length && runs[next]!.to <= pc) next++
    const run = runs[next]
    return run !== undefined && pc >= run.from ? `${pc} ${run.file}:${run.line}` : `${pc}`
  })
  const byPlace = pcs.map(pc => {
    const place = info.placeAt(pc)
    return place === undefined || place.line === 0 ? `${pc}` : `${pc} ${place.file}:${place.line}`
  })
  expect(byRun).toEqual(byPlace)
}

function compared(elf: Uint8Array, path: string, hasFiles: boolean): Pick<Subject, 'image' | 'found'> {
  const image = parseElf(elf, path)
  const info = debugInfoOf(image)
  const pcs = instructions(image)
  const found = pcs.map(pc => info.framesAt(pc))
  const subject = { hasFiles, image, path, pcs, found }
  expectLines(info, pcs)
  if (symbolizer !== undefined) expectSymbolized(subject)
  if (addr2line !== undefined) expectAddr2line(subject)
  expect(info.doubts).toEqual([])
  return subject
}

const hasFiles = ({ compiler, flags }: DebugGuestSpec): boolean => !(compiler === 'gcc' && flags.includes('-gdwarf-5'))

const whyNot = symbolizer === undefined && addr2line === undefined ? 'there is no witness here' : undefined

test.for(isExhaustive ? allDebugGuests : debugGuests)(
  '$compiler, RV$xlen, $flags',
  (spec: DebugGuestSpec, { skip }) => {
    if (whyNot !== undefined) return skip(whyNot)
    const found = withDebugGuest(spec, (elf, path) => compared(elf, path, hasFiles(spec)).found)
    if (found === undefined) return skip(`there is no ${spec.compiler} for RISC-V here`)
    expect(found.length).toBeGreaterThan(20)
    const places = found.flat().flatMap(({ place }) => place?.file ?? [])
    for (const name of ['inlined.cpp', 'rest.c']) expect(places.some(file => file.endsWith(name))).toBe(true)
    if (!spec.flags.includes('-O0')) expect(found.some(frames => frames.length > 2)).toBe(true)
  },
)

test.runIf(isExhaustive).for(largeGuests)('$name', (spec, { skip }) => {
  const missing = whyNot ?? fetchSources()
  if (missing !== undefined) return skip(missing)
  const found = withDebugGuest(spec, (elf, path) => compared(elf, path, hasFiles(spec)).found)
  if (found === undefined) return skip(`there is no ${spec.compiler} for RISC-V here`)
  expect(found.length).toBeGreaterThan(5000)
})

/** Of closures, traits, generics with types and constants, and of what is inlined from core. */
const rustNames = {
  'v0.rv32.elf': [
    'names::folded::<5, u16, names::_start::{closure#0}>',
    'names::folded::<5, u16, names::_start::{closure#0}>::{closure#0}',
    'names::words::{closure#0}',
    '<names::shapes::Pair<names::shapes::Square, names::shapes::Square> as names::shapes::Area>::area',
    '<u32>::wrapping_mul',
    'core::hint::black_box::<&dyn names::shapes::Area>',
    '_start',
  ],
  'legacy.rv64.elf': [
    'names::folded',
    'names::folded::{{closure}}',
    'names::words::{{closure}}',
    '<names::shapes::Pair<A,B> as names::shapes::Area>::area',
    'core::num::<impl u32>::wrapping_mul',
    'core::hint::black_box',
    '_start',
  ],
}

test.for(Object.entries(rustNames))('Rust: %s', ([file, wanted]) => {
  const path = new URL(`rust/${file}`, import.meta.url).pathname
  const { image, found } = compared(Uint8Array.from(readFileSync(path)), path, file.startsWith('v0'))
  const names = readableNames(image).all(found.flat().flatMap(({ symbol }) => symbol ?? []))
  expect([...new Set(names)]).toEqual(expect.arrayContaining(wanted))
  expect(found.flat().some(({ place }) => place?.file === 'names/main.rs')).toBe(true)
  expect(Math.max(...found.map(frames => frames.length))).toBe(10)
})
