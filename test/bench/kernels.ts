/** The benchmark kernels: their sources, their guests and the checksums they must give. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runTimed } from './processes.ts'
import type { Program } from './variants.ts'

const directory = fileURLToPath(new URL('../../cache-fixtures/guests/', import.meta.url))

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
  const expected = JSON.parse(readFileSync(`${directory}expected.json`, 'utf8')) as { kernels: Record<string, Record<string, string>> }
  return Object.entries(expected.kernels).map(([name, checksums]) => ({
    name, checksums,
    defaultScale: Math.max(...Object.keys(checksums).map(Number)),
    sources: [`${directory}bench/${name}.c`, `${directory}bench/main-native.c`],
  }))
}

/** The guest ELF of a kernel. */
export const kernelGuest = (name: string, xlen: 32 | 64): string => `${directory}elf/bench-${name}.rv${xlen}.elf`

export const programOf = (kernel: Kernel): Program => ({
  name: kernel.name,
  guest: xlen => kernelGuest(kernel.name, xlen),
  native({ label, command }, work) {
    const file = join(work, `${kernel.name}-${label}`)
    runTimed(command, ['-O2', '-o', file, ...kernel.sources])
    return file
  },
})

/** A guest that does next to nothing. */
export const smallestGuest = `${directory}elf/hello.rv64.elf`
