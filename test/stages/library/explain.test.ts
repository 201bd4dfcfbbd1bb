/** Why a library is not in the cache: one test for every kind of part, and which entry it is compared with. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCache, type Cache } from '../../../src/store/cache.ts'
import { digestPart, type KeyPart } from '../../../src/store/digest.ts'
import type { Details } from '../../../src/store/explain/details.ts'
import { commonParts } from '../../../src/stages/key.ts'
import { keyDetails } from '../../../src/stages/library/details.ts'
import type { PartDescription } from '../../../src/store/explain/description.ts'
import { compare } from '../../../src/store/explain/differences.ts'
import { explanationLines, type LibraryExplanation } from '../../../src/stages/library/explanation.ts'
import { inputKey } from '../../../src/stages/library/keys.ts'
import { libraryParts, type LibraryInputs, type LibraryKind } from '../../../src/stages/library/parts.ts'
import { entryDirectory, inputFile, layoutOf, type Layout } from '../../../src/store/layout.ts'
import { readUses } from '../../../src/store/uses.ts'
import { defaultMachine } from '../../../src/machine/machine.ts'
import type { Toolchain } from '../../../src/toolchain/toolchain.ts'
import { sampleLibrary, sampleToolchain, temporaryDirectory } from '../../store/sample.ts'

const descriptions: readonly PartDescription<LibraryKind>[] = [...commonParts, ...libraryParts]
const digest = (letter: string): string => letter.repeat(64)
const base: LibraryInputs = {
  mode: 'pure',
  modeOptions: { flag: true },
  toolchain: sampleToolchain,
  makeArguments: ['VERIFY_TAIL_CALLS=1'],
  abiVersion: 1,
  extensionFiles: [{ name: 'own/field.a', digest: digest('e'), bytes: 7 }],
  guestDigest: digest('1'),
  machineDigest: digest('2'),
  generatorDigest: digest('3'),
  inputs: { xlen: 64, abi: 'openvm', extensions: digest('4') },
}
const details: Details = {
  generator: { 'code/codegen/emit.ts': 'a', 'code/isa/row.ts': 'a', 'templates/runtime/state.h': 'a' },
  machine: { 'chips.ALU.width': '36', 'limits.height': '8' },
  'target/facts': { __AVX2__: '1', __STDC__: '1' },
  'input/extensions': { rv64i: 'a', keccak: 'a' },
  'tool/cc/digest': { path: '/opt/one/clang-22' },
}

interface Store {
  readonly cache: Cache
  readonly layout: Layout
  /** Stores an entry for these inputs; its artifact key is all `letter`. */
  publish(letter: string, input?: LibraryInputs, described?: Details): Promise<void>
  explain(change: Partial<LibraryInputs>, described?: Details): Promise<LibraryExplanation>
}

async function store(): Promise<Store> {
  const directory = await temporaryDirectory()
  const library = await sampleLibrary(directory)
  const cache = await openCache({ cacheDir: join(directory, 'cache'), environment: {} })
  return {
    cache,
    layout: layoutOf(join(directory, 'cache')),
    async publish(letter, input = base, described = details) {
      const { key, parts } = inputKey(input)
      const entry = await cache.publish(digest(letter), key, library, {
        parts: [],
        inputParts: parts,
        info: { mode: input.mode, guest: input.guestDigest },
        details: () => Promise.resolve(described),
      })
      entry?.file.close()
    },
    explain(change, described = details) {
      const inputs = { ...base, ...change }
      const subject = { fact: 'guest', value: inputs.guestDigest }
      return cache.explain(inputKey(inputs), { descriptions, details: described, subject })
    },
  }
}

const toolchain = (change: Partial<Toolchain>): Partial<LibraryInputs> => ({
  toolchain: { ...sampleToolchain, ...change },
})
const environment = (value: string | undefined): Partial<LibraryInputs> =>
  toolchain({ environment: { ...sampleToolchain.environment, SOURCE_DATE_EPOCH: value } })
const facts = { macros: '', digest: digest('5') }

