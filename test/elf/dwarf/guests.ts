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
export const symbolizer = programAmong(['llvm-symbolizer-22', 'llvm-symbolizer'])

export interface DebugGuestSpec {
  readonly compiler: 'clang' | 'gcc'
  readonly xlen: Xlen
  readonly flags: readonly string[]
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

/** Undefined where this machine has no such compiler. */
export function withDebugGuest<T>(
  { compiler, xlen, flags, sources = units }: DebugGuestSpec,
  use: (elf: Uint8Array, path: string) => T,
): T | undefined {
  const program = guestCompiler(compiler)
  if (program === undefined || stripProgram === undefined) return undefined
  const target = compiler === 'clang' ? [`--target=riscv${xlen}-unknown-elf`, '-fuse-ld=lld'] : ['-mno-relax']
  const machine = [`-march=rv${xlen}im`, `-mabi=${xlen === 64 ? 'lp64' : 'ilp32'}`, '-mcmodel=medany']
  const plain = ['-ffreestanding', '-nostdlib', '-static', '-ffunction-sections', '-fno-exceptions']
  const linked = ['-Wl,--gc-sections', '-Wl,-Ttext=0x200800', ...(compiler === 'gcc' ? ['-lgcc'] : [])]
  const directory = mkdtempSync(join(tmpdir(), 'rvr-debug-'))
  const path = join(directory, 'guest.elf')
  try {
    const given = [...target, ...machine, ...plain, ...flags, ...sources, '-o', path, ...linked]
    const { status, stderr } = spawnSync(program, given, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${program} ${given.join(' ')}: ${stderr}`)
    spawnSync(stripProgram, ['--discard-locals', path])
    return use(Uint8Array.from(readFileSync(path)), path)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
