/** Limits around calls of an extension: exact at every instruction, in every mode and engine, and no matter how a run is cut into pieces. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MEMORY_BYTES } from '../../src/elf/image.ts'
import { defaultMachine, type Guest, type Run } from '../../src/index.ts'
import { createInterpreter } from '../../src/interp/interpreter.ts'
import { loadImage } from '../../src/interp/memory.ts'
import { createHart } from '../../src/program/hart.ts'
import { busyGuest, CRC32 } from '../extensions/own/crc32-guest.ts'
import { randomSource } from '../support/random.ts'
import { sample } from '../support/exhaustive.ts'
import { expectEqual, nextLimits, useDirectory } from './saved-support.ts'
import { artifactOf, engines, errorOf, expectSame, factsOf, modeNames, useRvr, widths } from './support.ts'

const host = useRvr('shared', 'quick')
const directory = useDirectory()
const options = { seed: 9n, segmentLimits: { maxTraceHeight: 2048 } }
const ROUNDS = 30

/** Instruction counts in front of each call of the second round, behind it, and one further. */
function aroundCalls({ image, abi }: Guest): number[] {
  const hart = createHart(image.xlen, new Uint8Array(MEMORY_BYTES))
  const abiOptions = { inputs: [], seed: 9n }
  const limits = new Set<number>()
  loadImage(image, hart.memory)
  abi.start(image, hart, abiOptions)
  const interpreter = createInterpreter(image, abi)
  const state = abi.host.create(image, abiOptions)
  for (let executed = 0, calls = 0; calls < 8; executed++) {
    if (interpreter.instrAt(hart.pc)!.row.kind === 'call' && calls++ >= 4)
      for (const after of [0, 1, 2]) limits.add(executed + after)
    interpreter.run(hart, state, { maxInstructions: 1, print: () => {} })
  }
  return [...limits]
}

