/** Runs a real guest by all who can run it: this machine itself, qemu-user, and rvr. */
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe } from 'vitest'
import type { Xlen } from '../../src/elf/image.ts'
import { Rvr, type ExecuteOptions, type Run } from '../../src/index.ts'
import { artifactOf, quickly, type Engine } from '../run/support.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { build, cacheDir, elfOf, onPath, quickElfOf, whyNot, type RealGuest } from './built.ts'

/** `make real` asks for the modes and widths that take the C compiler minutes. */
export const thorough = process.env['RVR_REAL_GUESTS'] === 'all'

/** Optimising SQLite takes the compiler half a minute, and what only the interpreter and qemu run needs none of it. */
const isQuick = (guest: RealGuest): boolean => guest === 'sqlite-script' && !thorough
const fileOf = (guest: RealGuest, xlen: Xlen): string => (isQuick(guest) ? quickElfOf : elfOf)(guest, xlen)

/** How long a test may take that compiles: far more than on an idle machine. */
export const COMPILE_MS = 1_800_000

export interface Ran {
  readonly run: Run
  readonly stdout: string
}

export interface Runner {
  run(xlen: Xlen, mode: string, engine: Engine, options: ExecuteOptions): Promise<Ran>
}

/**
 * Describes a guest that is built first; where that is impossible everything in it is skipped and its name says why.
 */
export function describeGuest(guest: RealGuest, widths: readonly Xlen[], tests: (runner: Runner) => void): void {
  const reason = whyNot()
  describe.skipIf(reason !== undefined)(reason === undefined ? guest : `${guest} (${reason})`, () => {
    let rvr: Rvr
    beforeAll(async () => {
      build(guest, { witness: true, widths, quick: isQuick(guest) })
      // For answers, not for speed: only `make real` and `make exhaustive` have optimised code of them.
      rvr = await Rvr.create({ cacheDir, ...(!thorough && !isExhaustive && quickly()) })
    }, COMPILE_MS)
    afterAll(() => rvr?.dispose())
    tests({
      async run(xlen, mode, engine, options) {
        const artifact = await artifactOf(await rvr.load(fileOf(guest, xlen), { abi: 'linux' }), mode, engine)
        const output: Uint8Array[] = []
        const run = await artifact.execute({
          ...options,
          onPrint: (stream, bytes) => {
            if (stream === 'stdout') output.push(bytes)
          },
        })
        return { run, stdout: Buffer.concat(output).toString() }
      },
    })
  })
}

/** Standard output of a program that gets `input`. */
export const outputOf = (file: string, args: readonly string[], input: Uint8Array): string =>
  execFileSync(file, args, { input, maxBuffer: 1 << 26 }).toString()

/** What qemu-user makes of the guest; undefined where it is not installed. */
export const outputInQemu = (guest: RealGuest, xlen: Xlen, input: Uint8Array): string | undefined =>
  onPath(`qemu-riscv${xlen}`) ? outputOf(`qemu-riscv${xlen}`, [fileOf(guest, xlen)], input) : undefined
