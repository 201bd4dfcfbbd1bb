/** What `rvr inspect` says of archives, and that what contradicts itself is refused there too. */
import { expect, test } from 'vitest'
import { parseArchive } from '../../src/archive/read.ts'
import { fragmentsContent } from '../../src/archive/fragments.ts'
import { segmentContent } from '../../src/archive/segment.ts'
import { encodeArchive, type Content } from '../../src/archive/write.ts'
import { airSetDigest } from '../../src/air/digest.ts'
import { shippedAirs } from '../../src/air/load.ts'
import { profileContent } from '../../src/profile/content.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import { withChips } from '../../src/machine/chips.ts'
import { defaultMachine } from '../../src/machine/machine.ts'
import { airsOfMachine } from '../../src/trace/airs.ts'
import { inspectArchive } from '../../src/report/archives/archive.ts'
import type { Answer } from '../../src/report/answer.ts'
import { executed, facts, recorded, savedFacts, savedRun, samples, segment, vector } from './samples.ts'

const answered = async (content: Content): Promise<Answer> =>
  inspectArchive('x', await parseArchive(await encodeArchive(content), { file: 'x' }, true))

test('the frame of every content', async () => {
  for (const { content, bytes } of await samples()) {
    const archive = await parseArchive(bytes, { file: 'x' })
    const { json, text } = inspectArchive('x', archive)
    expect(json).toMatchObject({ kind: 'archive', content, bytes: bytes.length, digest: archive.digest })
    for (const { name, kind } of archive.sections) expect(text).toContain(`0x${kind.toString(16)} ${name}`)
  }
})

test('tables of a machine that is not ours have numbers, those of ours have names', async () => {
  const foreign = await answered(segmentContent(segment, facts))
  expect(foreign.text).toContain('(none of this rvr)')
  expect(foreign.json).toMatchObject({ tables: [{ air: 0, rows: 5, height: 8, width: 3, fixed: false }, { air: 1 }] })
  expect(foreign.text).toContain('21 instructions from 1,000 on, and the guest ends with code 7')
  const { extensions } = abiNamed('openvm')
  const set = airsOfMachine(withChips(defaultMachine(64), extensions), extensions)
  expect(set.airs.length).toBeGreaterThan(shippedAirs(64).airs.length)
  const air = set.airs.find(({ name }) => name === 'AddI')!
  const tables = [{ air, height: 2, rows: 1, cells: new Uint32Array(2 * air.columns.length) }]
  const own = await answered(segmentContent({ set, tables, publics: new Map() }, facts))
  const shipped = await answered(segmentContent({ set: shippedAirs(64), tables: [], publics: new Map() }, facts))
  expect(shipped.json).toMatchObject({ origin: { machineName: 'rv64im' }, tables: [] })
  expect(own.json).toMatchObject({
    origin: { machineName: set.name, machine: airSetDigest(set) },
    tables: [{ name: 'AddI' }],
  })
})

test('a recorded segment', async () => {
  const { json, text } = await answered(fragmentsContent(recorded))
  expect(json).toMatchObject({ pieces: { count: 3, tapeWords: 5, memoryPages: 2 }, origin: { index: 1 } })
  expect(text).toContain('3 pieces, 5 words of tape, 2 pages of memory')
  await expect(answered(fragmentsContent({ ...recorded, pieces: [] }))).rejects.toMatchObject({
    code: 'ARCHIVE_INVALID',
  })
})

test('a suspended run', async () => {
  const { json, text } = await answered(savedRun)
  const { guest, machine, extensions } = savedFacts
  const stand = { stopCause: 'timeout', pc: '0x1000', instret: 1000, cost: `${2n ** 70n + 5n}`, memoryPages: 1 }
  expect(json).toMatchObject({
    run: { xlen: 64, abi: 'openvm', mode: 'pure', ...stand, guest, machine, abiDigest: extensions },
  })
  expect(text).toContain('RV64, abi openvm, mode pure, stopped by timeout')
  expect(text).toContain('0x1000 behind 1,000 instructions')
})

test('a profile', async () => {
  const { json, text } = await answered(profileContent(executed))
  const executions = `${5n * 3n + 2n ** 53n - 1n + 6n}`
  expect(json).toMatchObject({ profile: { guest: executed.guest, blocks: 3, instructions: 8, executions } })
  expect(text).toContain('8 instructions in 3 blocks: 9,007,199,254,741,012 executions')
})

test('keys and proofs', async () => {
  const [key, proof] = await Promise.all(
    ['squares.test.vkey', 'squares.test.proof'].map(name => parseArchive(vector(name), { file: name })),
  )
  const ofKey = inspectArchive('x', key!)
  expect(ofKey.json).toMatchObject({ key: { set: 'test', airs: [{ isRequired: true, mainWidth: 3, constraints: 7 }] } })
  expect(ofKey.text).toContain('test: blow-up 2, 1 query')
  const { json, text } = inspectArchive('x', proof!)
  expect(json).toMatchObject({ proof: { keyDigest: key!.digest, tables: [{ air: 0 }], security: undefined } })
  expect(text).not.toContain('security')
  const known = inspectArchive('x', proof!, undefined, key)
  expect(known.json).toMatchObject({ proof: { set: 'test', security: { conjectured: { hash: 128 } } } })
  expect(known.text).toContain('security, if it verifies')
  proof!.view(0x101)[0]! ^= 1
  expect(() => inspectArchive('x', proof!, undefined, key)).toThrow(/another key/)
  proof!.words(0x102)[0] = 25
  expect(() => inspectArchive('x', proof!)).toThrow(/2\^24 at most/)
})
