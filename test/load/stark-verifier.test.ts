/** The verifier's library, from the cache as from the compiler, and what it says of keys, proofs and runs. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { parseArchive } from '../../src/archive/read.ts'
import { archiveFlaws, proofFlaws, proofSteps } from '../../src/load/stark-fault.ts'
import { OpenKey, StarkVerifier } from '../../src/load/stark-verifier.ts'
import { createServices, prepareStark, type PipelineServices } from '../../src/pipeline.ts'
import { resourceText } from '../../src/resources.ts'
import { vector } from '../archive/samples.ts'
import { quickly } from '../run/support.ts'

let services: PipelineServices
let verifier: StarkVerifier
beforeAll(async () => {
  services = await createServices({ cacheDir: inject('sharedCache'), ...quickly() }, () => {})
  const { opened } = await prepareStark({ library: 'verifier' }, services)
  verifier = new StarkVerifier(opened)
})
afterAll(() => services.directories.removeAll())

async function opened(name: string): Promise<OpenKey> {
  const key = await verifier.openKey(vector(`${name}.vkey`))
  if (key instanceof OpenKey) return key
  throw new Error(JSON.stringify(key))
}

const publicsOf = async (name: string): Promise<Uint32Array> =>
  (await parseArchive(vector(name), { file: name })).words(0x103)

test('names are those of the C', () => {
  const names = (path: string, prefix: string): string[] =>
    [...resourceText(path).matchAll(new RegExp(`^ {2}${prefix}_([A-Z_]+)( = 1)?,`, 'gm'))].map(([, name]) =>
      name!.toLowerCase().replaceAll('_', '-'),
    )
  expect(names('ffi/stark/fault.h', 'STEP')).toEqual(proofSteps)
  expect(names('ffi/stark/fault.h', 'FLAW')).toEqual(proofFlaws)
  const [, enumeration] = resourceText('templates/archive/archive.h').split('enum rvr_archive_flaw {')
  const listed = enumeration!.split('/*')[0]!.match(/(?<=RVR_ARCHIVE_)[A-Z]+/g)!
  expect(listed.map(name => name.toLowerCase())).toEqual(archiveFlaws)
})

test('it is made once', async () => {
  const found = await prepareStark({ library: 'verifier' }, services)
  expect(found.outcome).toBe('hit')
})

test('proofs are accepted side by side, and no others', async () => {
  using key = await opened('relay.test')
  const proof = vector('relay.test.proof')
  const verdicts = await Promise.all([key.verify(proof), key.verify(proof), key.verify(vector('squares.test.proof'))])
  expect(verdicts).toEqual([undefined, undefined, { step: 'shape', what: 'key', section: 0x101, at: 0 }])
})

test('public values that are wanted', async () => {
  using key = await opened('squares.test')
  const proof = vector('squares.test.proof')
  const publics = await publicsOf('squares.test.proof')
  expect(await key.verify(proof, publics)).toBeUndefined()
  const others = publics.with(2, publics[2]! ^ 1)
  expect(await key.verify(proof, others)).toEqual({ step: 'elements', what: 'public', section: 0x103, at: 2 })
})

test('public values that are too few for the key', async () => {
  using key = await opened('squares.test')
  expect(key.publics).toBe(3)
  await expect(key.verify(vector('squares.test.proof'), new Uint32Array(2))).rejects.toMatchObject({ code: 'INTERNAL' })
  expect(() => key.chain().next(new Uint32Array(2))).toThrow('2 public values were handed over: the key has 3')
})

test('the verifier says where', async () => {
  using key = await opened('nibbles.test')
  const changed = async (change: (bytes: Uint8Array) => void): Promise<unknown> => {
    const bytes = vector('nibbles.test.proof')
    change(bytes)
    return key.verify(bytes)
  }
  const { sections } = await parseArchive(vector('nibbles.test.proof'), { file: 'proof' })
  const start = (kind: number): number => sections.find(each => each.kind === kind)!.offset
  expect(await changed(bytes => (bytes[0]! ^= 1))).toEqual({
    step: 'archive',
    what: 'archive',
    archive: { layer: 1, flaw: 'magic', offset: 0 },
  })
  expect(await changed(bytes => (bytes[start(0x10b)]! ^= 1))).toMatchObject({ step: 'paths', what: 'path', query: 0 })
  expect(await changed(bytes => bytes.fill(0, start(0x107), start(0x107) + 4))).toMatchObject({ step: 'constraints' })
})

test('a key that is none', async () => {
  expect(await verifier.openKey(new Uint8Array(10))).toEqual({
    step: 'key',
    what: 'archive',
    archive: { layer: 0, flaw: 'length', offset: 0 },
  })
  expect(await verifier.openKey(vector('squares.test.proof'))).toMatchObject({ archive: { layer: 1, flaw: 'content' } })
})

test('a run of one segment, under a key that does not say more', async () => {
  using key = await opened('relay.test')
  const publics = await publicsOf('relay.test.proof')
  const chain = key.chain()
  expect(chain.end()).toEqual({ fault: { step: 'chain', what: 'last', section: 0x103, at: 3, segment: 0 } })
  expect(chain.next(publics)).toBeUndefined()
  expect(chain.end()).toMatchObject({ result: { segments: 1, exitCode: 0 } })
  expect(chain.next(publics)).toMatchObject({ step: 'chain', what: 'roles', at: 3, segment: 1 })
})

test('a key that was closed', async () => {
  const key = await opened('squares.test')
  const running = key.verify(vector('squares.test.proof'))
  key[Symbol.dispose]()
  key[Symbol.dispose]()
  expect(await running).toBeUndefined()
  await expect(key.verify(vector('squares.test.proof'))).rejects.toMatchObject({ code: 'INTERNAL' })
})
