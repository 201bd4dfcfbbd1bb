/** Nothing that an Rvr has made begins anything once it is disposed of. */
import { beforeAll, expect, test } from 'vitest'
import { Rvr, type Artifact, type Guest, type Run } from '../../src/index.ts'
import { endless, errorOf, program } from '../run/support.ts'

let rvr: Rvr, guest: Guest, artifact: Artifact, run: Run, compiling: Promise<Error>
beforeAll(async () => {
  rvr = await Rvr.create({ cacheDir: false })
  guest = await rvr.load(program(64, endless['a jump to itself']!))
  artifact = guest.interpret('metered')
  run = await artifact.execute({ maxInstructions: 10 })
  compiling = errorOf(guest.compile('pure'))
  await Promise.all([rvr.dispose(), rvr.dispose()])
})

test('a compile that goes on ends with it', async () => {
  expect(await compiling).toMatchObject({ code: 'DISPOSED' })
})

test.each<readonly [string, () => unknown]>([
  ['load', () => rvr.load(program(64, endless['a jump to itself']!))],
  ['compile', () => guest.compile('pure')],
  ['tiered', () => guest.tiered('pure')],
  ['explainCache', () => guest.explainCache('pure')],
  ['interpret', () => guest.interpret('pure')],
  ['loadArtifact', () => guest.loadArtifact('nothing')],
  ['check', () => guest.check(artifact)],
  ['execute', () => artifact.execute()],
  ['resumeFrom', () => artifact.resumeFrom('nothing')],
  ['artifact.save', () => artifact.save('nothing')],
  ['resume', () => run.resume()],
  ['trace', () => run.trace({ maxInstructions: 1 })],
  ['run.save', () => run.save('nothing')],
  ['segmentStart', () => run.segmentStart(0)],
])('%s', async (_name, call) => {
  expect(await errorOf((async () => call())())).toMatchObject({ code: 'DISPOSED' })
})

test('the values of a run stay', () => {
  expect(run).toMatchObject({ outcome: 'suspended', instret: 10n })
  expect(run.memory.read(0, 4)).toEqual(new Uint8Array(4))
  run.dispose()
})