describe.each(widths)('RV%i', xlen => {
  // Short intervals: the guest has few instructions, and each counts as one.
  const shipped = defaultMachine(xlen)
  const machine = { ...shipped, limits: { ...shipped.limits, checkInterval: 100 } }
  const load = (): Promise<Guest> => host.rvr.load(busyGuest(xlen, ROUNDS), { extensions: [CRC32], machine })
  const optionsFor = (mode: string): typeof options | { seed: bigint } => (mode === 'metered' ? options : { seed: 9n })

  // The widths share the modes.
  describe.each(sample(modeNames, xlen / 32))('mode %s', mode => {
    const faster = ['native', 'native-interp'] as const
    test.each(faster)('an instruction limit is exact around every call and further on (%s)', async engine => {
      const guest = await load()
      const native = await artifactOf(guest, mode, engine)
      const interpreted = guest.interpret(mode)
      let reference = await interpreted.execute({ ...optionsFor(mode), maxInstructions: 0 })
      let pieces = await native.execute({ ...optionsFor(mode), maxInstructions: 0 })
      for (const limit of aroundCalls(guest)) {
        const maxInstructions = BigInt(limit) - reference.instret
        reference = await reference.resume({ maxInstructions })
        pieces = await pieces.resume({ maxInstructions })
        using run = await native.execute({ ...optionsFor(mode), maxInstructions: limit })
        expect(run, `after ${limit}`).toMatchObject({
          outcome: 'suspended',
          stopCause: 'instructions',
          instret: BigInt(limit),
        })
        expect(factsOf(run)).toEqual(factsOf(reference))
        expect(factsOf(pieces)).toEqual(factsOf(reference))
        expect([run.openSegment, pieces.openSegment]).toEqual([reference.openSegment, reference.openSegment])
      }
      expectSame(pieces, reference)
      using whole = await native.execute(optionsFor(mode))
      const [a, b] = await Promise.all([pieces.resume(), reference.resume()])
      for (const run of [a, b]) {
        expect({ ...factsOf(run) }).toEqual(factsOf(whole))
        expectEqual(run, whole)
        run.dispose()
      }
    })

    test('any pieces, saved and restored by turns in either engine, equal one run', async () => {
      const guest = await load()
      const artifacts = await Promise.all(engines.map(engine => artifactOf(guest, mode, engine)))
      using whole = await artifacts[1]!.execute(optionsFor(mode))
      const random = randomSource(xlen + mode.length)
      const longest = Number(whole.instret) / 5
      let run: Run = await artifacts[0]!.execute({ ...optionsFor(mode), ...nextLimits(random, artifacts[0]!, longest) })
      let saves = 0
      for (let pieces = 0; run.outcome === 'suspended'; pieces++) {
        if (pieces > 500) expect.fail(`no end, at ${run.instret}`)
        if (random(3) > 0) {
          run = await run.resume(nextLimits(random, artifacts[0]!, longest))
          continue
        }
        saves++
        const file = await run.save(join(directory.path, `${mode}-${xlen}.run`))
        run.dispose()
        run = await artifacts[random(artifacts.length)]!.resumeFrom(file, nextLimits(random, artifacts[0]!, longest))
      }
      expect(saves).toBeGreaterThan(0)
      expectEqual(run, whole)
      run.dispose()
    })
  })

  test('cost limits stop both engines in front of the same call', async () => {
    const guest = await load()
    // The widths share the modes.
    for (const mode of sample(['metered-cost', 'metered'] as const, xlen / 32)) {
      const [native, ...others] = await Promise.all(engines.map(engine => artifactOf(guest, mode, engine)))
      let cost = 0n
      const stops = new Set<bigint>()
      // A call costs 40 + 64 · 200 cells: the limits end in front of calls, and between them.
      for (let limit = 0n; limit < 150_000n; limit += 9_701n) {
        using run = await native!.execute({ ...optionsFor(mode), maxCost: limit })
        expect(run, `${mode}, ${limit}`).toMatchObject({ outcome: 'suspended', stopCause: 'cost' })
        for (const other of others) {
          using reference = await other.execute({ ...optionsFor(mode), maxCost: limit })
          expect(factsOf(run), `${mode}, ${limit}`).toEqual(factsOf(reference))
        }
        expect(run.cost! >= cost && run.cost! <= limit, `${mode}, ${limit}`).toBe(true)
        cost = run.cost!
        stops.add(run.instret)
      }
      expect(stops.size).toBeGreaterThan(6)
    }
  })

  test('stops at cuts are where the cuts of one run are', async () => {
    const guest = await load()
    for (const engine of engines) {
      const artifact = await artifactOf(guest, 'metered', engine)
      using whole = await artifact.execute(options)
      expect(whole.segments.length).toBeGreaterThan(3)
      const starts: number[] = []
      let run = await artifact.execute({ ...options, stopAtSegment: true })
      let pure = await guest.interpret('pure').execute({ seed: 9n, maxInstructions: 0 })
      for (; run.outcome === 'suspended'; run = await run.resume({ stopAtSegment: true })) {
        starts.push(Number(run.instret))
        pure = await pure.resume({ maxInstructions: run.instret - pure.instret })
        expect({ ...factsOf(run), ...ignored }).toEqual({ ...factsOf(pure), ...ignored })
        expect(Buffer.compare(run.memory.read(0x30_0000, 0x11_0000), pure.memory.read(0x30_0000, 0x11_0000))).toBe(0)
      }
      expect(starts).toEqual(whole.segments.slice(1).map(({ instretStart }) => instretStart))
      expectEqual(run, whole)
      run.dispose()
      pure.dispose()
    }
  })
})

/** What two modes do not have in common. */
const ignored = { mode: '', cost: 0n, stopCause: '' }

test('a saved run of a guest with an extension is refused without it, and with another table of it', async () => {
  const guest = await host.rvr.load(busyGuest(64, ROUNDS), { extensions: [CRC32] })
  using run = await guest.interpret('pure').execute({ seed: 9n, maxInstructions: 100 })
  const file = await run.save(join(directory.path, 'extension.run'))
  const bare = await host.rvr.load(busyGuest(64, ROUNDS))
  const error = await errorOf(bare.interpret('pure').resumeFrom(file))
  expect(error).toMatchObject({
    code: 'STATE_REFUSED',
    details: { reason: 'extensions', found: guest.abi.digest, wanted: bare.abi.digest },
  })
  expect(error.hint).toContain('extensions')
  const tiny = new URL('../extensions/own/tiny', import.meta.url).pathname
  const configured = await Promise.all(
    [3, 4].map(factor =>
      host.rvr.load(busyGuest(64, ROUNDS), {
        extensions: [CRC32, tiny],
        config: { app_vm_config: { tiny: { factor } } },
      }),
    ),
  )
  using other = await configured[0]!.interpret('pure').execute({ seed: 9n, maxInstructions: 100 })
  const second = await other.save(join(directory.path, 'table.run'))
  expect(await errorOf(configured[1]!.interpret('pure').resumeFrom(second))).toMatchObject({
    code: 'STATE_REFUSED',
    details: { reason: 'extensions' },
  })
  using done = await configured[0]!.interpret('pure').resumeFrom(second)
  expect(done).toMatchObject({ outcome: 'terminated', exitCode: 3 })
})
