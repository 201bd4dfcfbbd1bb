/** Memory that goes from one run to the next: nothing of the run before is in it, and nobody still sees it. */
import { readdirSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { DEFAULT_MEMORY, MEMORY_BYTES } from '../../src/elf/image.ts'
import { Rvr, u64, type Artifact, type Guest, type Run } from '../../src/index.ts'
import { plainInstances } from '../../src/load/instance.ts'
import { Instances, MOST_WAITING } from '../../src/run/instances.ts'
import { WorkerPool } from '../../src/run/pool.ts'
import type { ToWorker } from '../../src/run/job.ts'
import type { Assembler } from '../support/assembler.ts'
import { sample } from '../support/exhaustive.ts'
import { artifactOf, DATA, engines, factsOf, modeNames, program, quickly, widths } from './support.ts'

const SECRET = 0x5ec2e7
const WORKERS = 2
/** Where the guest leaves its secret: data, heap, the last page, beside and between them. */
const PLACES = [0x1000, DATA, DATA + 0x2000, 0x1000000, 0x8000000, 0x1ffffff8, MEMORY_BYTES - 0x1000]
const REGISTERS = Array.from({ length: 29 }, (_, index) => index + 3)

/** Leaves its secret wherever it can: memory, stack, public values, all registers; then turns for a while. */
function writing(code: Assembler): unknown {
  code.li('t0', SECRET)
  for (const place of PLACES) code.li('t1', place).op('sw', { rs1: 't1', rs2: 't0' })
  code.li('sp', 0x500000).op('sw', { rs1: 'sp', rs2: 't0' })
  code.op('reveal', { rd: 0, rs1: 't0' }).li('t1', 100)
  code.label('loop').op('addi', { rd: 't1', rs1: 't1', imm: -1 }).op('bne', { rs1: 't1', target: 'loop' })
  for (const register of REGISTERS) code.li(register, SECRET)
  return code.op('terminate')
}

let pool: WorkerPool
let rvr: Rvr
beforeAll(async () => {
  pool = new WorkerPool(WORKERS)
  rvr = await Rvr.create({ cacheDir: inject('sharedCache'), ...quickly(), pool })
})
beforeEach(() => pool.instances.drop())
afterAll(() => rvr.dispose())

/** A guest of its own, so that no earlier test has left memory for it. */
let serial = 0
const fresh = (xlen: 32 | 64 = 64, write: (code: Assembler) => unknown = writing): Promise<Guest> =>
  rvr.load(program(xlen, code => write(code.li('t6', ++serial))))

const counts = (): { created: number; reused: number } => ({
  created: pool.instances.created,
  reused: pool.instances.reused,
})

/** What memory holds that is not zero, as a text for each stretch of it. */
function contents({ memory }: Run): string[] {
  const step = 1 << 16
  const zeros = Buffer.alloc(step)
  const found: string[] = []
  for (let at = 0; at < MEMORY_BYTES; at += step) {
    const part = memory.bytes.subarray(at, at + step)
    if (Buffer.compare(part, zeros) !== 0) found.push(`${at}: ${Buffer.from(part).toString('base64')}`)
  }
  return found
}

const modeFacts = ({ segments, openSegment, profile }: Run): unknown => ({
  segments,
  openSegment,
  profile: profile?.counts,
})

describe.each(engines)('%s', engine => {
  describe.each(modeNames)('mode %s', mode => {
    // All of memory is looked at, which takes long: engines, modes and widths take turns.
    const turn = engines.indexOf(engine) + modeNames.indexOf(mode)
    test.each(sample(widths, turn))('a run leaves nothing to the next one in the same memory (RV%i)', async xlen => {
      const artifact = await artifactOf(await fresh(xlen), mode, engine)
      const before = counts()
      const first = await artifact.execute({ inputs: [u64(SECRET)] })
      expect(first.outcome).toBe('terminated')
      expect(first.registers[5]).toBe(BigInt(SECRET))
      for (const place of PLACES)
        expect(first.memory.read(place, 3), `${place}`).toEqual(Uint8Array.of(0xe7, 0xc2, 0x5e))
      const [facts, modes] = [factsOf(first), modeFacts(first)]
      first.dispose()

      const again = await artifact.execute({ inputs: [u64(SECRET)] })
      expect(factsOf(again)).toEqual(facts)
      expect(modeFacts(again)).toEqual(modes)
      again.dispose()

      using begun = await artifact.execute({ maxInstructions: 0 })
      expect(counts()).toEqual({ created: before.created + 1, reused: before.reused + 2 })
      using other = await artifact.execute({ maxInstructions: 0 })
      expect(counts().created).toBe(before.created + 2)
      expect(factsOf(begun)).toEqual(factsOf(other))
      expect(modeFacts(begun)).toEqual(modeFacts(other))
      expect(begun.registers.filter(value => value === BigInt(SECRET))).toEqual([])
      const text = JSON.stringify(contents(other))
      expect(JSON.stringify(contents(begun)) === text).toBe(true)
    })
  })

  test('a disposed run sees zeros, whoever lives in its memory now', async () => {
    const artifact = await artifactOf(await fresh(), 'pure', engine)
    const before = counts()
    const first = await artifact.execute()
    first.dispose()
    using next = await artifact.execute()
    expect(counts()).toEqual({ created: before.created + 1, reused: before.reused + 1 })
    expect(next.memory.read(DATA, 1)).toEqual(Uint8Array.of(0xe7))
    expect(first.memory.read(DATA, 8)).toEqual(new Uint8Array(8))
    first.memory.bytes.fill(1, DATA, DATA + 8)
    expect(next.memory.read(DATA, 1)).toEqual(Uint8Array.of(0xe7))
  })

  test('memory that somebody has a view of is no other run’s', async () => {
    const artifact = await artifactOf(await fresh(), 'pure', engine)
    const before = counts()
    const first = await artifact.execute()
    const { bytes } = first.memory
    first.dispose()
    using next = await artifact.execute()
    expect(counts()).toEqual({ created: before.created + 2, reused: before.reused })
    expect(bytes.subarray(DATA, DATA + 4)).toEqual(new Uint8Array(4))
    bytes.fill(1, DATA, DATA + 4)
    expect(next.memory.read(DATA, 1)).toEqual(Uint8Array.of(0xe7))
  })

  test('a run that was suspended keeps its memory while others come and go', async () => {
    const artifact = await artifactOf(await fresh(), 'pure', engine)
    const kept = await artifact.execute({ maxInstructions: 100 })
    const facts = factsOf(kept)
    for (let round = 0; round < 3; round++) (await artifact.execute()).dispose()
    expect(kept.memory.read(DATA, 1)).toEqual(Uint8Array.of(0xe7))
    expect(factsOf(kept)).toEqual(facts)
    const end = await kept.resume()
    expect(end.outcome).toBe('terminated')
    end.dispose()
  })

  test('a hundred runs one after the other live in one memory and leave no file open', async () => {
    const artifact = await artifactOf(await fresh(), 'pure', engine)
    ;(await artifact.execute()).dispose()
    const before = counts()
    const files = readdirSync('/proc/self/fd').length
    for (let round = 0; round < 100; round++) (await artifact.execute()).dispose()
    expect(counts()).toEqual({ created: before.created, reused: before.reused + 100 })
    expect(readdirSync('/proc/self/fd').length).toBe(files)
  })

  test('runs that wait for a thread take no memory', async () => {
    const artifact = await artifactOf(await fresh(), 'pure', engine)
    const before = counts()
    await Promise.all(Array.from({ length: 100 }, async () => (await artifact.execute()).dispose()))
    expect(counts().created - before.created).toBeLessThanOrEqual(2 * WORKERS)
    expect(counts().reused - before.reused).toBeGreaterThanOrEqual(100 - 2 * WORKERS)
  })

  test('what waits for a guest is bounded', async () => {
    const artifact = await artifactOf(await fresh(), 'pure', engine)
    const runs = await Promise.all(Array.from({ length: MOST_WAITING + 4 }, () => artifact.execute()))
    for (const run of runs) run.dispose()
    expect(pool.instances.waiting).toBe(MOST_WAITING)
  })

  test('the memory of runs that nobody disposed of is used again when nobody can see it', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const artifact = await artifactOf(await fresh(), 'pure', engine)
    let view: Uint8Array | undefined
    await (async () => {
      for (let round = 0; round < 3; round++) await artifact.execute()
      view = (await artifact.execute()).memory.bytes
    })()
    const before = counts()
    const runOften = async (): Promise<void> => {
      for (let tries = 0; tries < 100 && counts().reused === before.reused; tries++) {
        collect()
        await turn()
        ;(await artifact.execute()).dispose()
      }
    }
    await runOften()
    expect(counts().reused).toBeGreaterThan(before.reused)
    expect(view!.subarray(DATA, DATA + 1)).toEqual(Uint8Array.of(0xe7))
  })
})

