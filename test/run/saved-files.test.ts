/** The files of saved runs: written whole and privately, refused when they do not fit, are damaged or contradict themselves. */
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { defaultMachine, openSavedRun, u64, type Artifact, type Run } from '../../src/index.ts'
import { FORMAT_VERSION } from '../../src/run/saved/format.ts'
import { randomSource } from '../support/random.ts'
import { busyGuest, busyOptions, expectEqual, useDirectory } from './saved-support.ts'
import { artifactOf, DATA, engines, errorOf, factsOf, fixture, program, useRvr } from './support.ts'

const host = useRvr('shared', 'quick')
const directory = useDirectory()
const at = (name: string): string => join(directory.path, name)
const PREFIX = 20
const DIGEST = 32
const LIMITS = { segmentLimits: { maxTraceHeight: 512 } }

let metered: Artifact, pure: Artifact
let good: string
beforeAll(async () => {
  const guest = await host.rvr.load(busyGuest(64))
  metered = guest.interpret('metered')
  pure = guest.interpret('pure')
  // In the middle of an interval at whose end a cut may come.
  using run = await metered.execute({ ...busyOptions, ...LIMITS, maxInstructions: 20_123 })
  good = await run.save(at('good.run'))
})

interface Parts {
  header: any
  body: Buffer
}
/** The file with changed parts and a digest that fits them. */
function forge(name: string, change: (parts: Parts) => void): string {
  const bytes = readFileSync(good)
  const length = bytes.readUInt32LE(PREFIX - 4)
  const parts = {
    header: JSON.parse(bytes.toString('utf8', PREFIX, PREFIX + length)),
    body: inflateRawSync(bytes.subarray(PREFIX + length, -DIGEST)),
  }
  change(parts)
  const header = Buffer.from(JSON.stringify(parts.header))
  const prefix = Buffer.from(bytes.subarray(0, PREFIX))
  prefix.writeUInt32LE(header.length, PREFIX - 4)
  const content = Buffer.concat([prefix, header, deflateRawSync(parts.body, { level: 1 })])
  writeFileSync(at(name), Buffer.concat([content, createHash('sha256').update(content).digest()]))
  return at(name)
}

/** Bytes of the body in front of the numbers of the pages. */
const blobBytes = ({ header }: Parts): number =>
  header.body.blobs.reduce((sum: number, length: number) => sum + length, 0)

const counter = (): Promise<Artifact> =>
  host.rvr
    .load(
      program(64, code =>
        code
          .li('s0', DATA)
          .label('loop')
          .op('lw', { rd: 'a0', rs1: 's0' })
          .op('beq', { rs1: 'a0', target: 'loop' })
          .op('terminate', { imm: 3 }),
      ),
    )
    .then(guest => guest.interpret('pure'))

