/** Directories at paths that users name. */
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a directory and those above it that are missing; one that exists is fine.
 *
 * Node's own recursive mkdir never ends where the system answers ENOENT below a directory that exists, as /proc does.
 *
 * @throws the system's error.
 */
export async function makeDirectory(path: string): Promise<void> {
  const make = (): Promise<void> =>
    mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  try {
    await make()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error
    await makeDirectory(dirname(path))
    await make()
  }
}
