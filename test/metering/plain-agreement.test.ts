/** Segments of the interpreter and of native code are those of the plain model, with limits of every kind. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Rvr, type Artifact } from '../../src/index.ts'
import { defaultMachine, type MachineFile } from '../../src/machine/machine.ts'
import { quickly, widths } from '../run/support.ts'
import { isExhaustive, sample } from '../support/exhaustive.ts'
import { assembled, fixtures, kernel, load, randomCases, type Subject } from './guests.ts'
import { expectPieces, floorLimits, piecesOf, plainPieces, trace, type Limits } from './support.ts'

const compilers = [undefined, 'gcc'] as const
const rvrs: Rvr[] = []
/** Compiles native interpreters, which take an optimising compiler long. */
const quick = await Rvr.create({ cacheDir: inject('sharedCache'), ...quickly() })
const seen = new Set<string>()
beforeAll(async () => {
  for (const cc of compilers) rvrs.push(await Rvr.create({ cacheDir: inject('sharedCache'), ...(cc && { cc }) }))
})
afterAll(async () => {
  for (const rvr of [...rvrs, quick]) await rvr.dispose()
})

/** Kernels run on; the plain model takes the square of a segment's length. */
const MOST = 8_000

const all = widths.flatMap((xlen): Subject[] => [
  ...fixtures(xlen),
  ...assembled(xlen),
  kernel(xlen, xlen === 64 ? 'sort' : 'recursion'),
  randomCases(xlen, 70 + xlen, 6),
])
/** The widths share the guests that are over before a limit is near. */
const short = ['echo', 'exitcode', 'traps', 'hello', 'args']
const subjects = all.filter(
  ({ name, xlen }) => isExhaustive || !short.includes(name) || short.indexOf(name) % 2 === (xlen / 32) % 2,
)

async function agree(subject: Subject, machine?: MachineFile, only?: Limits[]): Promise<void> {
  const options = { ...subject.options, maxInstructions: MOST }
  const guest = await load(rvrs[0]!, subject, machine)
  const traced = trace(guest, options)
  const floor = floorLimits(guest, traced)
  const artifacts: [who: string, artifact: Artifact][] = [['reference', guest.interpret('metered')]]
  for (const [index, rvr] of rvrs.entries()) {
    // By gcc every second guest of RV64.
    const turn = all.indexOf(subject)
    if (index > 0 && !isExhaustive && (subject.xlen === 32 || turn % 2 !== 0)) continue
    const each = await load(rvr, subject, machine)
    const by = compilers[index] ?? 'default compiler'
    // A machine of its own means a native interpreter of its own, which compiles long, as gcc's does; swelling.test.ts has
    // one.
    if ((machine === undefined && index === 0) || isExhaustive)
      artifacts.push([
        `native interpreter by ${by}`,
        await (isExhaustive ? each : await load(quick, subject, machine)).interpretNatively('metered'),
      ])
    artifacts.push([`native code by ${by}`, await each.compile('metered')])
  }
  const limits: Limits[] = [
    {},
    { maxTraceHeight: 1024 },
    { maxTraceHeight: 4096 },
    { maxTraceHeight: 64 },
    { maxMemoryBytes: floor.maxMemoryBytes - 1 },
    { maxInteractions: floor.maxInteractions + 20_000 },
    { maxInteractions: floor.maxInteractions },
    {
      maxTraceHeight: 2048,
      maxMemoryBytes: floor.maxMemoryBytes + 1_500_000,
      maxInteractions: floor.maxInteractions + 60_000,
    },
  ]
  // Subjects share the limits, but for one that few of them ever reach.
  const farMemory = { maxMemoryBytes: floor.maxMemoryBytes + 700_000 }
  const shared = sample(limits, all.indexOf(subject))
  const chosen = traced.instructions > 2000 ? [farMemory, ...shared] : limits.slice(0, 2)
  for (const segmentLimits of only ?? chosen) {
    const wanted = plainPieces(guest, traced, segmentLimits)
    for (const { reason, overLimit } of wanted) seen.add(overLimit ? `${reason}, over` : reason)
    for (const [who, artifact] of artifacts) {
      using run = await artifact.execute({ ...options, segmentLimits })
      expect(run.instret).toBe(BigInt(traced.instructions))
      expectPieces(piecesOf(run), wanted, guest, `${who}, ${JSON.stringify(segmentLimits)}`)
    }
  }
}

test.each(subjects)('RV$xlen $name', subject => agree(subject))

// Blocks are shorter then, and a host instruction alone may exceed the interval.
test.each([17, 250])('checks %i instructions apart', async checkInterval => {
  const machine = defaultMachine(64)
  await agree(assembled(64)[0]!, { ...machine, limits: { ...machine.limits, checkInterval } }, [
    {},
    { maxTraceHeight: 512 },
  ])
})

test('every reason has occurred, with and without a check inside the segment', () => {
  expect([...seen].toSorted()).toEqual([
    'end',
    'interactions',
    'interactions, over',
    'memory',
    'memory, over',
    'open',
    'trace-height',
    'trace-height, over',
    'trap',
  ])
})
