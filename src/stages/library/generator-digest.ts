/** The digest of the code generator itself: its sources and templates decide what C a guest becomes. */
import { runsFromSources } from '../../resources.ts'
import { computeCodeDigest, folderOf, isSourceIn, readBuiltDigest, type CodeDigest } from '../code-digest.ts'

/** Folders and files of `src/` whose code decides what is generated or how it is compiled. */
const SOURCES = [
  'hex',
  'elf',
  'isa',
  'program',
  'analysis',
  'layout',
  'air',
  'codegen',
  'modes',
  'extensions',
  'machine',
  'toolchain',
  'load/abi-version',
  'profile',
  'stages',
  'store/digest',
  'pipeline',
]

/** Reads the code under `code` and everything under `templates` and `native`. @throws RvrError `IO` */
export function computeGenerator(
  code: string = folderOf('src'),
  templates: string = folderOf('templates'),
  native: string = folderOf('ffi'),
): CodeDigest {
  return computeCodeDigest('rvr generator', [
    { path: code, label: 'code', accepts: isSourceIn(SOURCES) },
    { path: templates, label: 'templates' },
    { path: native, label: 'ffi' },
  ])
}

/** The digest alone. */
export function computeGeneratorDigest(...places: Parameters<typeof computeGenerator>): string {
  return computeGenerator(...places).digest
}

/** Where the build step leaves the digest. */
export const builtDigestFile = (): string => folderOf('dist/generator-digest.json')

let known: CodeDigest | undefined

function generator(): CodeDigest {
  known ??= runsFromSources ? computeGenerator() : readBuiltDigest(builtDigestFile())
  return known
}

/**
 * The digest of the running code generator: computed when running from sources, written down by the build otherwise. 64
 * hex digits.
 */
export function generatorDigest(): string {
  return generator().digest
}

/** What the digest was made from: path → digest. */
export function generatorFiles(): Readonly<Record<string, string>> {
  return generator().files
}