describe('writing', () => {
  test('the file is private, replaces an earlier one, and nothing else stays', async () => {
    mkdirSync(at('private'))
    const run = await pure.execute({ ...busyOptions, maxInstructions: 1000 })
    const file = at('private/deep/er.run')
    writeFileSync(at('private/old.run'), 'old', { mode: 0o644 })
    expect([await run.save(file), await run.save(at('private/old.run'))]).toEqual([file, at('private/old.run')])
    expect(readdirSync(at('private'))).toEqual(['deep', 'old.run'])
    expect(readdirSync(at('private/deep'))).toEqual(['er.run'])
    for (const path of [file, at('private/old.run')]) expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(file)).toEqual(readFileSync(at('private/old.run')))
    run.dispose()
  })

  test('the run goes on after it was saved, and what the host wrote to memory is saved', async () => {
    const artifact = await counter()
    const run = await artifact.execute({ maxInstructions: 50 })
    const before = await run.save(at('before.run'))
    run.memory.bytes[DATA] = 1
    const after = await run.save(at('after.run'))
    using waiting = await artifact.resumeFrom(before, { maxInstructions: 50 })
    expect(waiting).toMatchObject({ outcome: 'suspended', instret: 100n })
    using ended = await artifact.resumeFrom(after)
    using here = await run.resume()
    expect(ended).toMatchObject({ outcome: 'terminated', exitCode: 3 })
    expect(factsOf(here)).toEqual(factsOf(ended))
  })

  test('one file can be resumed often, also when it was opened once', async () => {
    const saved = await openSavedRun(good)
    expect(saved).toMatchObject({ path: good, mode: 'metered', abi: 'openvm', instret: 20_123n })
    using one = await metered.resumeFrom(saved)
    using other = await metered.resumeFrom(saved)
    using whole = await metered.execute({ ...busyOptions, ...LIMITS })
    expectEqual(one, whole)
    expectEqual(other, whole)
  })

  test('where no file can be written', async () => {
    using run = await pure.execute({ ...busyOptions, maxInstructions: 1000 })
    writeFileSync(at('file'), '')
    mkdirSync(at('folder/inside'), { recursive: true })
    for (const path of [at('file/below.run'), '/proc/nothing/x.run', at('folder')]) {
      expect(await errorOf(run.save(path))).toMatchObject({
        code: 'IO',
        message: expect.stringContaining(path),
        hint: expect.any(String),
        details: { path },
      })
    }
    expect(readdirSync(at('folder'))).toEqual(['inside'])
    using next = await run.resume({ maxInstructions: 1 })
    expect(next.instret).toBe(1001n)
  })

  test('only the newest suspended run can be saved', async () => {
    const ended = await pure.execute(busyOptions)
    expect(await errorOf(ended.save(at('x')))).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('terminated'),
    })
    const run = await pure.execute({ ...busyOptions, maxInstructions: 10 })
    const next = await run.resume({ maxInstructions: 10 })
    expect(await errorOf(run.save(at('x')))).toMatchObject({ code: 'USAGE' })
    const saving = next.save(at('y'))
    expect(await errorOf(next.resume())).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('being saved'),
    })
    next.dispose()
    await saving
    expect(await errorOf(next.save(at('x')))).toMatchObject({ code: 'DISPOSED' })
    const trapped = await pure.execute()
    expect(await errorOf(trapped.save(at('x')))).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('trapped'),
    })
    expect(readdirSync(directory.path)).not.toContain('x')
    using restored = await pure.resumeFrom(at('y'))
    expect(factsOf(restored)).toEqual(factsOf(ended))
  })

  test('saving can be aborted', async () => {
    mkdirSync(at('aborted'))
    using run = await pure.execute({ ...busyOptions, maxInstructions: 10 })
    const reason = new Error('enough')
    expect(await errorOf(run.save(at('aborted/x'), { signal: AbortSignal.abort(reason) }))).toMatchObject({
      code: 'ABORTED',
      cause: reason,
    })
    const controller = new AbortController()
    const saving = errorOf(run.save(at('aborted/x'), { signal: controller.signal }))
    setTimeout(() => controller.abort(reason), 2)
    expect(await saving).toMatchObject({ code: 'ABORTED' })
    expect(readdirSync(at('aborted'))).toEqual([])
  })
})

describe('refusals', () => {
  test('another guest, mode, machine or ABI', async () => {
    const machine = defaultMachine(64)
    const guests = {
      guest: (await host.rvr.load(fixture('fibonacci', 64))).interpret('metered'),
      mode: pure,
      machine: (
        await host.rvr.load(busyGuest(64), {
          machine: { ...machine, limits: { ...machine.limits, checkInterval: 999 } },
        })
      ).interpret('metered'),
      abi: (await host.rvr.load(busyGuest(64), { abi: 'linux' })).interpret('metered'),
    }
    for (const [reason, artifact] of Object.entries(guests)) {
      expect(await errorOf(artifact.resumeFrom(good)), reason).toMatchObject({
        code: 'STATE_REFUSED',
        message: expect.stringContaining(good),
        hint: expect.any(String),
        details: { reason, path: good },
      })
    }
  })

  test('files that are no saved runs', async () => {
    writeFileSync(at('empty'), '')
    writeFileSync(at('text'), 'not a saved run at all, but long enough to be one: '.repeat(4))
    expect(await errorOf(pure.resumeFrom(at('empty')))).toMatchObject({ code: 'STATE_REFUSED' })
    expect(await errorOf(pure.resumeFrom(at('text')))).toMatchObject({
      code: 'STATE_REFUSED',
      details: { reason: 'not-a-saved-run' },
    })
    expect(await errorOf(pure.resumeFrom('/dev/zero'))).toMatchObject({
      code: 'STATE_REFUSED',
      details: { reason: 'not-a-saved-run' },
    })
    for (const path of [at('none'), directory.path])
      expect(await errorOf(pure.resumeFrom(path))).toMatchObject({
        code: 'IO',
        message: expect.stringContaining(path),
        details: { path },
      })
  })

  test('another version of the format', async () => {
    const bytes = readFileSync(good)
    bytes.writeUInt16LE(FORMAT_VERSION + 1, PREFIX - 6)
    writeFileSync(at('version.run'), bytes)
    expect(await errorOf(metered.resumeFrom(at('version.run')))).toMatchObject({
      code: 'STATE_REFUSED',
      details: { reason: 'version', found: FORMAT_VERSION + 1, wanted: FORMAT_VERSION },
    })
  })

  test('files cut off anywhere', async () => {
    const bytes = readFileSync(good)
    const random = randomSource(5)
    const lengths = [
      ...Array.from({ length: 64 }, (_, index) => index),
      ...Array.from({ length: 60 }, () => random(bytes.length)),
      bytes.length - 1,
    ]
    for (const length of lengths) {
      writeFileSync(at('cut.run'), bytes.subarray(0, length))
      expect(await errorOf(metered.resumeFrom(at('cut.run'))), `${length} bytes`).toMatchObject({
        code: 'STATE_REFUSED',
      })
    }
    writeFileSync(at('cut.run'), Buffer.concat([bytes, Buffer.alloc(1)]))
    expect(await errorOf(metered.resumeFrom(at('cut.run')))).toMatchObject({
      code: 'STATE_REFUSED',
      details: { reason: 'damaged' },
    })
  })

  test('files with one changed bit', async () => {
    const bytes = readFileSync(good)
    const random = randomSource(6)
    const places = [
      ...Array.from({ length: 40 }, (_, index) => index),
      ...Array.from({ length: 100 }, () => random(bytes.length)),
      ...Array.from({ length: DIGEST }, (_, index) => bytes.length - 1 - index),
    ]
    for (const place of places) {
      const changed = Buffer.from(bytes)
      changed[place]! ^= 1 << random(8)
      writeFileSync(at('flip.run'), changed)
      expect(await errorOf(metered.resumeFrom(at('flip.run'))), `byte ${place}`).toMatchObject({
        code: 'STATE_REFUSED',
      })
    }
  })
})

