/** Small archives of every content: vectors of the proof system, and what the writers make. */
import { readFileSync } from 'node:fs'
import type { AirSet } from '../../src/air/air.ts'
import { fragmentsContent, type RecordedSegment } from '../../src/archive/fragments.ts'
import type { ContentName } from '../../src/archive/kinds.ts'
import type { SegmentOrigin } from '../../src/archive/origin.ts'
import { segmentContent, type FilledSegment } from '../../src/archive/segment.ts'
import { pageSections } from '../../src/archive/pages.ts'
import { encodeArchive, type Content } from '../../src/archive/write.ts'
import { openingContent, type Opening } from '../../src/proofs/opening.ts'
import { profileContent, type ArchivedProfile } from '../../src/profile/content.ts'
import { ByteStrings } from '../../src/run/saved/byte-strings.ts'
import { factSections, type SavedFacts } from '../../src/run/saved/facts.ts'
import { stateSections } from '../../src/run/saved/state.ts'
import type { Sample } from './fuzz/mutation.ts'

export const vector = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`vectors/${name}`, import.meta.url)))

const noRules = { inputs: [], accesses: [], columns: [] }
const air = (name: string, columns: readonly string[], publics: readonly string[] = []) => ({
  name,
  columns,
  publics,
  lets: [],
  constraints: [],
  interactions: [],
  rules: noRules,
  instructions: [],
  codings: [],
})

/** A machine of three AIRs. */
export const set: AirSet = {
  name: 'tiny',
  buses: [],
  airs: [air('Add', ['a', 'b', 'c']), air('State', ['pc'], ['first', 'last']), air('Sub', ['a', 'b'])],
}

const digest = (byte: number): string => byte.toString(16).padStart(2, '0').repeat(32)

export const facts: Omit<SegmentOrigin, 'machine'> = {
  xlen: 64,
  index: 1,
  instretStart: 1000,
  instructions: 21,
  exitCode: 7,
  guest: digest(0xa1),
  abi: digest(0xab),
}

const [add, state] = set.airs as [AirSet['airs'][number], AirSet['airs'][number]]

export const segment: FilledSegment = {
  set,
  tables: [
    { air: add, height: 8, rows: 5, cells: Uint32Array.from({ length: 24 }, (_, at) => (at < 15 ? 1000 + at : 0)) },
    { air: state, height: 2, rows: 2, cells: Uint32Array.of(4096, 4180) },
  ],
  publics: new Map([[state, [4096, 4180]]]),
}

const registers = (seed: bigint): BigUint64Array =>
  BigUint64Array.from({ length: 32 }, (_, index) => (index === 0 ? 0n : seed + BigInt(index)))

export const recorded: RecordedSegment = {
  origin: { ...facts, machine: digest(0x3c) },
  pieces: [
    { instret: 1000, pc: 4096, ts: 1, x: registers(1n << 40n), words: BigUint64Array.of(1n, 2n ** 64n - 1n, 3n) },
    { instret: 1010, pc: 4136, ts: 31, x: registers(5n), words: BigUint64Array.of() },
    { instret: 1020, pc: 4140, ts: 61, x: registers(9n), words: BigUint64Array.of(7n, 8n) },
  ].map((piece, index) => ({ ...piece, rows: [index, 2, 3] })),
  end: { instret: 1021, pc: 4144, ts: 64, x: registers(11n) },
  rowsInFront: [0, 0, 0],
  memory: {
    numbers: [1, 4],
    pages: Uint8Array.from({ length: 8192 }, (_, at) => at % 251),
    publicValues: Uint8Array.of(1, 2, 3),
  },
}

export const savedFacts: SavedFacts = {
  guest: digest(0xa1),
  machine: digest(0x3c),
  extensions: digest(0xab),
  xlen: 64,
  abi: 'openvm',
  mode: 'pure',
  stopCause: 'timeout',
  pc: 4096,
  isInside: false,
  instructions: 1000n,
  cost: 2n ** 70n + 5n,
  printedUntil: 3,
  registers: registers(77n),
  reserved: 0n,
}

/** Execution counts, with a gap. */
export const executed: ArchivedProfile = {
  guest: digest(0xa1),
  abi: digest(0xab),
  stretches: [
    { pc: 4096, instructions: 5, count: 3 },
    { pc: 4116, instructions: 1, count: 2 ** 53 - 1 },
    { pc: 8192, instructions: 2, count: 3 },
  ],
}

const strings = new ByteStrings()
const kept = ['record', '', 'another'].map(text => strings.add(Buffer.from(text)))

/** A suspended run. */
export const savedRun: Content = {
  content: 'run',
  sections: new Map([
    ...factSections(savedFacts),
    ...pageSections([4], [Uint8Array.from({ length: 4096 }, (_, at) => at % 251)]),
    ...strings.sections(),
    ...stateSections({ host: { inputs: kept, hintPosition: 0 } }),
  ]),
}

/** Public values. */
export const opening: Opening = {
  xlen: 32,
  values: Uint8Array.from({ length: 33 }, (_, at) => at + 1),
  beside: Uint32Array.from({ length: 8 }, (_, at) => at + 1000),
}

/** Contents that nothing writes yet, as plain bytes. */
const plain = (content: ContentName, sections: readonly (readonly [number, number])[]): Promise<Uint8Array> =>
  encodeArchive({
    content,
    sections: new Map(sections.map(([kind, bytes]) => [kind, [Uint8Array.from({ length: bytes }, (_, at) => at + 1)]])),
  })

/** One of each content. */
export async function samples(): Promise<readonly Sample[]> {
  return [
    { name: 'proof', content: 'proof', bytes: vector('squares.test.proof') },
    { name: 'vkey', content: 'vkey', bytes: vector('squares.test.vkey') },
    { name: 'traces', content: 'traces', bytes: vector('nibbles.traces') },
    {
      name: 'checkpoint',
      content: 'checkpoint',
      bytes: await plain('checkpoint', [
        [0x401, 48],
        [0x402, 256],
        [0x405, 64],
        [0x406, 96],
      ]),
    },
    {
      name: 'profile',
      content: 'profile',
      bytes: await encodeArchive(profileContent(executed)),
    },
    {
      name: 'fragments',
      content: 'fragments',
      bytes: await encodeArchive(fragmentsContent({ ...recorded, memory: undefined })),
    },
    { name: 'segment', content: 'segment', bytes: await encodeArchive(segmentContent(segment, facts)) },
    { name: 'run', content: 'run', bytes: await encodeArchive(savedRun) },
    { name: 'opening', content: 'opening', bytes: await encodeArchive(openingContent(opening)) },
  ]
}
