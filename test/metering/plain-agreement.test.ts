/** Segments of the interpreter and of native code are those of the plain model, with limits of every kind. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Rvr } from '../../src/index.ts'
import { defaultMachine, type MachineFile } from '../../src/machine/machine.ts'
import { widths } from '../run/support.ts'
import { sample } from '../support/exhaustive.ts'
import { assembled, fixtures, kernel, load, randomCases, type Subject } from './guests.ts'
import { expectPieces, floorLimits, piecesOf, plainPieces, trace, type Limits } from './support.ts'

const compilers = [undefined, 'gcc'] as const
const rvrs: Rvr[] = []
const seen = new Set<string>()
beforeAll(async () => {
  for (const cc of compilers) rvrs.push(await Rvr.create({ cacheDir: inject('sharedCache'), ...(cc && { cc }) }))
})
afterAll(async () => {
  for (const rvr of rvrs) await rvr.dispose()
})

/** Kernels run on; the plain model takes the square of a segment's length. */
const MOST = 8_000

const subjects = widths.flatMap((xlen): Subject[] => [
  ...fixtures(xlen),
  ...assembled(xlen),
  kernel(xlen, xlen === 64 ? 'sort' : 'recursion'),
  randomCases(xlen, 70 + xlen, 6),
])

async function agree(subject: Subject, machine?: MachineFile, only?: Limits[]): Promise<void> {
  const options = { ...subject.options, maxInstructions: MOST }
  const guests = await Promise.all(rvrs.map(rvr => load(rvr, subject, machine)))
  const guest = guests[0]!
  const traced = trace(guest, options)
  const floor = floorLimits(guest, traced)
  const artifacts = [
    guest.interpret('metered'),
    ...(await Promise.all(guests.map(each => each.interpretNatively('metered')))),
    ...(await Promise.all(guests.slice(0, subject.xlen === 64 ? 2 : 1).map(each => each.compile('metered')))),
  ]
  const limits: Limits[] = [
    {},
    { maxTraceHeight: 1024 },
    { maxTraceHeight: 4096 },
    { maxTraceHeight: 64 },
    { maxMemoryBytes: floor.maxMemoryBytes + 700_000 },
    { maxMemoryBytes: floor.maxMemoryBytes - 1 },
    { maxInteractions: floor.maxInteractions + 20_000 },
    { maxInteractions: floor.maxInteractions },
    {
      maxTraceHeight: 2048,
      maxMemoryBytes: floor.maxMemoryBytes + 1_500_000,
      maxInteractions: floor.maxInteractions + 60_000,
    },
  ]
  // Subjects share the limits.
  const chosen = traced.instructions > 2000 ? sample(limits, subjects.indexOf(subject)) : limits.slice(0, 2)
  for (const segmentLimits of only ?? chosen) {
    const wanted = plainPieces(guest, traced, segmentLimits)
    for (const { reason, overLimit } of wanted) seen.add(overLimit ? `${reason}, over` : reason)
    for (const [index, artifact] of artifacts.entries()) {
      using run = await artifact.execute({ ...options, segmentLimits })
      expect(run.instret).toBe(BigInt(traced.instructions))
      expectPieces(
        piecesOf(run),
        wanted,
        guest,
        `${['reference', 'native interpreter', 'native interpreter by gcc', 'default compiler', 'gcc'][index]}, ${JSON.stringify(segmentLimits)}`,
      )
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
