/** The benchmark kernels: their sources, their guests and the checksums they must give. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runTimed } from './processes.ts'
import { nativeVariants, type Compiler, type Program } from './variants.ts'

const directory = fileURLToPath(new URL('../../cache-fixtures/guests/', import.meta.url))

/**
 * Kernels that nobody looks at while tuning: neither profiles nor their generated code. Whoever has to look at one moves
 * it out of this list, and writes another in its place.
 */
const HELD_OUT: ReadonlySet<string> = new Set([
  'tak',
  'partition',
  'chains',
  'stack-machine',
  'edits',
  'powers',
  'words',
  'mixing',
])

export const isHeldOut = (kernel: string): boolean => HELD_OUT.has(kernel)

export const tunedKernels = (): Kernel[] => kernels().filter(({ name }) => !isHeldOut(name))

/** What `--kernels` means: names, and `tuned` and `held-out` for all of a kind; nothing is all. */
export function chosenKernels(list: string | undefined): Kernel[] {
  const wanted = list?.split(',')
  const isWanted = ({ name }: Kernel): boolean =>
    wanted === undefined || wanted.includes(name) || wanted.includes(isHeldOut(name) ? 'held-out' : 'tuned')
  return kernels().filter(isWanted)
}

export interface Kernel {
  readonly name: string
  readonly defaultScale: number
  /** Checksum as 8 hex digits by scale; not every scale is known. */
  readonly checksums: Readonly<Record<string, string>>
  /** The C files of the native build. */
  readonly sources: readonly string[]
}

/** All kernels by name. The greatest scale with a recorded checksum is the default. */
export function kernels(): Kernel[] {
  const expected = JSON.parse(readFileSync(`${directory}expected.json`, 'utf8')) as {
    kernels: Record<string, Record<string, string>>
  }
  return Object.entries(expected.kernels).map(([name, checksums]) => ({
    name,
    checksums,
    defaultScale: Math.max(...Object.keys(checksums).map(Number)),
    sources: [`${directory}bench/${name}.c`, `${directory}bench/main-native.c`],
  }))
}

/** Is the kernel's guest there by gcc and by clang? Else it is clang's. */
export const isByBoth = (name: string): boolean =>
  ['gcc', 'clang'].some(compiler => existsSync(`${directory}elf/bench-${name}.${compiler}.rv64.elf`))

/** The guest ELF of a kernel, by a compiler or by the one whose guest has no compiler in its name. */
export function kernelGuest(name: string, xlen: 32 | 64, compiler?: Compiler['label']): string {
  const named = `${directory}elf/bench-${name}.${compiler}.rv${xlen}.elf`
  return compiler !== undefined && existsSync(named) ? named : `${directory}elf/bench-${name}.rv${xlen}.elf`
}

/** rvr compiles for the CPU that it runs on: so does the second build of each compiler. */
const builds = [['-O2'], ['-O2', '-march=native']]

export const programOf = (kernel: Kernel, guestCompiler: Compiler['label']): Program => ({
  name: kernel.name,
  guestCompiler,
  guest: xlen => kernelGuest(kernel.name, xlen, guestCompiler),
  native: ({ label, command }, work) =>
    builds.map(flags => {
      const file = join(work, `${kernel.name}-${label}${flags.join('')}`)
      if (!existsSync(file)) runTimed(command, [...flags, '-o', file, ...kernel.sources])
      return { flags: flags.join(' '), file }
    }),
})

/**
 * A compiler's native build has to be faster by this factor for its guest to be taken instead of clang's: what is
 * nearly equal must not change from run to run.
 */
const CLEARLY = 1.1

/** The compiler of the guest: that of the fastest native build, found before rvr is measured. */
export async function guestCompilerOf(
  kernel: Kernel,
  scale: number,
  compilers: readonly Compiler[],
  work: string,
): Promise<Compiler['label']> {
  if (!isByBoth(kernel.name)) return 'clang'
  const best: Partial<Record<Compiler['label'], number>> = {}
  const natives = compilers.flatMap(compiler =>
    nativeVariants(programOf(kernel, compiler.label), compiler, work).map(variant => ({
      label: compiler.label,
      variant,
    })),
  )
  for (let round = 0; round < 2; round++)
    for (const { label, variant } of natives)
      best[label] = Math.min(best[label] ?? Infinity, (await variant.run(scale)).ms)
  const { gcc = Infinity, clang = Infinity } = best
  return gcc * CLEARLY < clang ? 'gcc' : 'clang'
}

/** A guest that does next to nothing. */
export const smallestGuest = `${directory}elf/hello.rv64.elf`
