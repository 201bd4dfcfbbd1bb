/** Compilations whose projects are generated and never compiled, and a guest that takes its time. */
import { readFileSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseElf } from '../../../../src/elf/parse.ts'
import { noEvents } from '../../../../src/events.ts'
import { modeNamed } from '../../../../src/modes/registry.ts'
import { createServices } from '../../../../src/pipeline.ts'
import type { LoadOptions } from '../../../../src/sdk/options.ts'
import { surroundingsOf } from '../../../../src/sdk/surroundings.ts'
import { Compilation } from '../../../../src/stages/library/compilation.ts'
import type { BuildRequest, PipelineServices } from '../../../../src/stages/library/request.ts'
import type { Toolchain } from '../../../../src/toolchain/toolchain.ts'
import { fixture, program } from '../../../run/support.ts'
import { sampleToolchain } from '../../../store/sample.ts'

/** What regions look like for each kind of compiler. */
export const compilers: Readonly<Record<string, Partial<Toolchain>>> = {
  clang: { family: 'clang', version: [22, 0, 0], preserveNone: true },
  'older clang': { family: 'clang', version: [15, 0, 0], preserveNone: false },
  gcc: { family: 'gcc', version: [12, 0, 0], preserveNone: false },
}

interface Surroundings extends Partial<PipelineServices> {
  readonly toolchain?: Partial<Toolchain>
  readonly load?: LoadOptions
}

/** Of a prebuilt guest by name, or of a guest file's bytes. */
export async function compilationOf(
  guest: string | Uint8Array,
  request: Partial<BuildRequest> = {},
  { toolchain = {}, load = {}, ...services }: Surroundings = {},
): Promise<Compilation> {
  const path = typeof guest === 'string' ? fixture(guest, 64) : undefined
  const image = parseElf(typeof guest === 'string' ? readFileSync(fixture(guest, 64)) : guest, 'guest')
  return new Compilation(
    { image, ...(await surroundingsOf(image, path, load, { events: noEvents })), mode: modeNamed('pure'), ...request },
    { ...sampleToolchain, ...toolchain },
    { ...(await createServices({ cacheDir: false }, noEvents)), ...services },
  )
}

/** The files of a directory, by name. */
export async function contentsOf(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory)).toSorted()
  return Object.fromEntries(
    await Promise.all(names.map(async name => [name, await readFile(join(directory, name), 'utf8')] as const)),
  )
}

/** A guest of 40,000 instructions, which nobody runs. */
export const largeGuest = (): Uint8Array =>
  program(64, code => {
    for (let index = 0; index < 8000; index++)
      code
        .label(`at ${index}`)
        .op('lw', { rd: 'a0', rs1: 'sp', imm: (index % 500) * 4 })
        .op('add', { rd: 'a1', rs1: 'a0', rs2: 'a2' })
        .op('sw', { rs1: 'sp', rs2: 'a1', imm: (index % 400) * 4 })
        .op('addi', { rd: 'a2', rs1: 'a2', imm: index % 2000 })
        .op('bne', { rs1: 'a1', rs2: 'a2', target: `at ${index - (index % 50)}` })
  })
