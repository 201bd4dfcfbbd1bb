/** Random programs: all witnesses agree. RVR_FUZZ_ROUNDS and RVR_FUZZ_SEED ask for more and for others. */
import { test } from 'vitest'
import type { Mode } from '../../src/modes/mode.ts'
import { modes } from '../../src/modes/registry.ts'
import { randomGuest } from './generator.ts'
import { agreeEverywhere } from './witnesses.ts'

const rounds = Number(process.env['RVR_FUZZ_ROUNDS'] ?? 2)
const firstSeed = Number(process.env['RVR_FUZZ_SEED'] ?? 1)
const CASES = 100
/** A busy host compiles them in minutes. */
const PATIENCE_MS = 600_000
/** Bytes of one case's dump: 32 register lanes. */
const DUMP_BYTES = 256
/** Seeds take turns: the compiler that rvr prefers, and gcc. */
const compilers = [undefined, 'gcc']
/** Compiling is what takes the time: seeds take turns in pairs with the modes too, but when more programs are asked for all modes run all of them. */
const modesOf = (seed: number): Mode[] => modes.filter((_, index) => process.env['RVR_FUZZ_ROUNDS'] !== undefined || (index >> 1) === (seed >> 1) % 2)

for (const xlen of [32, 64] as const) {
  for (let seed = firstSeed; seed < firstSeed + rounds; seed++) {
    const cc = compilers[seed % compilers.length]
    test(`rv${xlen} seed ${seed}: ${CASES} programs agree everywhere (${cc ?? 'default compiler'}, ${modesOf(seed).map(mode => mode.name).join(' and ')})`, async () => {
      const { elf, outputBytes } = randomGuest(xlen, seed, CASES)
      await agreeEverywhere(xlen, elf, outputBytes, byte => `seed ${seed}, case ${Math.floor(byte / DUMP_BYTES)}, x${Math.floor((byte % DUMP_BYTES) / (xlen / 8))}`, { cc, modes: modesOf(seed) })
    }, PATIENCE_MS)
  }
}
