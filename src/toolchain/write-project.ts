/** Writes a generated project to disk. */
import { writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import type { Project, ProjectFile } from '../codegen/project.ts'
import { RvrError, messageOf } from '../errors.ts'
import { makeDirectory } from '../files/directory.ts'
import { writeOutput } from '../files/write.ts'

function checkPaths(files: readonly ProjectFile[]): void {
  const outside = files.find(({ path }) => isAbsolute(path) || normalize(path).split('/').includes('..'))
  if (outside !== undefined)
    throw new RvrError('INTERNAL', `the generated project names a file outside itself: ${outside.path}`)
}

/**
 * Writes all files of `project` under a user's directory, which is created. Throws IO when that fails, ABORTED,
 * INTERNAL for a path that leads outside.
 */
export async function writeProject(directory: string, { files }: Project, signal?: AbortSignal): Promise<void> {
  checkPaths(files)
  for (const { path, content } of files) await writeOutput(join(directory, path), put => put(content), { signal })
}

/** Writes some of its files into a fresh directory of rvr's own. Throws IO, INTERNAL. */
export async function writeFiles(directory: string, files: readonly ProjectFile[]): Promise<void> {
  checkPaths(files)
  try {
    const directories = new Set(files.map(file => dirname(join(directory, file.path))))
    for (const path of [directory, ...directories]) await makeDirectory(path)
    await Promise.all(files.map(file => writeFile(join(directory, file.path), file.content)))
  } catch (cause) {
    throw new RvrError('IO', `the generated project cannot be written to ${directory}: ${messageOf(cause)}`, {
      hint: 'Check permissions and free space there, or set TMPDIR to a roomier place.',
      cause,
      details: { path: directory },
    })
  }
}