describe('files that were made to deceive, with a digest that fits', () => {
  const changes: Record<string, (parts: Parts) => void> = {
    'no header': parts => {
      parts.header = null
    },
    'another field': ({ header }) => {
      header.extra = 1
    },
    'a pc outside': ({ header }) => {
      header.pc = 2 ** 29 + 4
    },
    'a register of x0': ({ header }) => {
      header.registers[0] = '1'
    },
    'a wide register': ({ header }) => {
      header.registers[5] = `${1n << 64n}`
    },
    'few registers': ({ header }) => {
      header.registers.pop()
    },
    'too many instructions': ({ header }) => {
      header.instructions = `${1n << 61n}`
    },
    'an unknown mode': ({ header }) => {
      header.mode = 'none'
    },
    'nothing of the mode': ({ header }) => {
      delete header.collected
    },
    'no meter': ({ header }) => {
      delete header.collected.meter
    },
    'no origin': ({ header }) => {
      delete header.origin
    },
    'a long interval': ({ header }) => {
      header.collected.meter.left = 2000
    },
    'a checkpoint in the future': ({ header }) => {
      header.collected.meter.checkpoint.instret = 20_124
    },
    'a checkpoint before the segment': ({ header }) => {
      header.collected.meter.checkpoint.instret = 0
    },
    'no checkpoint': ({ header }) => {
      delete header.collected.meter.checkpoint
    },
    'heights of few chips': ({ header }) => {
      header.collected.meter.heights.pop()
    },
    'another constant height': ({ header }) => {
      header.collected.meter.heights[0] += 1
    },
    'another boundary': ({ header }) => {
      header.collected.meter.heights[2] += 1
    },
    'a gap between segments': ({ header }) => {
      header.collected.segments[1].instretStart += 1
    },
    'an end of a suspended run': ({ header }) => {
      header.collected.segments[0].reason = 'end'
    },
    'a record that is not there': ({ header }) => {
      header.host.inputs[0] = 2 ** 20
    },
    'hints beyond their end': ({ header }) => {
      header.host.hintPosition = 1e6
    },
    'a huge blob': ({ header }) => {
      header.body.blobs[0] = 2 ** 30
    },
    'other lengths': ({ header }) => {
      header.body.blobs[0] += 1
    },
    'more pages': ({ header }) => {
      header.body.pages += 1
    },
    'fewer pages': ({ header }) => {
      header.body.pages -= 1
    },
    'leaves that are not there': ({ header }) => {
      header.collected.leaves.past = header.body.blobs.length
    },
    'leaves that are cut off': ({ header }) => {
      header.body.blobs[header.collected.leaves.past] -= 4
      header.body.blobs[header.collected.leaves.past + 1] += 4
    },
    'leaves of another set': ({ header }) => {
      const { leaves } = header.collected
      header.collected.leaves = { ...leaves, past: leaves.open, open: leaves.past }
    },
    'a segment limit of 0': ({ header }) => {
      header.origin.options.segmentLimits = { maxMemoryBytes: 0 }
    },
    'a leaf outside every address space': parts => {
      parts.body.writeUInt32LE(0xffff_fff0, leavesAt(parts))
    },
    'registers that do not exist': parts => {
      parts.body.writeUInt32LE(1000, leavesAt(parts))
    },
    'a range without end': parts => {
      parts.body.writeUInt32LE(0xffff_ffff, leavesAt(parts) + 4)
    },
    'a page outside': parts => {
      parts.body.writeUInt32LE(2 ** 17, blobBytes(parts))
    },
    'a page twice': parts => {
      parts.body.writeUInt32LE(parts.body.readUInt32LE(blobBytes(parts)), blobBytes(parts) + 4)
    },
    'a body that goes on': parts => {
      parts.body = Buffer.concat([parts.body, Buffer.alloc(2 ** 26)])
    },
    'no body': parts => {
      parts.body = Buffer.alloc(0)
    },
  }
  const leavesAt = ({ header }: Parts): number =>
    header.body.blobs.slice(0, header.collected.leaves.past).reduce((sum: number, length: number) => sum + length, 0)

  test.each(Object.keys(changes))('%s', async what => {
    expect(await errorOf(metered.resumeFrom(forge('forged.run', changes[what]!)))).toMatchObject({
      code: 'STATE_REFUSED',
      details: { reason: 'damaged' },
    })
  })

  test.each(engines)(
    'any change of a number or of the body is refused or runs as any guest does (%s)',
    async engine => {
      const artifact = await artifactOf(await host.rvr.load(busyGuest(64)), 'metered', engine)
      const random = randomSource(8)
      for (let round = 0; round < 40; round++) {
        const file = forge('random.run', parts => {
          if (round % 2 === 0)
            parts.body[random(Math.min(parts.body.length, blobBytes(parts) + 4096))]! ^= 1 << random(8)
          else scramble(parts.header, random)
        })
        const outcome = await artifact.resumeFrom(file, { maxInstructions: 50_000 }).then(
          (run: Run) => run,
          (error: unknown) => error as { code: string },
        )
        if ('outcome' in outcome) outcome.dispose()
        else expect(outcome.code).toBe('STATE_REFUSED')
      }
    },
  )

  /** Changes one number or decimal string somewhere. */
  function scramble(value: any, random: (bound: number) => number): void {
    const keys = Object.keys(value).filter(key => /^(string|number|object)$/.test(typeof value[key]))
    const key = keys[random(keys.length)]!
    if (typeof value[key] === 'object' && Object.keys(value[key]).length > 0) return scramble(value[key], random)
    if (typeof value[key] === 'number') value[key] = [value[key] + 1, value[key] - 1, 0, 2 ** random(33)][random(4)]
    else if (/^\d+$/.test(value[key])) value[key] = String(random(2) * 2 ** random(50))
  }
})