test('memory with the code of one guest is never another’s, whatever else they share', () => {
  const instances = new Instances()
  const areaBytes = 8192
  const code = { base: 0x1000, slots: 4, areaBytes, direct: DEFAULT_MEMORY }
  const kind = {
    source: plainInstances(areaBytes, MEMORY_BYTES),
    guest: 'one',
    code,
    tableSlots: 0,
    areaBytes,
    memoryBytes: MEMORY_BYTES,
  }
  const first = instances.take(kind)
  instances.giveBack(first)
  for (const other of [
    { ...kind, guest: 'another' },
    { ...kind, code: { ...code, base: 0 } },
    { ...kind, code: { ...code, slots: 5 } },
    { ...kind, source: plainInstances(0, MEMORY_BYTES), areaBytes: 0, code: { ...code, areaBytes: 0 } },
  ])
    expect(instances.take(other).id).not.toBe(first.id)
  expect(instances.take(kind).id).toBe(first.id)
  instances.close()
})

test('all of the area, the registers and the state block are cleared', () => {
  const instances = new Instances()
  const areaBytes = 1 << 20
  const kind = {
    source: plainInstances(areaBytes, MEMORY_BYTES),
    guest: undefined,
    code: { base: 0, slots: 0, areaBytes, direct: DEFAULT_MEMORY },
    tableSlots: 0,
    areaBytes,
    memoryBytes: MEMORY_BYTES,
  }
  const { views, ...first } = instances.take(kind)
  new Uint8Array(views.area.buffer, 0, areaBytes).fill(0xee)
  views.registers.fill(0xeen)
  views.memory.fill(0xee, 0, 1 << 20)
  views.memory[MEMORY_BYTES - 1] = 0xee
  instances.giveBack({ ...first, views })
  const next = instances.take(kind)
  expect(next.id).toBe(first.id)
  expect(Buffer.from(next.views.area.buffer).every(byte => byte === 0)).toBe(true)
  expect(next.views.memory.subarray(0, 1 << 20).every(byte => byte === 0)).toBe(true)
  expect(next.views.memory[MEMORY_BYTES - 1]).toBe(0)
  instances.giveBack(next)
  instances.close()
  expect(instances.waiting).toBe(0)
  instances.giveBack(instances.take(kind))
  expect(instances.waiting).toBe(0)
})

