/** A profile decides how code looks, never what it does: with counts of no run at all, native code and the interpreter agree. */
import { expect, inject, test } from 'vitest'
import { Rvr, type ExecutionProfile } from '../../src/index.ts'
import { profileOf } from '../../src/profile/counts.ts'
import { randomSource } from '../support/random.ts'
import { randomGuest } from './generator.ts'

const rounds = Number(process.env['RVR_FUZZ_ROUNDS'] ?? 1)
const firstSeed = Number(process.env['RVR_FUZZ_SEED'] ?? 1)
const CASES = 8

/**
 * Counts by chance: none, few, many, the greatest there is, a few instructions alike at a time, and some outside of the
 * code.
 */
function randomProfile(
  {
    image,
    digest,
  }: {
    image: {
      readonly xlen: 32 | 64
      readonly segments: readonly {
        readonly address: number
        readonly memorySize: number
        readonly executable: boolean
      }[]
    }
    digest: string
  },
  seed: number,
): ExecutionProfile {
  const random = randomSource(seed)
  const counts = new Map<number, number>()
  for (const { address, memorySize } of image.segments.filter(segment => segment.executable)) {
    for (let pc = address - 64; pc < address + memorySize + 64;) {
      const count = [0, 1, 1 + random(100), 2 ** random(50), Number.MAX_SAFE_INTEGER][random(5)]!
      for (const end = pc + 4 * (1 + random(12)); pc < end; pc += 4) counts.set(pc, count)
    }
  }
  return profileOf({ digest, xlen: image.xlen }, counts)
}

const cases = [
  { xlen: 64, cc: undefined, mode: 'metered-cost' },
  { xlen: 32, cc: 'gcc', mode: 'pure' },
  { xlen: 64, cc: undefined, mode: 'metered' },
] as const
const some = Array.from({ length: rounds }, (_, round) =>
  cases.map(one => ({ ...one, seed: firstSeed + round })),
).flat()

test.each(some)('rv$xlen in mode $mode, compiler $cc, seed $seed', async ({ xlen, cc, mode, seed }) => {
  await using rvr = await Rvr.create({ cacheDir: inject('sharedCache'), ...(cc && { cc }) })
  const { elf } = randomGuest(xlen, seed, CASES)
  const guest = await rvr.load(elf, { abi: 'linux' })
  const artifact = await guest.compile(mode, { profile: randomProfile(guest, seed * 31 + xlen) })
  const printed: [Uint8Array[], Uint8Array[]] = [[], []]
  using expected = await guest.interpret(mode).execute({ onPrint: (_stream, bytes) => printed[0].push(bytes) })
  using whole = await artifact.execute({ onPrint: (_stream, bytes) => printed[1].push(bytes) })
  expect(Buffer.compare(Buffer.concat(printed[1]), Buffer.concat(printed[0]))).toBe(0)
  expect(printed[0].length).toBeGreaterThan(0)
  const facts = ({ outcome, exitCode, instret, cost, pc, registers, segments }: typeof whole): object => ({
    outcome,
    exitCode,
    instret,
    cost,
    pc,
    registers,
    segments,
  })
  expect(facts(whole)).toEqual(facts(expected))
  // Stops in the middle of everything go on in other regions.
  let run = await artifact.execute({ maxInstructions: 1 })
  const random = randomSource(seed)
  while (run.outcome === 'suspended')
    run = await run.resume({ maxInstructions: 1n + whole.instret / BigInt(2 + random(30)) })
  expect(facts(run)).toEqual(facts(expected))
  run.dispose()
})
