/** The hash and the container are those of the proof system: its vectors, and files that the slow prover wrote. */
import { bytesToHex } from '@noble/hashes/utils.js'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Chain, ClaimedChain } from '../../src/archive/chain.ts'
import { contents } from '../../src/archive/kinds.ts'
import { parseArchive } from '../../src/archive/read.ts'
import { tablesIn } from '../../src/archive/tables.ts'
import { encodeArchive } from '../../src/archive/write.ts'
import { mockVerdict } from '../stark/slow/mock.ts'
import { smallSystems } from './small-systems.ts'
import { vectorFiles } from './vector-files.ts'

test.each([
  ['leaf', 0x58fa_e50f, 0x25f6_0f73],
  ['node', 0xe446_2348, 0x67d2_050b],
  ['join', 0xa597_3828, 0xf4cf_a481],
  ['transcript', 0xff1c_2e78, 0xb420_e5a1],
  ['content', 0x46ca_39ea, 0xc14b_40f0],
] as const)('where chains of %s begin', (name, first, second) => {
  const words = new Uint32Array(new Chain(name).digest().buffer)
  expect([...words.subarray(0, 2)]).toEqual([first, second])
})

const hashed = (name: 'leaf' | 'node' | 'transcript', bytes: Uint8Array, frame?: readonly number[]): string => {
  const chain = new Chain(name)
  if (frame !== undefined) chain.frame(...frame)
  chain.add(bytes)
  chain.pad()
  return bytesToHex(chain.digest())
}

test('a node, a leaf, and what a transcript absorbs', () => {
  expect(hashed('node', new Uint8Array(64))).toBe('f909fae81ac8486789b0bcdac811fb8847b097b5080a160a737597052c2cfb42')
  const words = new Uint8Array(Uint32Array.of(1, 2, 3).buffer)
  expect(hashed('leaf', words)).toBe('ec4c08bd5e689012be5fafa48cec66d931c5870d91eff67ff57657e881d2356b')
  const bytes = Uint8Array.from({ length: 40 }, (_, at) => at)
  const wanted = '442bf2e43732b4923db206297b117fde6ed68095e7cea449face798e2acfe4ae'
  expect(hashed('transcript', bytes, [1, 1, 40])).toBe(wanted)
})

test('where bytes are cut does not matter to a chain', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, at) => (7 * at) % 256)
  for (const step of [1, 3, 63, 64, 65, 130, 999]) {
    const chain = new Chain('leaf')
    for (let at = 0; at < bytes.length; at += step) chain.add(bytes.subarray(at, at + step))
    chain.pad()
    expect(bytesToHex(chain.digest())).toBe(hashed('leaf', bytes))
  }
})

test('a claimed end is that of the chain, and no other', () => {
  for (const length of [0, 1, 63, 64, 65, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, at) => (3 * at + length) % 256)
    const chain = new Chain('content')
    const claims = Array.from({ length: 34 }, () => new ClaimedChain('content'))
    for (const each of [chain, ...claims]) {
      each.frame(1, 2, 3)
      each.add(bytes)
      each.pad()
    }
    const digest = chain.digest()
    expect(claims[0]!.endsWith(digest)).toBe(true)
    const others = Array.from(digest, (byte, at) => digest.with(at, byte ^ (1 << (at % 8))))
    for (const [at, other] of [...others, new Uint8Array(32)].entries())
      expect(claims[at + 1]!.endsWith(other), `byte ${at} of ${length}`).toBe(false)
  }
})

/** Those that are here; RVR_STARK_VECTORS names a directory with more of them. */
const folders = [new URL('vectors', import.meta.url).pathname, process.env['RVR_STARK_VECTORS']]
const files = folders.flatMap(folder =>
  folder === undefined
    ? []
    : readdirSync(folder)
        .filter(name => !name.endsWith('.json'))
        .map(name => join(folder, name)),
)

test.each(files)('%s is read, and written again byte for byte', async path => {
  const bytes = new Uint8Array(readFileSync(path))
  const archive = await parseArchive(bytes, { file: path })
  expect(path).toContain(archive.content)
  const sections = new Map(archive.sections.map(({ kind }) => [kind, [archive.view(kind)]]))
  expect(Buffer.compare(await encodeArchive({ content: archive.content, sections }), bytes)).toBe(0)
})

test('what is in them', async () => {
  const read = (name: string) =>
    parseArchive(new Uint8Array(readFileSync(new URL(`vectors/${name}`, import.meta.url))), { file: name })
  const proof = await read('squares.test.proof')
  expect(bytesToHex(proof.view(0x101))).toBe((await read('squares.test.vkey')).digest)
  expect(proof.digest).toBeUndefined()
  expect(proof.sections).toHaveLength(contents.proof.sections.length)
  const { tables, publics } = tablesIn(await read('squares.traces'))
  expect(tables).toMatchObject([{ air: 0, isFixed: false, height: 64, width: 3 }])
  // Three columns, row by row.
  expect([...tables[0]!.cells.subarray(0, 6)]).toEqual([5, 25, 25, 6, 36, 61])
  expect(publics).toHaveLength(3)
  expect(tablesIn(await read('relay.traces')).tables.filter(({ isFixed }) => isFixed)).toMatchObject([
    { air: 3, height: 64, width: 3 },
    { air: 4, height: 8, width: 1 },
  ])
})

test('they are what the small systems are: else, node test/archive/vector-files.ts writes them anew', () => {
  const found = new Map(
    readdirSync(new URL('vectors', import.meta.url)).map(name => [
      name,
      Buffer.from(readFileSync(new URL(`vectors/${name}`, import.meta.url))).toString('hex'),
    ]),
  )
  const wanted = new Map([...vectorFiles()].map(([name, bytes]) => [name, bytesToHex(bytes)]))
  expect(found).toEqual(wanted)
})

test.each(Object.entries(smallSystems))('what %s says is true', (_, { system, witness }) => {
  expect(mockVerdict(system, witness)).toEqual({ broken: [], isBalanced: true })
})