const kinds: [string, Partial<LibraryInputs>, Partial<Details>, object[]][] = [
  [
    'guest bytes',
    { guestDigest: digest('9') },
    {},
    [
      {
        part: 'guest',
        kind: 'guest',
        stored: digest('1'),
        now: digest('9'),
        meaning: 'the guest file has other contents',
      },
    ],
  ],
  [
    'machine',
    { machineDigest: digest('9') },
    { machine: { 'chips.ALU.width': '37', 'limits.height': '8', 'limits.memory': '1' } },
    [
      {
        part: 'machine',
        kind: 'machine',
        stored: digest('2'),
        now: digest('9'),
        meaning: 'the machine has other chips, widths or limits (changed: chips.ALU.width; new: limits.memory)',
      },
    ],
  ],
  [
    'generator code',
    { generatorDigest: digest('9') },
    { generator: { ...details['generator'], 'code/codegen/emit.ts': 'b', 'code/new.ts': 'a' } },
    [
      {
        part: 'generator',
        kind: 'generator',
        stored: digest('3'),
        now: digest('9'),
        meaning: "rvr's code generator is another one (changed: code/codegen/emit.ts; new: code/new.ts)",
      },
    ],
  ],
  [
    'template',
    { generatorDigest: digest('9') },
    { generator: { ...details['generator'], 'templates/runtime/state.h': 'b' } },
    [
      {
        part: 'generator',
        kind: 'template',
        stored: digest('3'),
        now: digest('9'),
        meaning: 'templates of generated C (changed: templates/runtime/state.h)',
      },
    ],
  ],
  [
    'mode',
    { mode: 'metered' },
    {},
    [{ part: 'mode', kind: 'mode', stored: 'pure', now: 'metered', meaning: 'another mode: pure then, metered now' }],
  ],
  [
    'mode option',
    { modeOptions: { flag: false } },
    {},
    [
      {
        part: 'mode/flag',
        kind: 'mode',
        stored: 'true',
        now: 'false',
        meaning: 'option flag of the mode: "true" then, "false" now',
      },
    ],
  ],
  [
    'mode option left out',
    { modeOptions: {} },
    {},
    [
      {
        part: 'mode/flag',
        kind: 'mode',
        stored: 'true',
        now: null,
        meaning: 'option flag of the mode: "true" then, unset now',
      },
    ],
  ],
  [
    'compiler version',
    toolchain({ cc: { ...sampleToolchain.cc, digest: digest('9'), version: 'clang version 22.1.1' } }),
    { 'tool/cc/digest': { path: '/opt/two/clang-22' } },
    [
      {
        part: 'tool/cc',
        kind: 'tool',
        stored: 'clang version 22.1.0',
        now: 'clang version 22.1.1',
        meaning:
          'the compiler has another version: clang version 22.1.0 then, clang version 22.1.1 now (/opt/one/clang-22 then, /opt/two/clang-22 now)',
      },
    ],
  ],
  [
    'compiler contents',
    toolchain({ cc: { ...sampleToolchain.cc, digest: digest('9') } }),
    {},
    [
      {
        part: 'tool/cc',
        kind: 'tool',
        stored: digest('a'),
        now: digest('9'),
        meaning: 'the compiler has other contents under the same version, clang version 22.1.0',
      },
    ],
  ],
  [
    'linker',
    toolchain({ ld: { ...sampleToolchain.ld, version: 'GNU ld 2.41' } }),
    {},
    [
      {
        part: 'tool/ld',
        kind: 'tool',
        stored: 'GNU ld 2.40',
        now: 'GNU ld 2.41',
        meaning: 'the linker has another version: GNU ld 2.40 then, GNU ld 2.41 now',
      },
    ],
  ],
  [
    'make',
    toolchain({ make: { ...sampleToolchain.make, version: 'GNU Make 4.4' } }),
    {},
    [{ part: 'tool/make', kind: 'tool', meaning: 'make has another version: GNU Make 4.3 then, GNU Make 4.4 now' }],
  ],
  [
    'program behind the compiler',
    toolchain({ programs: [sampleToolchain.ld] }),
    {},
    [
      {
        part: 'tool/program-0',
        kind: 'tool',
        stored: null,
        now: 'GNU ld 2.40',
        meaning: 'program 0 behind the compiler is new: GNU ld 2.40',
      },
    ],
  ],
  [
    'target CPU and with it a flag',
    toolchain({ targetCpu: 'x86-64-v3' }),
    {},
    [
      {
        part: 'flags/compile',
        kind: 'flag',
        stored: '-march=native',
        now: '-march=x86-64-v3',
        meaning: 'compile flags: no longer -march=native; now -march=x86-64-v3',
      },
      { part: 'target/cpu', kind: 'target', stored: 'native', now: 'x86-64-v3' },
    ],
  ],
  [
    'CPU features',
    toolchain({ cpuFeatures: ['bmi2', 'sha_ni'] }),
    {},
    [
      {
        part: 'target/features',
        kind: 'cpu-feature',
        stored: 'avx2',
        now: 'bmi2 sha_ni',
        meaning: 'features that the CPU must have: no longer avx2; now bmi2, sha_ni',
      },
    ],
  ],
  [
    'target facts',
    toolchain({ targetFacts: facts }),
    { 'target/facts': { __STDC__: '1', __BMI2__: '1' } },
    [
      {
        part: 'target/facts',
        kind: 'target',
        stored: digest('d'),
        now: digest('5'),
        meaning: 'what the compiler knows about the CPU (new: __BMI2__; gone: __AVX2__)',
      },
    ],
  ],
  [
    'make argument',
    { makeArguments: ['VERIFY_TAIL_CALLS=1', 'X=1'] },
    {},
    [{ part: 'make', kind: 'make-argument', stored: null, now: 'X=1', meaning: 'arguments of make: now X=1' }],
  ],
  [
    'make argument in front of others',
    { makeArguments: ['B=1', 'VERIFY_TAIL_CALLS=1'] },
    {},
    [{ part: 'make', kind: 'make-argument', stored: null, now: 'B=1' }],
  ],
  [
    'environment variable set',
    environment('0'),
    {},
    [
      {
        part: 'environment/SOURCE_DATE_EPOCH',
        kind: 'environment',
        stored: null,
        now: '0',
        meaning: 'environment variable SOURCE_DATE_EPOCH: unset then, "0" now',
      },
    ],
  ],
  [
    'environment variable empty',
    environment(''),
    {},
    [
      {
        part: 'environment/SOURCE_DATE_EPOCH',
        kind: 'environment',
        stored: null,
        now: '',
        meaning: 'environment variable SOURCE_DATE_EPOCH: unset then, empty now',
      },
    ],
  ],
  [
    'architecture',
    toolchain({ arch: 'arm64' }),
    {},
    [
      { kind: 'flag' },
      {
        part: 'host/arch',
        kind: 'host',
        stored: 'x64',
        now: 'arm64',
        meaning: 'another architecture: "x64" then, "arm64" now',
      },
    ],
  ],
  [
    'binary interface',
    { abiVersion: 2 },
    {},
    [
      {
        part: 'abi',
        kind: 'abi',
        stored: '1',
        now: '2',
        meaning: "another version of rvr's binary interface: 1 then, 2 now",
      },
    ],
  ],
  [
    'guest ABI',
    { inputs: { ...base.inputs, abi: 'linux' } },
    {},
    [
      {
        part: 'input/abi',
        kind: 'abi',
        stored: 'openvm',
        now: 'linux',
        meaning: 'another ABI of the guest: openvm then, linux now',
      },
    ],
  ],
  [
    'register width',
    { inputs: { ...base.inputs, xlen: 32 } },
    {},
    [{ part: 'input/xlen', kind: 'other', meaning: 'xlen: "64" then, "32" now' }],
  ],
  [
    'extensions',
    { inputs: { ...base.inputs, extensions: digest('9') } },
    { 'input/extensions': { rv64i: 'a', keccak: 'b', sha2: 'a' } },
    [
      {
        part: 'input/extensions',
        kind: 'extension',
        meaning: 'the extensions are others (changed: keccak; new: sha2)',
      },
    ],
  ],
  [
    'extension file',
    { extensionFiles: [{ name: 'own/field.a', digest: digest('f'), bytes: 7 }] },
    {},
    [
      {
        part: 'extension/own/field.a',
        kind: 'extension',
        stored: digest('e'),
        now: digest('f'),
        meaning: 'file own/field.a of an extension has other contents',
      },
    ],
  ],
  [
    'extension files new and gone',
    { extensionFiles: [{ name: 'own/curve.a', digest: digest('e'), bytes: 7 }] },
    {},
    [
      { part: 'extension/own/curve.a', kind: 'extension', meaning: 'file own/curve.a of an extension is new' },
      {
        part: 'extension/own/field.a',
        kind: 'extension',
        now: null,
        meaning: 'file own/field.a of an extension is gone',
      },
    ],
  ],
]

