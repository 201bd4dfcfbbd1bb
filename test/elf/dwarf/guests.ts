/** Guests with debug information, compiled for a test. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Xlen } from '../../../src/elf/image.ts'
import { guestCompiler, programAmong } from '../../support/unwind-guest.ts'

const units = ['inlined.cpp', 'rest.c'].map(name => new URL(name, import.meta.url).pathname)
/** Labels of one function, which the witness would take for functions. */
const stripProgram = programAmong(['riscv64-unknown-elf-strip', 'riscv64-elf-strip'])

export interface DebugGuestSpec {
  readonly compiler: 'clang' | 'gcc'
  readonly xlen: Xlen
  readonly flags: readonly string[]
  /** Libraries have headers to find and settings. */
  readonly options?: readonly string[]
  /** Paths of C and C++; those of the two units beside this file where nothing is said. */
  readonly sources?: readonly string[]
}

/** Each value of each kind with each compiler, and no more: version, optimisation, compression, width. */
export const debugGuests: readonly DebugGuestSpec[] = (['gcc', 'clang'] as const).flatMap(compiler => [
  { compiler, xlen: 64, flags: ['-O0', '-gdwarf-4'] },
  { compiler, xlen: 32, flags: ['-O2', '-gdwarf-5', '-gz'] },
  { compiler, xlen: 64, flags: ['-Os', '-gdwarf-5'] },
  { compiler, xlen: 32, flags: ['-O3', '-flto', '-gdwarf-4', '-gz'] },
])

/** All values of all kinds with each other. */
export const allDebugGuests: readonly DebugGuestSpec[] = (['gcc', 'clang'] as const).flatMap(compiler =>
  ([32, 64] as const).flatMap(xlen =>
    [['-O0'], ['-O2'], ['-O3', '-flto'], ['-Os']].flatMap(optimisation =>
      ['-gdwarf-4', '-gdwarf-5'].flatMap(version =>
        [[], ['-gz']].map(compression => ({ compiler, xlen, flags: [...optimisation, version, ...compression] })),
      ),
    ),
  ),
)

/** Undefined where this machine has no such compiler. */
export function withDebugGuest<T>(
  { compiler, xlen, flags, options = [], sources = units }: DebugGuestSpec,
  use: (elf: Uint8Array, path: string) => T,
): T | undefined {
  const program = guestCompiler(compiler)
  if (program === undefined || stripProgram === undefined) return undefined
  const target = compiler === 'clang' ? [`--target=riscv${xlen}-unknown-elf`, '-fuse-ld=lld'] : ['-mno-relax']
  const machine = [`-march=rv${xlen}im`, `-mabi=${xlen === 64 ? 'lp64' : 'ilp32'}`, '-mcmodel=medany']
  const plain = ['-ffreestanding', '-nostdlib', '-static', '-ffunction-sections', '-fno-exceptions']
  // Nobody runs them: what libraries have may be missing.
  const linked = ['-Wl,--gc-sections', '-Wl,-Ttext=0x200800', '-Wl,--unresolved-symbols=ignore-all']
  const directory = mkdtempSync(join(tmpdir(), 'rvr-debug-'))
  const path = join(directory, 'guest.elf')
  try {
    const given = [...target, ...machine, ...plain, ...linked, ...flags, ...options, ...sources, '-o', path]
    const { status, stderr } = spawnSync(program, given, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${program} ${given.join(' ')}: ${stderr}`)
    spawnSync(stripProgram, ['--discard-locals', path])
    return use(Uint8Array.from(readFileSync(path)), path)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
