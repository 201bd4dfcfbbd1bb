/** Files that lie beside the code, in sources as in the package: templates, ffi, package.json. */
import { existsSync, readFileSync } from 'node:fs'

/** Does this code run as it was written, and not as the build step bundled it? */
export const runsFromSources = import.meta.url.endsWith('.ts')

/** Bundled code may lie in any file of `dist`. */
function rootOf(place: string): URL {
  for (let folder = new URL('.', place); ; folder = new URL('..', folder)) {
    if (folder.pathname === '/' || existsSync(new URL('package.json', folder))) return folder
  }
}

const root = rootOf(import.meta.url)

/** The file at a path relative to the package. */
export const resource = (path: string): URL => new URL(path, root)

/** @throws what reading it throws: the package is not whole. */
export const resourceText = (path: string): string => readFileSync(resource(path), 'utf8')