describe('what differs is named:', () => {
  it.each(kinds)('%s', async (_, change, described, expected) => {
    const { publish, explain } = await store()
    await publish('a')
    const explanation = await explain(change, { ...details, ...described } as Details)
    expect(explanation).toMatchObject({ outcome: 'would-miss', nearest: { key: digest('a'), info: { mode: 'pure' } } })
    expect(explanation.differences).toEqual(expected.map(part => expect.objectContaining(part)))
    expect(explanationLines(explanation)).toHaveLength(1 + expected.length)
  })

  it('digests whose details are gone', async () => {
    const { publish, explain, layout } = await store()
    await publish('a')
    await rm(layout.details, { recursive: true })
    const { differences } = await explain({ generatorDigest: digest('9'), machineDigest: digest('8') })
    expect(differences.map(difference => difference.meaning)).toEqual([
      "rvr's code generator is another one; which files differ is not recorded",
      'the machine has other chips, widths or limits',
    ])
  })

  it('the order of a list, a schema, and parts of another time', () => {
    const text = (name: string, value: string): KeyPart => ({ name, type: 'text', value })
    const none = { stored: () => undefined, now: () => undefined }
    const list = (...words: string[]): KeyPart[] => words.map((word, index) => text(`make/00${index}`, word))
    expect(
      compare(
        [...list('A', 'B'), text('schema', '1'), text('old', 'x')],
        [...list('B', 'A'), text('schema', '2')],
        descriptions,
        none,
      ).differences.map(difference => difference.meaning),
    ).toEqual([
      'arguments of make in another order',
      'old: "x" then, unset now',
      'keys are made differently: schema 1 then, 2 now',
    ])
    const guest = [digestPart('guest', digest('1'), 5)]
    expect(compare(guest, guest, descriptions, none)).toEqual({ differences: [], distance: 0 })
  })
})

