/** All that a profiled run starts with, as bytes that keys are made of. */
import type { ProfiledInput } from './contract.ts'

/** Each part with its length in front, so that no two inputs look alike; what is not said differs from what is. */
export function profileInputBytes({ inputs = [], args, seed = 0n, publicValuesBytes }: ProfiledInput): Uint8Array {
  const facts = JSON.stringify({ args: args ?? null, seed: String(seed), publicValuesBytes: publicValuesBytes ?? null })
  const parts = [Buffer.from(facts), ...inputs]
  return Buffer.concat(
    parts.flatMap(part => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(part.length)
      return [length, part]
    }),
  )
}
