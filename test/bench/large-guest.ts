/** A guest of 1 MB of code: how fast it is lifted, generated and compiled, and how long a warm compile takes. */
import { buildGraph } from '../../src/program/graph.ts'
import { lift } from '../../src/program/lift.ts'
import { preserveNone } from '../../src/codegen/convention.ts'
import { generate } from '../../src/codegen/generate.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { abiNamed, decoderFor } from '../../src/extensions/registry.ts'
import { Rvr } from '../../src/index.ts'
import { defaultMachine } from '../../src/machine/machine.ts'
import { modeNamed } from '../../src/modes/registry.ts'
import { randomGuest } from '../differential/generator.ts'
import { childrenUsage } from './children.ts'
import { median } from './statistics.ts'

export interface LargeGuestCost {
  readonly elfBytes: number
  readonly instructionSlots: number
  /**
   * Guest instructions per second through lifting, graph and code generation: first call in the process, and median of
   * later ones.
   */
  readonly generatedPerSecond: { readonly first: number; readonly later: number }
  /** By the clock, and user processor time of the compilers. */
  readonly compileSecondsPer1000: number
  readonly compilerUserSecondsPer1000: number
  /**
   * Resident memory at most: of this process until the guest is compiled, and of the largest process that it has
   * started so far.
   */
  readonly peakBytes: { readonly rvr: number; readonly compiler: number }
  /** Median milliseconds of `guest.compile` on a hit, digest of the library included. */
  readonly warmCompileMs: number
}

export async function measureLargeGuest(cc: string, cacheDir: string): Promise<LargeGuestCost> {
  const { elf } = randomGuest(64, 9, 2500)
  const image = parseElf(elf, 'large.elf')
  const decode = decoderFor(64, abiNamed('linux'))
  const times: number[] = []
  let slots = 0
  for (let round = 0; round < 5; round++) {
    const begin = performance.now()
    const program = lift(image, decode)
    generate(buildGraph(program), {
      mode: modeNamed('pure'),
      machine: defaultMachine(64),
      convention: preserveNone,
      identity: '{}',
    })
    times.push((performance.now() - begin) / 1000)
    slots = program.instrs.length
  }
  await using rvr = await Rvr.create({ cacheDir, cc })
  const guest = await rvr.load(elf, { abi: 'linux' })
  const before = childrenUsage()
  const { timing } = await guest.compile('pure')
  const after = childrenUsage()
  const rvrBytes = process.resourceUsage().maxRSS * 1024
  const warm: number[] = []
  for (let round = 0; round < 12; round++) {
    const begin = performance.now()
    await guest.compile('pure')
    warm.push(performance.now() - begin)
  }
  return {
    elfBytes: elf.length,
    instructionSlots: slots,
    generatedPerSecond: { first: slots / times[0]!, later: slots / median(times.slice(1)) },
    compileSecondsPer1000: (timing.compileMs ?? 0) / slots,
    compilerUserSecondsPer1000: (after.userMs - before.userMs) / slots,
    peakBytes: { rvr: rvrBytes, compiler: after.peakBytes },
    warmCompileMs: median(warm.slice(2)),
  }
}

export function largeGuestText(cost: LargeGuestCost): string {
  const rate = (value: number): string => Math.round(value).toLocaleString('en-US')
  return (
    `A guest of ${(cost.elfBytes / 1e6).toFixed(1)} MB (${rate(cost.instructionSlots)} instructions): lift + codegen ${rate(cost.generatedPerSecond.first)} instructions/s cold, ` +
    `${rate(cost.generatedPerSecond.later)} later; make ${cost.compileSecondsPer1000.toFixed(2)} s, compilers ${cost.compilerUserSecondsPer1000.toFixed(2)} s of user time per 1000 instructions; ` +
    `at most ${Math.round(cost.peakBytes.rvr / 1e6)} MB in rvr and ${Math.round(cost.peakBytes.compiler / 1e6)} MB in a compiler; warm compile ${cost.warmCompileMs.toFixed(1)} ms.`
  )
}
