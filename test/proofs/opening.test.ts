/** Public values that are opened from a root: those that the memory holds, and no others. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { encodeArchive } from '../../src/archive/write.ts'
import { readArchive } from '../../src/archive/read.ts'
import type { ProofFault } from '../../src/load/stark-fault.ts'
import { StarkVerifier } from '../../src/load/stark-verifier.ts'
import { createServices, prepareStark, type PipelineServices } from '../../src/pipeline.ts'
import { openingContent, openingIn, type Opening } from '../../src/proofs/opening.ts'
import { quickly } from '../run/support.ts'
import { openingOf, standing, treeOver } from './standing.ts'

let services: PipelineServices
let verifier: StarkVerifier
beforeAll(async () => {
  services = await createServices({ cacheDir: inject('sharedCache'), ...quickly() }, () => {})
  verifier = new StarkVerifier((await prepareStark({ library: 'verifier' }, services)).opened)
})
afterAll(() => services.directories.removeAll())

const P = 2 ** 31 - 2 ** 27 + 1
const STEP = 'public-values'

async function verdict(opening: Opening | Uint8Array, root: Uint32Array): Promise<Uint8Array | ProofFault> {
  const bytes = opening instanceof Uint8Array ? opening : await encodeArchive(openingContent(opening))
  return verifier.publicValues(bytes, root)
}

const held = standing(64, 3, { memory: 5000, values: 64 })
const tree = treeOver(64, held)
const right = openingOf(64, held, tree)
const otherRoot = { step: STEP, what: 'opening' }

test.each([32, 64] as const)('values of RV%i of all lengths', async xlen => {
  for (const length of [0, 1, 7, 8, 16, 32, 63, 64, 100, 4099]) {
    const each = standing(xlen, length, { memory: 300, values: length })
    const own = treeOver(xlen, each)
    expect(await verdict(openingOf(xlen, each, own), own.root)).toEqual(each.values)
  }
})

test('bytes that are all zero, and those behind the last one', async () => {
  const values = Uint8Array.from({ length: 40 }, (_, at) => (at < 20 ? 1 : 0))
  const own = treeOver(64, { ...held, values })
  const opening = openingOf(64, { ...held, values }, own)
  expect(await verdict(opening, own.root)).toEqual(values)
  // They are the same memory: how many bytes the host had is not in it.
  expect(await verdict({ ...opening, values: values.subarray(0, 20) }, own.root)).toEqual(values.subarray(0, 20))
  expect(await verdict({ ...opening, values: values.subarray(0, 19) }, own.root)).toEqual(otherRoot)
})

test('each changed value and each changed word beside it', async () => {
  for (let at = 0; at < right.values.length; at++)
    expect(await verdict({ ...right, values: right.values.with(at, right.values[at]! ^ 1) }, tree.root)).toEqual(
      otherRoot,
    )
  for (let at = 0; at < 8; at++) {
    const beside = right.beside.with(at, (right.beside[at]! + 1) % P)
    expect(await verdict({ ...right, beside }, tree.root)).toEqual(otherRoot)
    const unreduced = right.beside.with(at, P)
    expect(await verdict({ ...right, beside: unreduced }, tree.root)).toEqual({
      step: STEP,
      what: 'element',
      section: 0x903,
      at,
    })
  }
})

test('values of another run, of another root, and longer or shorter ones', async () => {
  const other = { ...held, values: held.values.with(0, 99) }
  const otherTree = treeOver(64, other)
  expect(await verdict(openingOf(64, other, otherTree), tree.root)).toEqual(otherRoot)
  // The same public values in another memory, as where a run has not ended yet.
  const before = { ...held, memory: held.memory.with(0, 200) }
  const treeBefore = treeOver(64, before)
  expect(await verdict(openingOf(64, before, treeBefore), tree.root)).toEqual(otherRoot)
  expect(await verdict(right, treeBefore.root)).toEqual(otherRoot)
  expect(await verdict({ ...right, values: right.values.subarray(0, 31) }, tree.root)).toEqual(otherRoot)
  const longer = new Uint8Array(right.values.length + 1).fill(1)
  longer.set(right.values)
  expect(await verdict({ ...right, values: longer }, tree.root)).toEqual(otherRoot)
  expect(await verdict(right, tree.root.with(7, (tree.root[7]! + 1) % P))).toEqual(otherRoot)
})

test('the other width', async () => {
  expect(await verdict({ ...right, xlen: 32 }, tree.root)).toEqual(otherRoot)
  const none = { ...held, values: new Uint8Array() }
  const empty = treeOver(64, none)
  expect(await verdict({ ...openingOf(64, none, empty), xlen: 32 }, empty.root)).toEqual(otherRoot)
  expect(await verdict({ ...right, xlen: 128 as 64 }, tree.root)).toMatchObject({ step: STEP, what: 'xlen' })
})

test('archives that are none, or of other counts', async () => {
  const bytes = await encodeArchive(openingContent(right))
  for (const length of [0, 63, 64, 128, bytes.length - 64, bytes.length - 1])
    expect(await verdict(bytes.slice(0, length), tree.root)).toMatchObject({ step: STEP, what: 'archive' })
  for (let at = 0; at < bytes.length; at += 5) {
    const flipped = bytes.with(at, bytes[at]! ^ 0x10)
    expect(await verdict(flipped, tree.root)).toMatchObject({ step: STEP, what: 'archive' })
  }
  const { sections } = openingContent(right)
  const without = (kind: number, parts: readonly ArrayBufferView[]): Promise<Uint8Array> =>
    encodeArchive({ content: 'opening', sections: new Map([...sections, [kind, parts]]) })
  const twice = (kind: number): readonly ArrayBufferView[] => [...sections.get(kind)!, ...sections.get(kind)!]
  for (const [kind, parts] of [
    [0x901, []],
    [0x901, twice(0x901)],
    [0x902, [new Uint8Array(2 ** 20 + 1)]],
    [0x903, []],
    [0x903, twice(0x903)],
  ] as const)
    expect(await verdict(await without(kind, parts), tree.root)).toEqual({ step: STEP, what: 'count', section: kind })
})

test('what an archive says is read back, and what contradicts itself is refused', async () => {
  expect(openingIn(await readArchive(await encodeArchive(openingContent(right))))).toEqual(right)
  const read = async (sections: Opening): Promise<Opening> =>
    openingIn(await readArchive(await encodeArchive(openingContent(sections))))
  await expect(read({ ...right, xlen: 65 as 64 })).rejects.toMatchObject({ details: { layer: 4, section: '0x901' } })
  await expect(read({ ...right, beside: new Uint32Array(16) })).rejects.toMatchObject({
    details: { layer: 3, section: '0x903' },
  })
})
