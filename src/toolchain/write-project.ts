/** Writes a generated project to disk. */
import { writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import type { Project, ProjectFile } from '../codegen/project.ts'
import { RvrError, messageOf } from '../errors.ts'
import { makeDirectory } from '../files/directory.ts'

/** Writes all files of `project` under `directory`, which is created. Throws IO when that fails, INTERNAL for a path that leads outside. */
export function writeProject(directory: string, project: Project): Promise<void> {
  return writeFiles(directory, project.files)
}

/** The same for some of its files. */
export async function writeFiles(directory: string, files: readonly ProjectFile[]): Promise<void> {
  const outside = files.find(({ path }) => isAbsolute(path) || normalize(path).split('/').includes('..'))
  if (outside !== undefined) throw new RvrError('INTERNAL', `the generated project names a file outside itself: ${outside.path}`)
  try {
    const directories = new Set(files.map(file => dirname(join(directory, file.path))))
    for (const path of [directory, ...directories]) await makeDirectory(path)
    await Promise.all(files.map(file => writeFile(join(directory, file.path), file.content)))
  } catch (cause) {
    throw new RvrError('IO', `the generated project cannot be written to ${directory}: ${messageOf(cause)}`, {
      hint: 'Check permissions and free space there, or set TMPDIR to a roomier place.', cause, details: { path: directory },
    })
  }
}
