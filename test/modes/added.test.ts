/** A mode is added by registering it: it runs, stops, moves, is saved and goes on in either engine, with no other change. */
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { decoderFor } from '../../src/extensions/registry.ts'
import type { Guest, Run } from '../../src/index.ts'
import { addMode } from '../../src/modes/registry.ts'
import { fetchAt } from '../../src/program/slots.ts'
import { busyGuest, busyOptions, useDirectory } from '../run/saved-support.ts'
import { artifactOf, engines, errorOf, expectSame, useRvr, widths } from '../run/support.ts'
import { sample } from '../support/exhaustive.ts'
import { useMoves } from '../run/tier-support.ts'

const host = useRvr('own', 'quick')
const directory = useDirectory()
const moved = useMoves()

beforeAll(async () => {
  for (const file of ['stores', 'store-widths']) await addMode(new URL(`./${file}.ts`, import.meta.url).href)
})

/** Stores by width, from the executions that mode `profile` counts. */
function storesIn({ image, abi }: Guest, { profile }: Run): bigint[] {
  const counts = [0n, 0n, 0n, 0n]
  for (const [pc, times] of profile!.counts) {
    const row = fetchAt(image, decoderFor(image.xlen, abi), pc)!.instr?.row
    if (row?.kind === 'store') counts[Math.log2(row.width)]! += BigInt(times)
  }
  return counts
}

describe.each(widths)('RV%i', xlen => {
  let guest: Guest
  let reports: Readonly<Record<string, object>>
  beforeAll(async () => {
    guest = await host.rvr.load(busyGuest(xlen))
    using run = await guest.interpret('profile').execute(busyOptions)
    const storeWidths = storesIn(guest, run)
    reports = {
      stores: { stores: storeWidths.reduce((sum, count) => sum + count) },
      'store-widths': { storeWidths },
    }
  })

  // The widths share the modes: each has an interpreter that is compiled for it.
  const modes = sample(['stores', 'store-widths'], xlen / 32)
  test.each(modes)('%s: all engines report what was executed', async mode => {
    const [native, ...others] = await Promise.all(
      engines.map(async engine => (await artifactOf(guest, mode, engine)).execute(busyOptions)),
    )
    expect(native!.collected).toEqual(reports[mode])
    for (const other of others) {
      expect(other.collected).toEqual(reports[mode])
      expectSame(native!, other)
      other.dispose()
    }
    native!.dispose()
  })

  test.each(modes)('%s: stopped, saved and resumed in the other engine', async mode => {
    for (const [index, engine] of engines.entries()) {
      using first = await (await artifactOf(guest, mode, engine)).execute({ ...busyOptions, maxInstructions: 20_123 })
      using second = await first.resume({ maxInstructions: 1234 })
      const file = await second.save(join(directory.path, `${mode}-${xlen}-${engine}.run`))
      const other = await artifactOf(guest, mode, engines[(index + 1) % engines.length]!)
      using last = await other.resumeFrom(file)
      expect(last.outcome).toBe('terminated')
      expect(last.collected).toEqual(reports[mode])
      // What a run has collected stays what it was when the run goes on.
      const before = structuredClone(second.collected)
      using whole = await second.resume()
      expect(second.collected).toEqual(before)
      expect(whole.collected).toEqual(reports[mode])
    }
  })

  test.each(modes)('%s: what was counted moves into native code with the guest', async mode => {
    const artifact = await moved(guest, await artifactOf(guest, mode, 'native'), 10_007n)
    using run = await artifact.execute(busyOptions)
    expect([run.engine, run.interpreted]).toEqual(['native', 10_007n])
    expect(run.collected).toEqual(reports[mode])
  })
})

test('options of other modes are refused', async () => {
  const guest = await host.rvr.load(busyGuest(64))
  const artifact = await artifactOf(guest, 'stores', 'interp')
  for (const options of [{ stopAtSegment: true }, { segmentLimits: { maxInteractions: 1 } }, { maxCost: 1 }])
    expect(await errorOf(artifact.execute(options))).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('mode stores'),
    })
})

test('two modes cannot have one name', async () => {
  const module = new URL('./stores.ts', import.meta.url).href
  await addMode(module)
  expect(await errorOf(addMode(`${module}?other`))).toMatchObject({ code: 'USAGE' })
})