describe('the details of a key', () => {
  it('name generator files, macros, chips, extensions and tools', () => {
    const found = keyDetails({
      toolchain: { ...sampleToolchain, targetFacts: { macros: '#define __STDC__ 1\n#define __k8', digest: '' } },
      machine: defaultMachine(64),
      extensions: [{ name: 'own', rows: [] }],
    })
    expect(found['generator']).toMatchObject({
      'code/pipeline.ts': expect.stringMatching(/^[0-9a-f]{16}$/),
      'templates/project/Makefile': expect.any(String),
    })
    expect(found['target/facts']).toEqual({ __STDC__: '1', __k8: '' })
    expect(Object.keys(found['machine']!)).toEqual(
      expect.arrayContaining(['name', expect.stringMatching(/^chips\..+\.width$/)]),
    )
    expect(found).toMatchObject({
      'input/extensions': { own: expect.any(String) },
      'tool/cc/digest': { path: '/opt/one/clang-22' },
      'tool/make/digest': { path: '/usr/bin/make' },
    })
  })
})

describe('the entry that is compared with', () => {
  it('is of the same guest, with the fewest differences; another mode counts as far away', async () => {
    const { publish, explain } = await store()
    await publish('a', { ...base, guestDigest: digest('9') })
    await publish('b', { ...base, mode: 'metered' })
    await publish('c', { ...base, ...toolchain({ cpuFeatures: ['bmi2'], targetCpu: 'x86-64-v3' }) })
    expect((await explain({})).nearest?.key).toBe(digest('c'))
    expect((await explain({ mode: 'metered', abiVersion: 2 })).nearest?.key).toBe(digest('b'))
  })

  it('is of the same configuration where the guest is new', async () => {
    const { publish, explain } = await store()
    await publish('a')
    await publish('b', { ...base, mode: 'metered' })
    expect(await explain({ guestDigest: digest('9'), mode: 'metered' })).toMatchObject({
      nearest: { key: digest('b') },
      differences: [{ kind: 'guest' }],
    })
  })

  it('is the one used last of two that are alike', async () => {
    const { cache, publish, explain } = await store()
    await publish('a', { ...base, abiVersion: 7 })
    await publish('b', { ...base, abiVersion: 8 })
    expect((await explain({})).nearest?.key).toBe(digest('b'))
    ;(await cache.lookup(digest('a')))?.file.close()
    expect((await explain({})).nearest?.key).toBe(digest('a'))
  })
})

