/** One program of the toolchain: where it is, and what it is whatever its path. */
import { createHash } from 'node:crypto'
import { createReadStream, realpathSync } from 'node:fs'

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

/** A compiler has a hundred megabytes; a piece is hashed in less than a millisecond, and others get their turn. */
const PIECE_BYTES = 1 << 20

/** Describes the program at `path`. Rejects with the file system's error when it cannot be read. */
export async function describeTool(path: string, version: string): Promise<Tool> {
  const realPath = realpathSync(path)
  const hash = createHash('sha256')
  for await (const piece of createReadStream(realPath, { highWaterMark: PIECE_BYTES })) hash.update(piece as Buffer)
  return { path, realPath, digest: hash.digest('hex'), version }
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
