/** Measures the variants of one program, interleaved. */
import type { KernelResult } from './table.ts'
import type { Program, Variant } from './variants.ts'

/**
 * Runs all variants `rounds` times, each round in another order. All have to print the same, and `checksum` where it is
 * known.
 */
export async function measure(
  { name, guestCompiler }: Pick<Program, 'name' | 'guestCompiler'>,
  variants: readonly Variant[],
  scale: number,
  rounds: number,
  checksum?: string,
): Promise<KernelResult> {
  const ms: Record<string, number[]> = {}
  const instret: Record<string, string> = {}
  const cost: Record<string, string> = {}
  let expected = checksum
  for (let round = 0; round < rounds; round++) {
    for (const variant of rotated(variants, round * Math.ceil(variants.length / rounds))) {
      const run = await variant.run(scale)
      expected ??= run.stdout.trim()
      if (run.stdout.trim() !== expected)
        throw new Error(`${name}, ${variant.name}: printed ${JSON.stringify(run.stdout)}, expected ${expected}`)
      if (run.instret !== undefined) instret[variant.name] = String(run.instret)
      if (run.cost !== undefined) cost[variant.name] = String(run.cost)
      const times = (ms[variant.name] ??= [])
      times.push(run.ms)
    }
  }
  // Rounds start at different variants; the table keeps the order in which the variants were listed.
  return {
    kernel: name,
    guestCompiler,
    scale,
    checksum: expected!.split('\n').at(-1)!,
    ms: Object.fromEntries(variants.map(variant => [variant.name, ms[variant.name]!])),
    instret,
    cost,
  }
}

const rotated = <T>(items: readonly T[], by: number): T[] =>
  items.map((_, index) => items[(index + by) % items.length]!)
