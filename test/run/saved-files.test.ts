/** The files of saved runs: written whole and privately, refused when they do not fit, are damaged or contradict themselves. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readArchive } from '../../src/archive/read.ts'
import { encodeArchive } from '../../src/archive/write.ts'
import { defaultMachine, openSavedRun, u64, type Artifact, type Run } from '../../src/index.ts'
import { randomSource } from '../support/random.ts'
import { busyGuest, busyOptions, expectEqual, useDirectory } from './saved-support.ts'
import { artifactOf, DATA, engines, errorOf, factsOf, fixture, program, useRvr } from './support.ts'

const host = useRvr('shared', 'quick')
const directory = useDirectory()
const at = (name: string): string => join(directory.path, name)
const PAGE = 4096
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

/** What is in the file, to be changed. */
interface Parts {
  registers: bigint[]
  numbers: bigint[]
  pages: Buffer
  digests: Buffer
  facts: bigint[]
  mode: Buffer
  starts: bigint[]
  strings: Buffer
  /** Undefined: `stateText` is what is written. */
  state: any
  stateText?: string
}

const longs = (values: readonly bigint[]): BigUint64Array => BigUint64Array.from(values)

/** The file with changed parts, in a frame and with a digest that fit them. */
async function forge(name: string, change: (parts: Parts) => void): Promise<string> {
  const archive = await readArchive(good)
  const copy = (kind: number): Buffer => Buffer.from(archive.view(kind))
  const parts: Parts = {
    registers: [...archive.longs(0x402)],
    numbers: [...archive.longs(0x403)],
    pages: copy(0x404),
    digests: copy(0x406),
    facts: [...archive.longs(0x801)],
    mode: copy(0x802),
    starts: [...archive.longs(0x803)],
    strings: copy(0x804),
    state: JSON.parse(copy(0x805).toString()),
  }
  change(parts)
  const sections = new Map([
    [0x402, [longs(parts.registers)]],
    [0x403, [longs(parts.numbers)]],
    [0x404, [parts.pages]],
    [0x406, [parts.digests]],
    [0x801, [longs(parts.facts)]],
    [0x802, [parts.mode]],
    [0x803, [longs(parts.starts)]],
    [0x804, [parts.strings]],
    [0x805, [Buffer.from(parts.stateText ?? JSON.stringify(parts.state))]],
  ])
  writeFileSync(at(name), await encodeArchive({ content: 'run', sections }))
  return at(name)
}

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

  test('another version of the format, and the format that files had before they were archives', async () => {
    const bytes = readFileSync(good)
    bytes.writeUInt32LE(2, 8)
    writeFileSync(at('version.run'), bytes)
    const earlier = Buffer.concat([Buffer.from('rvr-saved-run\n'), Buffer.alloc(100)])
    writeFileSync(at('earlier.run'), earlier)
    for (const [path, found, wanted] of [
      [at('version.run'), 2, 1],
      [at('earlier.run'), 'rvr-save', 'rvrarch1'],
    ] as const)
      expect(await errorOf(metered.resumeFrom(path))).toMatchObject({
        code: 'STATE_REFUSED',
        hint: expect.stringContaining('Run the guest again with this rvr'),
        details: { reason: 'version', found, wanted },
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
    const head = 64 + 9 * 32
    const places = [
      ...Array.from({ length: head / 4 }, (_, index) => 4 * index),
      ...Array.from({ length: 100 }, () => random(bytes.length)),
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
    'no state': parts => {
      parts.stateText = ''
    },
    'a state that is nothing': parts => {
      parts.state = null
    },
    'a state with blanks': parts => {
      parts.stateText = ` ${JSON.stringify(parts.state)}`
    },
    'a state that says a thing twice': parts => {
      parts.stateText = JSON.stringify(parts.state).replace('{', '{"host":0,')
    },
    'a state that is no text': parts => {
      parts.stateText = '\u{d800}'
    },
    'a state in a state in a state': parts => {
      parts.stateText = `${'['.repeat(1e5)}${']'.repeat(1e5)}`
    },
    'another field': ({ state }) => {
      state.extra = 1
    },
    'another width': ({ facts }) => {
      facts[0] = 32n
    },
    'no width': ({ facts }) => {
      facts[0] = 33n
    },
    'an unknown ABI': ({ facts }) => {
      facts[1] = 99n
    },
    'a stop for no reason': ({ facts }) => {
      facts[2] = 0n
    },
    'a pc outside': ({ facts }) => {
      facts[3] = 2n ** 29n + 4n
    },
    'half inside a block': ({ facts }) => {
      facts[4] = 2n
    },
    'inside a block that the machine has not': ({ facts }) => {
      facts[4] = 1n
    },
    'too many instructions': ({ facts }) => {
      facts[5] = 1n << 62n
    },
    'fewer instructions than its mode has counted': ({ facts }) => {
      facts[5] = 1n
    },
    'too great a cost': ({ facts }) => {
      facts[7] = 1n << 36n
    },
    'text that was printed after 2^53 instructions': ({ facts }) => {
      facts[8] = 1n << 53n
    },
    'a fact more': ({ facts }) => {
      facts.push(0n)
    },
    'a register of x0': ({ registers }) => {
      registers[0] = 1n
    },
    'few registers': ({ registers }) => {
      registers.pop()
    },
    'few digests': parts => {
      parts.digests = parts.digests.subarray(32)
    },
    'an unknown mode': ({ mode }) => {
      mode[0]! ^= 1
    },
    'nothing of the mode': ({ state }) => {
      delete state.collected
    },
    'no meter': ({ state }) => {
      delete state.collected.meter
    },
    'no origin': ({ state }) => {
      delete state.origin
    },
    'a long interval': ({ state }) => {
      state.collected.meter.left = 2000
    },
    'a checkpoint in the future': ({ state }) => {
      state.collected.meter.checkpoint.instret = 20_124
    },
    'a checkpoint before the segment': ({ state }) => {
      state.collected.meter.checkpoint.instret = 0
    },
    'no checkpoint': ({ state }) => {
      delete state.collected.meter.checkpoint
    },
    'heights of few chips': ({ state }) => {
      state.collected.meter.heights.pop()
    },
    'another constant height': ({ state }) => {
      state.collected.meter.heights[0] += 1
    },
    'another boundary': ({ state }) => {
      state.collected.meter.heights[2] += 1
    },
    'a gap between segments': ({ state }) => {
      state.collected.segments[1].instretStart += 1
    },
    'an end of a suspended run': ({ state }) => {
      state.collected.segments[0].reason = 'end'
    },
    'a record that is not there': ({ state }) => {
      state.host.inputs[0] = 2 ** 20
    },
    'hints beyond their end': ({ state }) => {
      state.host.hintPosition = 1e6
    },
    'byte strings from nowhere': ({ starts }) => {
      starts.length = 0
    },
    'a huge byte string': ({ starts }) => {
      starts[1] = 2n ** 30n
    },
    'a byte string that ends before it begins': ({ starts }) => {
      starts[2] = starts[1]! - 1n
    },
    'a first byte string that begins later': ({ starts }) => {
      starts[0] = 1n
    },
    'bytes of no byte string': parts => {
      parts.strings = Buffer.concat([parts.strings, Buffer.alloc(1)])
    },
    'more page numbers': ({ numbers }) => {
      numbers.push(2n ** 17n - 1n)
    },
    'fewer page numbers': ({ numbers }) => {
      numbers.pop()
    },
    'leaves that are not there': ({ state, starts }) => {
      state.collected.leaves.past = starts.length - 1
    },
    'leaves that are cut off': ({ state, starts }) => {
      starts[state.collected.leaves.past + 1]! -= 4n
    },
    'leaves of another set': ({ state }) => {
      const { leaves } = state.collected
      state.collected.leaves = { ...leaves, past: leaves.open, open: leaves.past }
    },
    'a segment limit of 0': ({ state }) => {
      state.origin.options.segmentLimits = { maxMemoryBytes: 0 }
    },
    'a leaf outside every address space': parts => {
      parts.strings.writeUInt32LE(0xffff_fff0, leavesAt(parts))
    },
    'registers that do not exist': parts => {
      parts.strings.writeUInt32LE(1000, leavesAt(parts))
    },
    'a range without end': parts => {
      parts.strings.writeUInt32LE(0xffff_ffff, leavesAt(parts) + 4)
    },
    'a page outside': ({ numbers }) => {
      numbers[numbers.length - 1] = 2n ** 17n
    },
    'a page twice': ({ numbers }) => {
      numbers[1] = numbers[0]!
    },
    'a page of zeros': ({ pages }) => {
      pages.fill(0, PAGE, 2 * PAGE)
    },
    'no pages': parts => {
      parts.pages = Buffer.alloc(0)
    },
  }
  const leavesAt = ({ state, starts }: Parts): number => Number(starts[state.collected.leaves.past])

  test.each(Object.keys(changes))('%s', async what => {
    expect(await errorOf(metered.resumeFrom(await forge('forged.run', changes[what]!)))).toMatchObject({
      code: 'STATE_REFUSED',
      details: { reason: 'damaged' },
    })
  })

  test.each(engines)(
    'any change of a number or of the body is refused or runs as any guest does (%s)',
    async engine => {
      const artifact = await artifactOf(await host.rvr.load(busyGuest(64)), 'metered', engine)
      const random = randomSource(8)
      for (let round = 0; round < 45; round++) {
        const file = await forge('random.run', ({ strings, pages, registers, facts, numbers, state }) => {
          const bytes = [strings, pages][random(2)]!
          const words = [registers, facts, numbers][random(3)]!
          if (round % 3 === 0) bytes[random(Math.min(bytes.length, 4096))]! ^= 1 << random(8)
          else if (round % 3 === 1) words[random(words.length)]! ^= 1n << BigInt(random(64))
          else scramble(state, random)
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
