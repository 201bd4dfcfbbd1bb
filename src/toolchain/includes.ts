/** After make: an extension's sources may include only what the cache keys know of. */
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { RvrError } from '../errors.ts'

/** What this needs to know of an extension. */
interface Sources {
  readonly name: string
  readonly sources?: readonly string[]
  readonly headers?: readonly string[]
}

/** Prerequisites in a dependency file that a compiler wrote; system headers are left out there. */
const prerequisites = (text: string): string[] =>
  text
    .slice(text.indexOf(':') + 1)
    .replaceAll('\\\n', ' ')
    .split(/\s+/)
    .filter(path => path !== '')

/**
 * Reads the dependency files that make left in `directory`.
 *
 * @throws RvrError `CONFIG_INVALID` naming the extension and the file: its content would be in no key, so a change of
 *   it would go unnoticed
 */
export async function checkIncludes(directory: string, extensions: readonly Sources[]): Promise<void> {
  if (extensions.every(({ sources = [] }) => sources.length === 0)) return
  const known = new Set(extensions.flatMap(({ sources = [], headers = [] }) => [...sources, ...headers]))
  for (const file of (await readdir(directory)).filter(name => /^ext_.*\.d$/.test(name))) {
    for (const path of prerequisites(await readFile(join(directory, file), 'utf8'))) {
      const absolute = resolve(directory, path)
      if (known.has(absolute) || dirname(absolute) === resolve(directory)) continue
      const owner = extensions.find(({ sources = [] }) =>
        sources.some(source => file === `ext_${source.slice(source.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '')}.d`),
      )
      throw new RvrError(
        'CONFIG_INVALID',
        `extension ${owner?.name ?? '?'}: ${file.slice(4, -2)} includes ${absolute}, which is not among its headers`,
        {
          hint: 'List it under headers, so that a change of it is noticed.',
          details: { extension: owner?.name, path: absolute },
        },
      )
    }
  }
}
