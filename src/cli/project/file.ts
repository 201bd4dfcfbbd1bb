/** The project file: which one it is, and what stands in it. */
import { statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { replaceability } from '../../store/ownership.ts'
import { RvrError, messageOf } from '../../errors.ts'
import { readInputText } from '../../files/read.ts'

const NAME = 'rvr.toml'

export interface ProjectFile {
  /** Absolute. */
  readonly path: string
  /** Nobody has named it. */
  readonly isFound: boolean
  readonly content: Readonly<Record<string, unknown>>
}

export const projectError = (path: string, what: string, hint: string, details: object = {}): RvrError =>
  new RvrError('USAGE', `project file ${path}: ${what}`, { hint, details: { path, ...details } })

/** The nearest rvr.toml in `directory` or above. */
function findFrom(directory: string): string | undefined {
  for (let at = resolve(directory); ; at = dirname(at)) {
    const path = join(at, NAME)
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return path
    if (dirname(at) === at) return undefined
  }
}

/** A file in /tmp, say, may be anybody's. */
function checkOwner(path: string): void {
  const why = replaceability(statSync(path))
  if (why !== undefined)
    throw projectError(
      path,
      `it was found by itself, and ${why}`,
      `Name it with --project ${path} if you trust it, or leave it out with --no-project.`,
    )
}

async function read(path: string, isFound: boolean, signal: AbortSignal): Promise<ProjectFile> {
  const text = await readInputText('project', path, signal)
  const { parse } = await import('smol-toml')
  try {
    return { path, isFound, content: parse(text) }
  } catch (cause) {
    throw projectError(path, `no TOML: ${messageOf(cause).split('\n')[0]}`, 'docs/cli.md has an example.')
  }
}

/**
 * The file that was named (`--project`, else RVR_PROJECT), else the one that is found; `false` and an empty RVR_PROJECT
 * mean none.
 *
 * @throws RvrError `USAGE` (no TOML, or not the user's own), `IO`, `ABORTED`
 */
export async function projectFile(
  named: string | boolean | undefined,
  { environment, directory, signal }: { environment: NodeJS.ProcessEnv; directory: string; signal: AbortSignal },
): Promise<ProjectFile | undefined> {
  if (named === false) return undefined
  const chosen = typeof named === 'string' ? named : environment['RVR_PROJECT']
  if (chosen !== undefined) return chosen === '' ? undefined : read(resolve(directory, chosen), false, signal)
  const found = findFrom(directory)
  if (found === undefined) return undefined
  checkOwner(found)
  return read(found, true, signal)
}
