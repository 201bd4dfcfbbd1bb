/** Real guests in the benchmark: libsecp256k1 verifying signatures, SQLite loading and querying a database. */
import { utf8 } from '../../src/index.ts'
import { build, cacheDir, elfOf, nativeOf, whyNot, type RealGuest } from '../real-guests/built.ts'
import { inputOf, signatureRecords } from '../real-guests/signatures.ts'
import { benchmarkScript } from '../real-guests/sql.ts'
import { measure } from './measure.ts'
import type { KernelResult } from './table.ts'
import { variantsOf, type Compiler, type Program } from './variants.ts'

export type RealGuestResults = { readonly skipped: string } | { readonly results: readonly KernelResult[] }

export interface RealGuestChoice {
  readonly compilers: readonly Compiler[]
  readonly modes: readonly string[]
  readonly qemu: boolean
  readonly rvr: boolean
  readonly rounds: number
  readonly all: boolean
}

/** About half a second natively each. */
const workloads: readonly { readonly name: RealGuest; readonly scale: number; input(): Uint8Array }[] = [
  { name: 'secp-verify', scale: 75, input: () => inputOf(signatureRecords(100, 1, 10)) },
  { name: 'sqlite-script', scale: 1, input: () => utf8(benchmarkScript) },
]

/**
 * Measures with rvr on the best compiler alone. Artifacts stay in the cache of the real guests: compiling SQLite takes
 * minutes.
 */
export async function measureRealGuests(choice: RealGuestChoice): Promise<RealGuestResults> {
  const skipped = whyNot()
  if (skipped !== undefined) return { skipped }
  const results: KernelResult[] = []
  for (const { name, scale, input } of workloads) {
    process.stderr.write(`${name} …\n`)
    build(name, { compilers: choice.compilers.map(({ command }) => command) })
    const program: Program = {
      name,
      input: input(),
      guestCompiler: 'gcc',
      guest: xlen => elfOf(name, xlen),
      native: ({ command }) => [{ flags: '-O2', file: nativeOf(name, command) }],
    }
    const variants = await variantsOf(program, {
      ...choice,
      rvrCompilers: choice.compilers.slice(-1),
      work: cacheDir,
      cacheDir,
      leaveOut: (xlen, mode) =>
        !choice.all && name === 'sqlite-script' && (mode === 'profile' || (xlen === 32 && mode === 'metered')),
    })
    try {
      results.push(await measure(program, variants, scale, choice.rounds))
    } finally {
      for (const variant of variants) await variant.close()
    }
  }
  return { results }
}
