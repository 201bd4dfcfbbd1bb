/** Files of a project that have been written: what keys and make need to know of them, without their text. */
import type { ProjectFile } from '../../codegen/project.ts'
import { contentPart, type KeyPart } from '../../store/digest.ts'
import { writeFiles } from '../../toolchain/write-project.ts'
import { includesOf, type Include } from './includes.ts'

export interface WrittenFile {
  /** As in `ProjectFile`. */
  readonly path: string
  /** The file's content in the key of what is made of it. */
  readonly part: KeyPart
  /** A unit whose object may come from the cache: what of its text an object depends on. */
  readonly text?: KeyPart
  /** Its object may come from the cache: it depends on what it includes. */
  readonly shared?: true | undefined
  /** Of headers and shared C; undefined where its lines do not tell. */
  readonly includes?: readonly Include[] | undefined
}

/** A project that lies in a directory. */
export interface WrittenProject {
  readonly files: readonly WrittenFile[]
  /** The C files that become objects. */
  readonly units: readonly string[]
}

/** Writes some files of a project into a directory of rvr's own. @throws RvrError `IO`. */
export async function write(directory: string, files: readonly ProjectFile[]): Promise<WrittenFile[]> {
  await writeFiles(directory, files)
  return files.map(writtenFile)
}

/** Comments of a reusable unit name addresses, which move. */
export function writtenFile({ path, content, reusable, shared }: ProjectFile): WrittenFile {
  const part = contentPart(`project/${path}`, 'file', content)
  if (reusable === true)
    return { path, part, text: contentPart('text', 'file', content.replaceAll(/\/\*.*?\*\//gs, '')) }
  const includes = shared === true || path.endsWith('.h') ? includesOf(content) : undefined
  return { path, part, shared, includes }
}