test('a stop at a cut goes back behind the place where the run was saved', async () => {
  const reference: Run[] = []
  for (
    let run = await metered.execute({ ...busyOptions, ...LIMITS, stopAtSegment: true });
    run.outcome === 'suspended';
    run = await run.resume({ stopAtSegment: true })
  )
    reference.push(run)
  const random = randomSource(9)
  let behind = 0
  const native = await (await host.rvr.load(busyGuest(64))).compile('metered')
  using whole = await native.execute({ ...busyOptions, ...LIMITS })
  for (let round = 0; round < 12; round++) {
    // A little behind a cut: it has not been found yet.
    const cut = Number(reference[random(reference.length - 2)]!.instret)
    const stop = cut + 1 + random(900)
    using run = await (round % 2 === 0 ? metered : native).execute({ ...busyOptions, ...LIMITS, maxInstructions: stop })
    const file = await run.save(at('behind.run'))
    if (run.segments.length > 0 && run.segments.at(-1)!.instretStart + run.segments.at(-1)!.instructions >= cut)
      continue
    using resumed = await (round % 2 === 0 ? native : metered).resumeFrom(file, { stopAtSegment: true })
    behind++
    expect(Number(resumed.instret)).toBe(cut)
    const wanted = reference.find(({ instret }) => Number(instret) === cut)!
    expect({ ...factsOf(resumed), segments: resumed.segments, open: resumed.openSegment }).toEqual({
      ...factsOf(wanted),
      segments: wanted.segments,
      open: wanted.openSegment,
    })
    using end = await resumed.resume()
    expectEqual(end, whole)
  }
  expect(behind).toBeGreaterThan(2)
  reference.at(-1)!.dispose()
})

test('a native and an interpreted run leave the same bytes', async () => {
  const guest = await host.rvr.load(fixture('fibonacci', 64))
  const files = await Promise.all(
    engines.map(async engine => {
      using run = await (
        await artifactOf(guest, 'metered', engine)
      ).execute({ inputs: [u64(5000)], maxInstructions: 7777 })
      return run.save(at(`${engine}.run`))
    }),
  )
  copyFileSync(files[0]!, at('copy.run'))
  expect(readFileSync(files[1]!)).toEqual(readFileSync(at('copy.run')))
})
