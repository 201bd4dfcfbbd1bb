/** Proofs are verified by the library in C: what is wrong is told with the step, and nothing of it is believed. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RvrError } from '../../../src/errors.ts'
import { Rvr, VerifyingKey } from '../../../src/index.ts'
import { encodeArchive } from '../../../src/archive/write.ts'
import { readArchive } from '../../../src/archive/read.ts'
import { vector } from '../../archive/samples.ts'

const path = (name: string): string => new URL(`../../archive/vectors/${name}`, import.meta.url).pathname

let rvr: Rvr
beforeAll(async () => void (rvr = await Rvr.create()))
afterAll(() => rvr.dispose())

const rejected = async (work: Promise<unknown>): Promise<RvrError> => {
  const error = await work.then(
    () => undefined,
    (found: unknown) => found,
  )
  expect(error).toBeInstanceOf(RvrError)
  return error as RvrError
}

test('a proof that is right, from a file and from bytes', async () => {
  const key = await VerifyingKey.read(path('squares.test.vkey'))
  expect(key).toMatchObject({ set: 'test' })
  expect(Buffer.from(key.bytes).equals(vector('squares.test.vkey'))).toBe(true)
  for (const proof of [path('squares.test.proof'), vector('squares.test.proof')]) {
    const { verifyMs, ...verified } = await rvr.verifyProofs([proof], { key })
    expect(verified).toEqual({ segments: 1, exitCode: 0, finalRoot: Array(8).fill(0), key: key.digest })
    expect(verifyMs).toHaveLength(1)
  }
})

test('what is wrong is told with step and place', async () => {
  const key = await VerifyingKey.read(path('squares.test.vkey'))
  const proof = vector('squares.test.proof')
  const changed = (at: number): Uint8Array => {
    const bytes = new Uint8Array(proof)
    bytes[at]! ^= 1
    return bytes
  }
  const { offset } = (await readArchive(proof)).section(0x107)
  const found = await rejected(rvr.verifyProofs([changed(offset)], { key }))
  expect(found).toMatchObject({
    code: 'PROOF_INVALID',
    details: { file: 'proof 0', step: 'constraints', what: 'constraints', at: 0 },
  })
  expect(await rejected(rvr.verifyProofs([changed(0)], { key }))).toMatchObject({
    code: 'PROOF_INVALID',
    details: { step: 'archive', archive: { layer: 1, flaw: 'magic', offset: 0 } },
  })
  expect(await rejected(rvr.verifyProofs([proof.subarray(0, 100)], { key }))).toMatchObject({
    code: 'PROOF_INVALID',
    details: { step: 'archive', archive: { flaw: 'total' } },
  })
  const other = await VerifyingKey.read(path('relay.test.vkey'))
  expect(await rejected(rvr.verifyProofs([path('squares.test.proof')], { key: other }))).toMatchObject({
    code: 'PROOF_INVALID',
    details: { step: 'shape', what: 'key', file: path('squares.test.proof') },
  })
  // A key without roles is of runs of one segment.
  expect(await rejected(rvr.verifyProofs([proof, proof], { key }))).toMatchObject({
    code: 'PROOF_INVALID',
    details: { step: 'chain', segment: 1 },
  })
})

test('a key that contradicts itself is refused', async () => {
  const archive = await readArchive(vector('squares.test.vkey'))
  const sections = new Map(archive.sections.map(({ kind }) => [kind, [archive.words(kind).slice()]]))
  sections.get(0x202)![0]![15] = 3
  const key = await VerifyingKey.read(await encodeArchive({ content: 'vkey', sections }))
  expect(await rejected(rvr.verifyProofs([path('squares.test.proof')], { key }))).toMatchObject({
    code: 'KEY_INVALID',
    details: { step: 'key', section: '0x202' },
  })
})

test('what is no proof, or none at all', async () => {
  const key = await VerifyingKey.read(path('squares.test.vkey'))
  expect(await rejected(rvr.verifyProofs([], { key }))).toMatchObject({ code: 'USAGE' })
  expect(await rejected(rvr.verifyProofs([path('squares.test.proof')], {} as never))).toMatchObject({ code: 'USAGE' })
  expect(await rejected(rvr.verifyProofs(['missing.proof'], { key }))).toMatchObject({ code: 'IO' })
  expect(await rejected(VerifyingKey.read(path('squares.test.proof')))).toMatchObject({
    code: 'ARCHIVE_INVALID',
    details: { what: 'content' },
  })
  const ended = rvr.verifyProofs([path('squares.test.proof')], { key, signal: AbortSignal.abort() })
  expect(await rejected(ended)).toMatchObject({ code: 'ABORTED' })
})
