/** Random programs, as they usually run and under stress: all witnesses agree. RVR_FUZZ_ROUNDS and RVR_FUZZ_SEED ask for more and for others. */
import { test } from 'vitest'
import type { Stress } from '../../src/codegen/tuning.ts'
import { modes } from '../../src/modes/registry.ts'
import { isExhaustive, sample } from '../support/exhaustive.ts'
import { randomGuest } from './generator.ts'
import { agreeEverywhere } from './witnesses.ts'

const asked = process.env['RVR_FUZZ_ROUNDS']
const rounds = Number(asked ?? 2)
const isAtLength = isExhaustive || asked !== undefined
const firstSeed = Number(process.env['RVR_FUZZ_SEED'] ?? 1)
/** Bytes of one case's dump: 32 register lanes. */
const DUMP_BYTES = 256
/** Seeds take turns: the compiler that rvr prefers, and gcc. */
const compilers = [undefined, 'gcc']
const stresses = ['paths', 'stops'] as const satisfies Stress[]

function agree(xlen: 32 | 64, seed: number, cases: number, chosen: typeof modes, stress?: Stress): void {
  const cc = compilers[seed % compilers.length]
  test(`rv${xlen} seed ${seed}: ${cases} programs agree everywhere (${cc ?? 'default compiler'}, ${chosen.map(mode => mode.name).join(' and ')}${stress === undefined ? '' : `, stress ${stress}`})`, async () => {
    const { elf, outputBytes } = randomGuest(xlen, seed, cases)
    await agreeEverywhere(
      xlen,
      elf,
      outputBytes,
      byte => `seed ${seed}, case ${Math.floor(byte / DUMP_BYTES)}, x${Math.floor((byte % DUMP_BYTES) / (xlen / 8))}`,
      // gcc takes long for a native interpreter: corner-values.test.ts has one of its.
      { cc, modes: chosen, stress, engines: cc === 'gcc' && !isAtLength ? ['native'] : undefined },
    )
  })
}

for (const xlen of [32, 64] as const) {
  for (let seed = firstSeed; seed < firstSeed + rounds; seed++) {
    // Of three seeds two are under stress.
    if (asked !== undefined) agree(xlen, seed, 100, modes, [undefined, ...stresses][seed % 3])
    else {
      // Compiling is what takes the time: seeds and widths take turns with the modes too.
      const [usual, stressed] = isExhaustive ? [30, 20] : [6, 5]
      const turn = seed + xlen / 16
      agree(xlen, seed, usual, sample(modes, turn, 5))
      agree(xlen, seed + rounds, stressed, sample(modes, turn + 2, 5), stresses[(seed + xlen / 32) % 2])
    }
  }
}