describe('an explanation', () => {
  it('of a hit names the entry, and is no use of it', async () => {
    const { cache, layout, publish, explain } = await store()
    await publish('a')
    const before = await cache.stats()
    expect(await explain({})).toEqual({
      outcome: 'hit',
      key: digest('a'),
      inputKey: inputKey(base).key,
      differences: [],
    })
    expect(await cache.stats()).toEqual(before)
    await publish('b', { ...base, mode: 'metered' })
    await explain({})
    expect(readUses(layout)).toEqual([digest('a'), digest('b')])
  })

  it('tells of an entry that was evicted, and why', async () => {
    const { cache, publish, explain } = await store()
    await publish('a')
    await publish('b', { ...base, mode: 'metered' })
    await cache.prune({ maxBytes: 0 })
    const explanation = await explain({})
    expect(explanation).toMatchObject({
      outcome: 'would-miss',
      reason: 'there is no entry to compare with',
      evicted: {
        key: digest('a'),
        reason: 'size',
        info: { mode: 'pure', guest: digest('1') },
        evictedMs: expect.any(Number),
      },
      differences: [],
    })
    expect(explanationLines(explanation)[0]).toMatch(
      /^was here, evicted on \d{4}-.*Z \(the cache was over its size limit\)$/,
    )
    expect((await explain({ abiVersion: 2 })).evicted).toBeUndefined()
  })

  it('tells of damage, of what leads nowhere, and of an empty or missing cache', async () => {
    const { publish, explain, layout } = await store()
    expect(await explain({})).toEqual({
      outcome: 'would-miss',
      inputKey: inputKey(base).key,
      reason: 'there is no entry to compare with',
      differences: [],
    })
    await publish('a')
    await writeFile(inputFile(layout, inputKey(base).key), 'garbage')
    expect(await explain({})).toMatchObject({
      outcome: 'would-miss',
      reason: 'what leads to the entry is damaged',
      differences: [],
    })
    await rm(inputFile(layout, inputKey(base).key))
    expect(await explain({})).toMatchObject({
      outcome: 'would-miss',
      reason: 'the entry is there, but nothing leads to it',
      nearest: { key: digest('a') },
    })
    await publish('a')
    await rm(join(entryDirectory(layout, digest('a')), 'library.so'))
    expect((await explain({})).reason).toMatch(/^the entry a+ is damaged: its library cannot be read/)
    await rm(entryDirectory(layout, digest('a')), { recursive: true })
    expect((await explain({})).reason).toMatch(/^the entry a+ is gone$/)
    const off = await openCache({ cacheDir: false })
    expect(await off.explain(inputKey(base), { descriptions, details })).toEqual({
      outcome: 'off',
      reason: 'the cache is off',
      differences: [],
    })
  })
})
