/** Segments of real runs, natively, in TypeScript and in the guest: only all of one run, in their order, are one. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { P } from '../../../src/air/field.ts'
import { parseArchive } from '../../../src/archive/read.ts'
import { Rvr, u64, type Guest } from '../../../src/index.ts'
import type { SegmentTables } from '../../../src/trace/segment.ts'
import { fixtures } from '../../metering/guests.ts'
import { fixture } from '../../run/support.ts'
import { isExhaustive, sample } from '../../support/exhaustive.ts'
import { segmentsOf } from '../../trace/check/honest.ts'
import { useJudges, type Verdict } from './judges.ts'
import { exitCodeOf, realRun, type RealRun } from './real-segments.ts'
import { shortened } from './short-segments.ts'

const rvr = await Rvr.create({ cacheDir: inject('sharedCache') })
afterAll(() => rvr.dispose())
const judges = useJudges()

describe.each(isExhaustive ? ([32, 64] as const) : ([64] as const))('RV%i', xlen => {
  let run: RealRun
  let guest: Guest
  let segments: readonly SegmentTables[]
  /** Of one run, and of another one of the same guest. */
  let proofs: Readonly<Record<'one' | 'other', readonly Uint8Array[]>>
  /** Of `one`: the words that the guest reveals behind the digest of the key. */
  let result: readonly number[]
  beforeAll(async () => {
    const fibonacci = fixtures(xlen).find(({ name }) => name === 'fibonacci')!
    const of = (input: number) =>
      segmentsOf(rvr, fibonacci, { inputs: [u64(input)], segmentLimits: { maxTraceHeight: 256 } })
    const [one, other] = [await of(xlen === 64 ? 480 : 150), await of(xlen === 64 ? 481 : 151)]
    segments = shortened([...one, ...other])
    run = await realRun(segments[0]!)
    const all: Uint8Array[] = []
    for (const segment of segments) all.push(await run.proof(segment))
    proofs = { one: all.slice(0, one.length), other: all.slice(one.length) }
    result = [...segments[one.length - 1]!.publics].flatMap(([{ publics }, values]) =>
      values.filter((_, index) => publics[index]!.startsWith('root_after')),
    )
    guest = await rvr.load(fixture('verifier', xlen))
  }, 600_000)

  async function guestVerdict(list: readonly Uint8Array[]) {
    const ended = await guest.interpret('pure').execute({ inputs: [run.key, ...list] })
    const { outcome, exitCode } = ended
    const revealed = ended.publicValues.slice()
    ended.dispose()
    return { outcome, exitCode, revealed }
  }

  /** That all judges have in common. The guest reads proofs until one says that it is the last. */
  async function verdictOf(list: readonly Uint8Array[]): Promise<Verdict> {
    const verdict = await judges.runVerdict(run.key, list)
    const { exitCode, revealed } = await guestVerdict(list)
    expect(exitCode).toBe(exitCodeOf(verdict))
    if (verdict === 'accepted') {
      const { digest } = await parseArchive(run.key, { file: 'key' })
      expect(Buffer.from(revealed.subarray(0, 32)).toString('hex')).toBe(digest)
      expect([...new Uint32Array(revealed.buffer, 32, 8)]).toEqual(result)
    } else expect(revealed.every(byte => byte === 0)).toBe(true)
    return verdict
  }

  test('all segments of a run', async () => {
    expect([proofs.one.length, proofs.other.length]).toEqual([3, 3])
    expect(await verdictOf(proofs.one)).toBe('accepted')
  })

  const changed: Readonly<
    Record<string, (own: readonly Uint8Array[], foreign: readonly Uint8Array[]) => Uint8Array[]>
  > = {
    'two exchanged': ([first, second, third]) => [second!, first!, third!],
    'the last two exchanged': ([first, second, third]) => [first!, third!, second!],
    'without the first': ([, second, third]) => [second!, third!],
    'without one between': ([first, , third]) => [first!, third!],
    'one twice': ([first, second, third]) => [first!, second!, second!, third!],
    'one between of another run': ([first, , third], foreign) => [first!, foreign[1]!, third!],
    'the first of another run': ([, second, third], foreign) => [foreign[0]!, second!, third!],
    'the last of another run': ([first, second], foreign) => [first!, second!, foreign[2]!],
  }

  test.each(sample(Object.keys(changed), 1, 8))('%s', { timeout: 60_000 }, async name => {
    expect(await verdictOf(changed[name]!(proofs.one, proofs.other))).toBe('chain')
  })

  test('proofs that are missing at the end: the guest traps, and reveals nothing', async () => {
    for (const list of sample([proofs.one.slice(0, 2), proofs.one.slice(0, 1), []], 0, 3)) {
      expect(await judges.runVerdict(run.key, list)).toBe('chain')
      const { outcome, revealed } = await guestVerdict(list)
      expect(outcome).toBe('trapped')
      expect(revealed.every(byte => byte === 0)).toBe(true)
    }
  })

  test('proofs behind the last segment: the guest does not read them, and says what it says without them', async () => {
    const list = [...proofs.one, proofs.one[2]!]
    expect(await judges.runVerdict(run.key, list)).toBe('chain')
    expect(await guestVerdict(list)).toEqual(await guestVerdict(proofs.one))
  })

  /** A segment of the run with one of its public values changed, and nothing else. */
  function forged(index: number, name: string): Promise<Uint8Array> {
    const segment = segments[index]!
    const [air, values] = [...segment.publics].find(([{ publics }]) => publics.includes(name))!
    const at = air.publics.indexOf(name)
    const other = values.with(at, (values[at]! + 1) % P)
    return run.proof({ ...segment, publics: new Map(segment.publics).set(air, other) })
  }

  test('an exit code of a segment that does not end is nothing that anybody asks for', async () => {
    expect(await verdictOf(proofs.one.with(1, await forged(1, 'code_public')))).toBe('accepted')
  })

  test.each(sample(['pc_first', 'pc_last', 'done_public', 'root_before[0]', 'root_after[7]'], 3, 5))(
    'a segment with another %s',
    { timeout: 60_000 },
    async name => {
      expect(await verdictOf(proofs.one.with(1, await forged(1, name)))).toBe('constraints')
    },
  )

  test('the last segment with another exit code', async () => {
    expect(await verdictOf(proofs.one.with(2, await forged(2, 'code_public')))).toBe('constraints')
  })
})
