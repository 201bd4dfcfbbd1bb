/** The stage of trace engines: its keys, and that what is made once is found again. */
import { expect, inject, test } from 'vitest'
import { shippedAirs } from '../../src/air/load.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import { airsOf } from '../../src/trace/system/airs.ts'
import { defaultMachine } from '../../src/machine/machine.ts'
import { createServices, prepareTraceEngine } from '../../src/pipeline.ts'
import { keyOf } from '../../src/stages/obtain.ts'
import { beginTraceEngine } from '../../src/stages/trace-engine/making.ts'
import { traceEngine } from '../../src/stages/trace-engine/trace-engine.ts'

const request = (xlen: 32 | 64, digest: string) => ({
  xlen,
  abi: abiNamed('openvm'),
  machine: defaultMachine(xlen),
  airs: { digest, set: () => shippedAirs(xlen), own: airsOf },
})

test('an engine is made once for a machine and its AIRs', async () => {
  const services = await createServices({ cacheDir: inject('sharedCache') }, () => {})
  const keyWith = async (xlen: 32 | 64, digest: string) =>
    keyOf(traceEngine, await beginTraceEngine(request(xlen, digest), services))!.key
  const keys = [await keyWith(32, 'a'), await keyWith(32, 'b'), await keyWith(64, 'a')]
  expect(new Set(keys).size).toBe(3)
  await prepareTraceEngine(request(32, 'shipped'), services)
  const wanted = request(32, 'shipped')
  const set = (): never => {
    throw new Error('the AIRs are asked for')
  }
  const found = await prepareTraceEngine({ ...wanted, airs: { ...wanted.airs, set } }, services)
  expect([found.outcome, found.isKept]).toEqual(['hit', true])
  await services.directories.removeAll()
})
