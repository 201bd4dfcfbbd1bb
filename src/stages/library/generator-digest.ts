/** The digest of the code generator itself: its sources and templates decide what C a guest becomes. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RvrError, messageOf } from '../../errors.ts'
import { resource, runsFromSources } from '../../resources.ts'
import { composeKey, contentPart, type KeyPart } from '../../store/digest.ts'

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

const folder = (path: string): string => fileURLToPath(resource(path))

function failed(path: string, cause: unknown): RvrError {
  return new RvrError('IO', `the code generator's own file ${path} cannot be read: ${messageOf(cause)}`, {
    hint: 'Check the installation of rvr; a file that is skipped would make stale results look fresh.',
    details: { path },
    cause,
  })
}

/**
 * Files under `root`, relative, sorted; anything that is neither a file nor a directory is an error, as is anything
 * unreadable.
 */
function filesUnder(root: string, accepts: (name: string) => boolean, relative = ''): string[] {
  const directory = join(root, relative)
  try {
    return readdirSync(directory, { withFileTypes: true })
      .flatMap(entry => {
        const path = relative === '' ? entry.name : `${relative}/${entry.name}`
        if (entry.isDirectory()) return filesUnder(root, accepts, path)
        if (!entry.isFile()) throw new Error(`${path} is not a plain file`)
        return accepts(entry.name) ? [path] : []
      })
      .toSorted()
  } catch (cause) {
    throw cause instanceof RvrError ? cause : failed(directory, cause)
  }
}

function partsOf(root: string, label: string, files: readonly string[]): KeyPart[] {
  return files.map(path => {
    try {
      return contentPart(`${label}/${path}`, 'file', readFileSync(join(root, path)))
    } catch (cause) {
      throw failed(join(root, path), cause)
    }
  })
}

/** Is `path` part of the code generator? */
function isSource(path: string): boolean {
  return SOURCES.some(source => path.startsWith(`${source}/`) || path === `${source}.ts`)
}

/** Its digest, and the digests of its files (16 digits) by path. */
interface Generator {
  readonly digest: string
  readonly files: Readonly<Record<string, string>>
}

/**
 * Reads the code under `code` (files ending in `.ts` or `.json`) and everything under `templates` and `ffi`. Throws
 * IO when anything there cannot be read.
 */
export function computeGenerator(
  code: string = folder('src'),
  templates: string = folder('templates'),
  native: string = folder('ffi'),
): Generator {
  const sources = filesUnder(code, name => name.endsWith('.ts') || name.endsWith('.json')).filter(isSource)
  const { key, parts } = composeKey('rvr generator', [
    ...partsOf(code, 'code', sources),
    ...partsOf(
      templates,
      'templates',
      filesUnder(templates, () => true),
    ),
    ...partsOf(
      native,
      'ffi',
      filesUnder(native, () => true),
    ),
  ])
  return { digest: key, files: Object.fromEntries(parts.map(part => [part.name, part.value.slice(0, 16)])) }
}

/** The digest alone. */
export function computeGeneratorDigest(...places: Parameters<typeof computeGenerator>): string {
  return computeGenerator(...places).digest
}

/** Where the build step leaves the digest: bundled code has no files that it could be computed from. */
export const builtDigestFile = (): string => folder('dist/generator-digest.json')

let known: Generator | undefined

function generator(): Generator {
  known ??= runsFromSources ? computeGenerator() : readBuiltDigest()
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

function readBuiltDigest(): Generator {
  let text: string
  try {
    text = readFileSync(builtDigestFile(), 'utf8')
  } catch (cause) {
    throw failed(builtDigestFile(), cause)
  }
  const { digest, files } = JSON.parse(text) as Partial<Generator>
  if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest))
    throw failed(builtDigestFile(), new Error('it holds no digest'))
  return { digest, files: files ?? {} }
}
