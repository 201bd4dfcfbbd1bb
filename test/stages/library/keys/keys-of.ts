/** Both keys of a configuration, by the pipeline's own steps and without compiling. */
import { readFile } from 'node:fs/promises'
import type { KeyPart } from '../../../../src/store/digest.ts'
import { artifactKey } from '../../../../src/stages/library/keys.ts'
import { library } from '../../../../src/stages/library/library.ts'
import { keyOf } from '../../../../src/stages/obtain.ts'
import { parseElf } from '../../../../src/elf/parse.ts'
import { noEvents } from '../../../../src/events.ts'
import { modeNamed } from '../../../../src/modes/registry.ts'
import { createServices, type PipelineOptions } from '../../../../src/pipeline.ts'
import { generateProject } from '../../../../src/stages/library/project.ts'
import { Compilation } from '../../../../src/stages/library/compilation.ts'
import { profileOf } from '../../../../src/profile/counts.ts'
import type { LoadOptions } from '../../../../src/sdk/options.ts'
import { surroundingsOf } from '../../../../src/sdk/surroundings.ts'

export interface Configuration {
  /** Path or contents. */
  readonly guest: string | Uint8Array
  readonly mode?: string
  readonly load?: LoadOptions
  /** Executions by address. */
  readonly profile?: ReadonlyMap<number, number>
  readonly options: PipelineOptions
}

export interface BothKeys {
  readonly input: string
  readonly artifact: string
  readonly inputParts: readonly KeyPart[]
  readonly artifactParts: readonly KeyPart[]
}

export async function keysOf({ guest, mode = 'pure', load = {}, profile, options }: Configuration): Promise<BothKeys> {
  const services = await createServices({ remote: false, ...options }, noEvents)
  const path = typeof guest === 'string' ? guest : undefined
  const image = parseElf(typeof guest === 'string' ? await readFile(guest) : guest, path ?? '<bytes>')
  const request = {
    image,
    ...(await surroundingsOf(image, path, load, { events: noEvents })),
    mode: modeNamed(mode),
    ...(profile !== undefined && { profile: profileOf(image, profile) }),
  }
  const compilation = await Compilation.begin(request, services)
  const input = keyOf(library, compilation)
  if (input === undefined || compilation.inputs === undefined) throw new Error('nothing may be cached')
  const { project } = await generateProject(compilation)
  const artifact = artifactKey({ ...compilation.inputs, project })
  return { input: input.key, artifact: artifact.key, inputParts: input.parts, artifactParts: artifact.parts }
}

/** Names of the parts that differ. */
export function differing(one: readonly KeyPart[], other: readonly KeyPart[]): string[] {
  const text = (parts: readonly KeyPart[]): Map<string, string> =>
    new Map(parts.map(part => [part.name, JSON.stringify(part)]))
  const before = text(one)
  const after = text(other)
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter(name => before.get(name) !== after.get(name))
    .toSorted()
}
