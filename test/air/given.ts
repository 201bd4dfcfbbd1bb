/** Files with published rows, which are no part of this repository: found where they lie beside it, in `shared`. */
import { existsSync } from 'node:fs'

/** The file's place; undefined where it is not there. */
export function givenFile(path: string): URL | undefined {
  let folder = new URL('../../..', import.meta.url)
  for (let levels = 0; levels < 3; levels++, folder = new URL('..', folder)) {
    const file = new URL(`shared/data/${path}`, folder)
    if (existsSync(file)) return file
  }
  return undefined
}