describe('workers', () => {
  const quick = (code: Assembler): unknown => code.op('terminate')

  /** Types of the messages that workers get while `work` runs. */
  async function messages(work: () => Promise<void>): Promise<Record<string, number>> {
    const found: Record<string, number> = {}
    const spy = vi.spyOn(Worker.prototype, 'postMessage')
    try {
      await work()
      for (const [message] of spy.mock.calls as unknown as [ToWorker][])
        found[message.type] = (found[message.type] ?? 0) + 1
    } finally {
      spy.mockRestore()
    }
    return found
  }

  const single = async (work: (own: Rvr) => Promise<void>): Promise<void> => {
    await using own = await Rvr.create({ cacheDir: inject('sharedCache'), pool: new WorkerPool(1) })
    await work(own)
  }

  test('hear of a guest, its ABI and its machine once', () =>
    single(async own => {
      const artifact = (await own.load(program(64, quick))).interpret('metered')
      const found = await messages(async () => {
        for (let round = 0; round < 20; round++) (await artifact.execute()).dispose()
      })
      expect(found).toEqual({ image: 1, abi: 1, machine: 1, job: 20 })
    }))

  test('forget guests that they have not run for long, and hear of them again', () =>
    single(async own => {
      const artifacts: Artifact[] = []
      for (let index = 0; index < 70; index++)
        artifacts.push((await own.load(program(64, code => quick(code.li('a0', index))))).interpret('pure'))
      const found = await messages(async () => {
        for (const artifact of [...artifacts, artifacts[0]!]) {
          using run = await artifact.execute()
          expect(run.outcome).toBe('terminated')
        }
      })
      expect(found).toMatchObject({ image: 71, abi: 1, machine: 1, job: 71 })
      expect(found['forget']).toBe(71 + 2 - 64)
    }))

  test('a guest for which there is no room fails alone', async () => {
    const artifact = (await fresh(64, quick)).interpret('pure')
    const spy = vi.spyOn(pool.instances, 'take').mockImplementationOnce(() => {
      throw new Error('no room')
    })
    const [failed, other] = await Promise.allSettled([artifact.execute(), artifact.execute()])
    spy.mockRestore()
    expect(failed).toMatchObject({ status: 'rejected', reason: { message: 'no room' } })
    expect(other).toMatchObject({ status: 'fulfilled', value: { outcome: 'terminated' } })
  })
})
