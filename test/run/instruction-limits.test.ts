/** Instruction limits are exact: any N, any engine, any mode, and any way to cut a run into pieces. */
import { describe, expect, test } from 'vitest'
import { u64, type Artifact, type ExecuteOptions, type Guest, type Run } from '../../src/index.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { randomSource } from '../support/random.ts'
import { artifactOf, engines, expectSame, factsOf, fixture, modeNames, useRvr, widths } from './support.ts'

const host = useRvr('shared', 'quick')
const LIMITS = isExhaustive ? 4 : 3

interface Subject {
  readonly name: string
  readonly abi: 'openvm' | 'linux'
  readonly options: ExecuteOptions
  readonly within: number
}
const subjects: readonly Subject[] = [
  { name: 'printf', abi: 'linux', options: {}, within: 300_000 },
  { name: 'bench-bytecode', abi: 'linux', options: { args: ['bytecode', '1'] }, within: 150_000 },
  { name: 'fibonacci', abi: 'openvm', options: { inputs: [u64(10_000)] }, within: 40_000 },
]

/** Sorted, distinct, with the corners 0 and 1. */
function randomLimits(seed: number, within: number): number[] {
  const random = randomSource(seed)
  return [...new Set([0, 1, 2, ...Array.from({ length: LIMITS }, () => random(within))])].toSorted((a, b) => a - b)
}

const load = ({ name, abi }: Subject, xlen: 32 | 64): Promise<Guest> => host.rvr.load(fixture(name, xlen), { abi })

async function both(subject: Subject, xlen: 32 | 64, mode: string): Promise<[native: Artifact, interpreted: Artifact]> {
  const guest = await load(subject, xlen)
  return [await artifactOf(guest, mode, 'native'), await artifactOf(guest, mode, 'interp')]
}

/** Runs to the end, or to `total` instructions, in pieces of random size. */
async function inPieces(
  artifact: Artifact,
  options: ExecuteOptions,
  total: bigint,
  seed: number,
): Promise<{ run: Run; pieces: number }> {
  const random = randomSource(seed)
  const piece = (done: bigint): bigint => {
    const size = BigInt(random(3) === 0 ? 1 + random(40) : 1 + random(12_000))
    return size < total - done ? size : total - done
  }
  let run = await artifact.execute({ ...options, maxInstructions: piece(0n) })
  let pieces = 1
  for (; run.outcome === 'suspended' && run.instret < total; pieces++) {
    const before = run.instret
    const size = piece(before)
    run = await run.resume({ maxInstructions: size })
    if (run.outcome === 'suspended' && run.instret !== before + size)
      expect.fail(`a piece of ${size} from ${before} ended at ${run.instret}`)
  }
  return { run, pieces }
}

describe.each(widths)('RV%i', xlen => {
  describe.each(modeNames)('mode %s', mode => {
    // Widths, modes, guests and engines take turns: each mode has one guest at each width, and another guest for each engine.
    const isChosen = (turn: number): boolean => isExhaustive || (turn + modeNames.indexOf(mode) + xlen / 32) % 3 === 0
    const inTurn = subjects.filter((_, index) => isChosen(index))
    const cases = engines.flatMap((engine, turn) =>
      subjects.filter((_, index) => isChosen(index + turn)).map(subject => ({ engine, subject, name: subject.name })),
    )

    test.each(inTurn)('$name stops after exactly N instructions, as the interpreter does', async subject => {
      const [native, interpreted] = await both(subject, xlen, mode)
      let reference = await interpreted.execute({ ...subject.options, maxInstructions: 0 })
      for (const limit of randomLimits(xlen * 7 + subject.within, subject.within)) {
        reference = await reference.resume({ maxInstructions: BigInt(limit) - reference.instret })
        const run = await native.execute({ ...subject.options, maxInstructions: limit })
        expect(run).toMatchObject({ outcome: 'suspended', stopCause: 'instructions', instret: BigInt(limit) })
        expectSame(run, reference)
        run.dispose()
      }
      reference.dispose()
    })

    test.each(cases)('$name in random pieces equals one run ($engine)', async ({ engine, subject }) => {
      const artifact = await artifactOf(await load(subject, xlen), mode, engine)
      const whole = await artifact.execute({ ...subject.options, maxInstructions: subject.within * 2 })
      const { run, pieces } = await inPieces(
        artifact,
        subject.options,
        BigInt(subject.within * 2),
        xlen + subject.within,
      )
      expect(pieces).toBeGreaterThan(1)
      expectSame(run, whole)
      run.dispose()
      whole.dispose()
    })
  })

  test('a limit that is never reached changes nothing', async () => {
    const [native] = await both(subjects[0]!, xlen, 'metered-cost')
    using free = await native.execute()
    using limited = await native.execute({ maxInstructions: free.instret })
    using wide = await native.execute({ maxInstructions: 1n << 60n })
    expect(factsOf(limited)).toEqual(factsOf(free))
    expect(factsOf(wide)).toEqual(factsOf(free))
  })
})
