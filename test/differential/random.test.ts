/** Random programs: all witnesses agree. RVR_FUZZ_ROUNDS and RVR_FUZZ_SEED ask for more and for others. */
import { test } from 'vitest'
import { randomGuest } from './generator.ts'
import { agreeEverywhere } from './witnesses.ts'

const rounds = Number(process.env['RVR_FUZZ_ROUNDS'] ?? 4)
const firstSeed = Number(process.env['RVR_FUZZ_SEED'] ?? 1)
const CASES = 250
/** Bytes of one case's dump: 32 register lanes. */
const DUMP_BYTES = 256
/** Seeds take turns: the compiler that rvr prefers, and gcc. */
const compilers = [undefined, 'gcc']

for (const xlen of [32, 64] as const) {
  for (let seed = firstSeed; seed < firstSeed + rounds; seed++) {
    const cc = compilers[seed % compilers.length]
    test(`rv${xlen} seed ${seed}: ${CASES} programs agree everywhere (${cc ?? 'default compiler'})`, async () => {
      const { elf, outputBytes } = randomGuest(xlen, seed, CASES)
      await agreeEverywhere(xlen, elf, outputBytes, byte => `seed ${seed}, case ${Math.floor(byte / DUMP_BYTES)}, x${Math.floor((byte % DUMP_BYTES) / (xlen / 8))}`, cc)
    })
  }
}
