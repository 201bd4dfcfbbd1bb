/** One program of the toolchain: where it is, and what it is whatever its path. */
import { createHash } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'

export interface Tool {
  /**
   * Absolute path as it is invoked. A compiler wrapper decides by its name what to do, so links are not resolved here.
   */
  readonly path: string
  /** The file behind `path`, links resolved: what `digest` was computed from. */
  readonly realPath: string
  /** SHA-256 of the program file, 64 hex digits. */
  readonly digest: string
  /** First line that the program prints about its version, without the name it was called by. */
  readonly version: string
}

/** Describes the program at `path`. Throws the file system's error when it cannot be read. */
export function describeTool(path: string, version: string): Tool {
  const realPath = realpathSync(path)
  return { path, realPath, digest: createHash('sha256').update(readFileSync(realPath)).digest('hex'), version }
}

/**
 * The version line in a form that does not depend on how the program was called: `cc` and `gcc` are often one file, and
 * gcc starts its line with the name it was called by.
 */
export function versionLine(output: string): string {
  const line = output.split('\n', 1)[0]!.trim()
  const named = /^\S+ (\(.*\).*)$/.exec(line)
  return named === null ? line : named[1]!
}
