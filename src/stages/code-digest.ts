/** Digests of parts of rvr's own code: what decides a result is a part of its key. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RvrError, messageOf } from '../errors.ts'
import { resource } from '../resources.ts'
import { composeKey, contentPart, type KeyPart } from '../store/digest.ts'

/** Its digest, and the digests of its files (16 digits) by path. */
export interface CodeDigest {
  /** 64 hex digits. */
  readonly digest: string
  readonly files: Readonly<Record<string, string>>
}

/** A folder whose files count, and how they are called. */
export interface CodeFolder {
  readonly path: string
  readonly label: string
  /** Default: every file does. */
  readonly accepts?: (path: string) => boolean
}

export const folderOf = (path: string): string => fileURLToPath(resource(path))

function failed(path: string, cause: unknown): RvrError {
  return new RvrError('IO', `rvr's own file ${path} cannot be read: ${messageOf(cause)}`, {
    hint: 'Check the installation of rvr; a file that is skipped would make stale results look fresh.',
    details: { path },
    cause,
  })
}

/**
 * Files under `root`, relative, sorted; anything that is neither a file nor a directory is an error, as is anything
 * unreadable.
 */
function filesUnder(root: string, relative = ''): string[] {
  const directory = join(root, relative)
  try {
    return readdirSync(directory, { withFileTypes: true })
      .flatMap(entry => {
        const path = relative === '' ? entry.name : `${relative}/${entry.name}`
        if (entry.isDirectory()) return filesUnder(root, path)
        if (!entry.isFile()) throw new Error(`${path} is not a plain file`)
        return [path]
      })
      .toSorted()
  } catch (cause) {
    throw cause instanceof RvrError ? cause : failed(directory, cause)
  }
}

function partsOf({ path: root, label, accepts = () => true }: CodeFolder): KeyPart[] {
  return filesUnder(root)
    .filter(accepts)
    .map(path => {
      try {
        return contentPart(`${label}/${path}`, 'file', readFileSync(join(root, path)))
      } catch (cause) {
        throw failed(join(root, path), cause)
      }
    })
}

/** Code and data that are imported, in these folders and files of `src/`. */
export const isSourceIn =
  (sources: readonly string[]) =>
  (path: string): boolean =>
    /\.(ts|json)$/.test(path) && sources.some(source => path.startsWith(`${source}/`) || path === `${source}.ts`)

/** @throws RvrError `IO` when anything there cannot be read */
export function computeCodeDigest(title: string, folders: readonly CodeFolder[]): CodeDigest {
  const { key, parts } = composeKey(title, folders.flatMap(partsOf))
  return { digest: key, files: Object.fromEntries(parts.map(part => [part.name, part.value.slice(0, 16)])) }
}

/** What the build step has left in `file`: bundled code has no files that it could be computed from. */
export function readBuiltDigest(file: string): CodeDigest {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw failed(file, cause)
  }
  const { digest, files } = JSON.parse(text) as Partial<CodeDigest>
  if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest)) throw failed(file, new Error('it holds no digest'))
  return { digest, files: files ?? {} }
}
