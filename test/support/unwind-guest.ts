/** Compiles the guest of unwind-guest.c, whose tables of call frame information are kept. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Xlen } from '../../src/elf/image.ts'

export interface UnwindGuestSpec {
  readonly compiler: 'clang' | 'gcc'
  readonly xlen: Xlen
  readonly section: '.eh_frame' | '.debug_frame'
  /** `_start` says that nobody called it. */
  readonly outermost?: boolean
}

/** The first of `names` that can be started. */
export const programAmong = (names: readonly string[]): string | undefined =>
  names.find(name => spawnSync(name, ['--version']).status === 0)

const source = new URL('unwind-guest.c', import.meta.url).pathname
/** Compilers for RISC-V, those that are preferred first. */
const COMPILERS = {
  clang: ['clang-22', 'clang-21', 'clang-20', 'clang-19', 'clang'],
  gcc: ['riscv64-unknown-elf-gcc', 'riscv64-elf-gcc'],
}
const compilers: Partial<Record<UnwindGuestSpec['compiler'], string>> = {}

/** Undefined where this machine has none. */
export const guestCompiler = (family: UnwindGuestSpec['compiler']): string | undefined =>
  (compilers[family] ??= programAmong(COMPILERS[family]))

const TABLES = {
  '.eh_frame': ['-fasynchronous-unwind-tables'],
  '.debug_frame': ['-g', '-fno-asynchronous-unwind-tables', '-fno-unwind-tables'],
}

/** The executable, or why there is none. `use` may read it at `path`, which is gone afterwards. */
export function withUnwindGuest<T>(
  { compiler, xlen, section, outermost = false }: UnwindGuestSpec,
  use: (elf: Uint8Array, path: string) => T,
): T | string {
  const program = guestCompiler(compiler)
  if (program === undefined) return `there is no ${compiler} for RISC-V here`
  const target = compiler === 'clang' ? [`--target=riscv${xlen}-unknown-elf`, '-fuse-ld=lld'] : []
  const machine = [`-march=rv${xlen}im`, `-mabi=${xlen === 64 ? 'lp64' : 'ilp32'}`, '-mcmodel=medany']
  // Nobody sets gp.
  const linked = ['-ffreestanding', '-nostdlib', '-static', '-mno-relax', '-Wl,-Ttext=0x200800']
  const directory = mkdtempSync(join(tmpdir(), 'rvr-unwind-'))
  const path = join(directory, 'guest.elf')
  try {
    const { status, stderr } = spawnSync(
      program,
      [
        ...target,
        ...machine,
        ...linked,
        '-O2',
        '-fomit-frame-pointer',
        ...TABLES[section],
        ...(outermost ? ['-DOUTERMOST'] : []),
        source,
        '-o',
        path,
      ],
      { encoding: 'utf8' },
    )
    if (status !== 0) return `${program} does not compile for RISC-V here: ${stderr}`
    return use(Uint8Array.from(readFileSync(path)), path)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
