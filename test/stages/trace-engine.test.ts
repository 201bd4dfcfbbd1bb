/** The stage of trace engines: its keys, and that what is made once is found again. */
import { expect, inject, test } from 'vitest'
import { airSetDigest } from '../../src/air/digest.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import { airsOfMachine } from '../../src/trace/airs.ts'
import { airsOf } from '../../src/trace/system/airs.ts'
import { defaultMachine } from '../../src/machine/machine.ts'
import { createServices, prepareTraceEngine } from '../../src/pipeline.ts'
import { keyOf } from '../../src/stages/obtain.ts'
import { beginTraceEngine } from '../../src/stages/trace-engine/making.ts'
import { traceEngine } from '../../src/stages/trace-engine/trace-engine.ts'
import { quickly } from '../run/support.ts'

const abi = abiNamed('openvm')
/** The AIRs that the SDK has, so that the engine is the one of other tests. */
const airsFor = (xlen: 32 | 64) => airsOfMachine(defaultMachine(xlen), abi.extensions)

const request = (xlen: 32 | 64, digest: string) => ({
  xlen,
  abi,
  machine: defaultMachine(xlen),
  airs: { digest, set: () => airsFor(xlen), own: airsOf },
})

test('an engine is made once for a machine and its AIRs', async () => {
  const services = await createServices({ cacheDir: inject('sharedCache'), ...quickly() }, () => {})
  const keyWith = async (xlen: 32 | 64, digest: string) =>
    keyOf(traceEngine, await beginTraceEngine(request(xlen, digest), services))!.key
  const keys = [await keyWith(32, 'a'), await keyWith(32, 'b'), await keyWith(64, 'a')]
  expect(new Set(keys).size).toBe(3)
  const wanted = request(32, airSetDigest(airsFor(32)))
  await prepareTraceEngine(wanted, services)
  const set = (): never => {
    throw new Error('the AIRs are asked for')
  }
  const found = await prepareTraceEngine({ ...wanted, airs: { ...wanted.airs, set } }, services)
  expect([found.outcome, found.isKept]).toEqual(['hit', true])
  await services.directories.removeAll()
})
