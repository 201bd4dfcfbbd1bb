/** The vectors of cache-fixtures/keys: fixed inputs with the keys that they had when they were written down. */
import { readFileSync } from 'node:fs'
import type { KeyPart } from '../../../../src/store/digest.ts'
import { artifactKey, inputKey } from '../../../../src/stages/library/keys.ts'
import type { KeyContext, LibraryInputs } from '../../../../src/stages/library/parts.ts'
import { writtenFile } from '../../../../src/stages/make/written.ts'
import type { Toolchain } from '../../../../src/toolchain/toolchain.ts'

/** Lists of parts and their key. */
export interface PartsVector {
  readonly name: string
  readonly domain: string
  readonly parts: readonly KeyPart[]
  key: string
}

/** A configuration and both of its keys. `null` in an environment is a variable that is not set. */
export interface ConfigurationVector {
  readonly name: string
  readonly toolchain: Partial<Omit<Toolchain, 'environment'>> & {
    readonly environment?: Readonly<Record<string, string | null>>
  }
  readonly context: Partial<Omit<KeyContext, 'toolchain'>>
  readonly files: Readonly<Record<string, string>>
  readonly input: Partial<Pick<LibraryInputs, 'guestDigest' | 'machineDigest' | 'generatorDigest' | 'inputs'>>
  artifactKey: string
  inputKey: string
}

export interface ConfigurationVectors {
  /** What every vector starts from. */
  readonly base: Omit<ConfigurationVector, 'name' | 'artifactKey' | 'inputKey'>
  readonly vectors: readonly ConfigurationVector[]
}

export const partsFile = new URL('../../../../cache-fixtures/keys/parts.json', import.meta.url)
export const configurationsFile = new URL('../../../../cache-fixtures/keys/configurations.json', import.meta.url)
export const readParts = (): PartsVector[] => JSON.parse(readFileSync(partsFile, 'utf8')) as PartsVector[]
export const readConfigurations = (): ConfigurationVectors =>
  JSON.parse(readFileSync(configurationsFile, 'utf8')) as ConfigurationVectors

/** Both keys as rvr computes them. */
export function computed(
  base: ConfigurationVectors['base'],
  vector: ConfigurationVector,
): { artifact: string; input: string } {
  const { environment: variables, ...tools } = { ...base.toolchain, ...vector.toolchain }
  const environment = Object.fromEntries(
    Object.entries(variables ?? {}).map(([name, value]) => [name, value ?? undefined]),
  )
  const context = {
    ...base.context,
    ...vector.context,
    toolchain: { ...tools, environment } as Toolchain,
  } as KeyContext
  const files = Object.entries({ ...base.files, ...vector.files }).map(([path, content]) =>
    writtenFile({ path, content }),
  )
  return {
    artifact: artifactKey({ ...context, project: { files } }).key,
    input: inputKey({ ...context, ...base.input, ...vector.input } as LibraryInputs).key,
  }
}
