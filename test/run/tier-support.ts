/** Runs that move from the interpreter into native code after an exact number of instructions, whatever the clock says. */
import { afterAll } from 'vitest'
import { Artifact, type Guest } from '../../src/index.ts'
import { modeNamed } from '../../src/modes/registry.ts'
import { openArtifact } from '../../src/pipeline.ts'
import { WorkerPool } from '../../src/run/pool.ts'
import { Tier } from '../../src/run/tier.ts'
import { Lifetime } from '../../src/sdk/lifetime.ts'

/** Makes artifacts whose runs are interpreted for `after` instructions and go on in the library of `native`. */
export function useMoves(): (guest: Guest, native: Artifact, after: bigint) => Promise<Artifact> {
  const pool = new WorkerPool(2)
  afterAll(() => pool.close())
  return async ({ image, abi, machine }, native, after) => {
    const { engine } = await openArtifact(native.file!, { image, abi, machine })
    const tier = new Tier(after)
    tier.offer(engine)
    tier.end()
    return new Artifact({
      image,
      abi,
      machine,
      lifetime: new Lifetime(),
      mode: modeNamed(native.mode),
      pool,
      engine: { engine: 'interp' },
      tier,
      cache: { outcome: 'off' },
      timing: {},
    })
  }
}
