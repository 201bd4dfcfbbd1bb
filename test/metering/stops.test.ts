/** Wherever a metered run stops and goes on, it ends as one that never stopped; a stop at a cut shows the next segment's first state. */
import { expect, test } from 'vitest'
import type { Artifact, ExecuteOptions, Run, RunLimits } from '../../src/index.ts'
import { artifactOf, engines, factsOf, modeNames, useRvr, widths } from '../run/support.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { randomSource } from '../support/random.ts'
import { assembled, fixtures, kernel, load, type Subject } from './guests.ts'
import { piecesOf } from './support.ts'

/** Stops of optimised code are in test/run/stop-tests.test.ts. */
const host = useRvr('shared', 'quick')
const LOW = 8 << 20
const HIGH = 64 << 10
const limits = { maxTraceHeight: 1024 }

const subjects = widths.flatMap((xlen): Subject[] => [
  ...assembled(xlen),
  ...fixtures(xlen).filter(({ name }) => ['fibonacci', 'traps'].includes(name)),
  ...(xlen === 64 ? [kernel(xlen, 'keccak')] : []),
])

/** Kernels stop here at the latest. */
const MOST = 40_000n

function expectSameState(found: Run, wanted: Run, where: string): void {
  expect(
    { pc: found.pc, registers: found.registers, instret: found.instret, publicValues: found.publicValues },
    where,
  ).toEqual({ pc: wanted.pc, registers: wanted.registers, instret: wanted.instret, publicValues: wanted.publicValues })
  for (const [from, to] of [
    [0, LOW],
    [found.memory.bytes.length - HIGH, found.memory.bytes.length],
  ] as const) {
    const a = found.memory.bytes.subarray(from, to)
    const b = wanted.memory.bytes.subarray(from, to)
    if (Buffer.compare(a, b) !== 0)
      expect.fail(`${where}: memory differs at 0x${(from + a.findIndex((byte, at) => byte !== b[at])).toString(16)}`)
  }
}

/** One run with what it printed. */
async function whole(artifact: Artifact, options: ExecuteOptions): Promise<{ run: Run; printed: string }> {
  const parts: Uint8Array[] = []
  const run = await artifact.execute({
    ...options,
    maxInstructions: MOST,
    onPrint: (_stream, bytes) => parts.push(bytes),
  })
  return { run, printed: Buffer.concat(parts).toString('latin1') }
}

const isDone = (run: Run): boolean => run.outcome !== 'suspended' || run.instret >= MOST

// Subjects take turns with the engines and, where they stop anywhere, with the modes.
const isChosen = (turn: number): boolean => isExhaustive || turn % 3 === 0
const atCuts = subjects.flatMap((subject, index) =>
  engines.filter((_, engine) => isChosen(index + engine)).map(engine => ({ ...subject, engine, subject })),
)
const anywhere = subjects.flatMap((subject, index) =>
  modeNames.flatMap((mode, turn) =>
    engines
      .filter((_, engine) => isChosen(index + turn + engine))
      .map(engine => ({ ...subject, mode, engine, subject })),
  ),
)

test.each(atCuts)('stops at cuts: RV$xlen $name, $engine', async ({ engine, subject }) => {
  const guest = await load(host.rvr, subject)
  const artifact = await artifactOf(guest, 'metered', engine)
  for (const segmentLimits of [limits, { maxTraceHeight: 256 }]) {
    const options = { ...subject.options, segmentLimits }
    const { run: reference, printed } = await whole(artifact, options)
    let pure = await guest.interpret('pure').execute({ ...subject.options, maxInstructions: 0 })
    const parts: Uint8Array[] = []
    let run = await artifact.execute({
      ...options,
      stopAtSegment: true,
      maxInstructions: MOST,
      onPrint: (_stream, bytes) => parts.push(bytes),
    })
    let stops = 0
    for (; !isDone(run); stops++) {
      const where = `stop ${stops} at ${run.instret}`
      expect(run.stopCause, where).toBe('segment')
      expect(run.openSegment?.instretStart, where).toBe(Number(run.instret))
      pure = await pure.resume({ maxInstructions: run.instret - pure.instret })
      expectSameState(run, pure, where)
      run = await run.resume({ stopAtSegment: true, maxInstructions: MOST - run.instret })
    }
    expect(stops).toBe(reference.segments.length - (reference.outcome === 'suspended' ? 0 : 1))
    expect(factsOf(run)).toEqual(factsOf(reference))
    expect(piecesOf(run)).toEqual(piecesOf(reference))
    expectSameState(run, reference, 'the end')
    expect(Buffer.concat(parts).toString('latin1')).toBe(printed)
    for (const each of [run, reference, pure]) each.dispose()
  }
})

test.each(anywhere)('stops anywhere: RV$xlen $name, $mode, $engine', async ({ mode, engine, subject }) => {
  const guest = await load(host.rvr, subject)
  const artifact = await artifactOf(guest, mode, engine)
  const isMetered = mode === 'metered'
  const random = randomSource(subject.name.length * 131 + subject.xlen + mode.length)
  const options = { ...subject.options, ...(isMetered && { segmentLimits: limits }) }
  const { run: reference, printed } = await whole(artifact, options)
  const stretch = (done: bigint): RunLimits => {
    const size = random(3) === 0 ? 1 + random(40) : 1 + random(4000)
    const rest = MOST - done
    const most = rest < size ? rest : BigInt(size)
    switch (random(mode === 'pure' ? 2 : isMetered ? 5 : 3)) {
      case 0:
        return { maxInstructions: most }
      case 1:
        return { timeoutMs: random(3), maxInstructions: rest < 9000n ? rest : 9000n }
      case 2:
        return { maxCost: random(120_000), maxInstructions: rest }
      case 3:
        return { stopAtSegment: true, maxInstructions: rest }
      default:
        return { stopAtSegment: true, maxInstructions: most, maxCost: random(150_000) }
    }
  }
  const parts: Uint8Array[] = []
  let run = await artifact.execute({ ...options, ...stretch(0n), onPrint: (_stream, bytes) => parts.push(bytes) })
  for (let pieces = 0; !isDone(run); pieces++) {
    if (pieces > 3000) expect.fail(`no end after ${pieces} pieces, at ${run.instret} instructions`)
    run = await run.resume(stretch(run.instret))
  }
  // A stop at the end may have any cause.
  expect({ ...factsOf(run), stopCause: '' }).toEqual({ ...factsOf(reference), stopCause: '' })
  expect(piecesOf(run)).toEqual(piecesOf(reference))
  expectSameState(run, reference, 'the end')
  expect(Buffer.concat(parts).toString('latin1')).toBe(printed)
  run.dispose()
  reference.dispose()
})
