/** A library of the proof system as a C project: files as they lie, with the library's identity. */
import { readdirSync } from 'node:fs'
import { identityBlock } from '../../codegen/runtime.ts'
import type { Project, ProjectFile } from '../../codegen/project.ts'
import { resource, resourceText } from '../../resources.ts'

/** Each has a directory of its own in `ffi/stark`, beside what they share. */
export type StarkLibrary = 'verifier' | 'prover'

const isC = (name: string): boolean => /\.[ch]$/.test(name)

/** C files that lie in a directory, at another place of the project. */
const filesIn = (directory: string, path: string): ProjectFile[] =>
  readdirSync(resource(directory))
    .filter(isC)
    .map(name => ({ path: `${path}/${name}`, content: resourceText(`${directory}/${name}`) }))

/** Equal input gives byte-identical files. */
export function starkProject(library: StarkLibrary, identity: string): Project {
  const files: ProjectFile[] = [
    { path: 'Makefile', content: resourceText('templates/stark/Makefile') },
    ...filesIn('ffi/stark', 'stark'),
    ...filesIn(`ffi/stark/${library}`, `stark/${library}`),
    ...filesIn('templates/archive', 'archive'),
    ...filesIn('templates/threads', 'threads'),
    { path: 'sha2/plain.c', content: resourceText('ffi/sha2/sha256.c') },
    { path: 'sha2/own.c', content: resourceText('ffi/sha2/sha256.c') },
    { path: 'sha2/sha256.c', content: resourceText('templates/stark/sha256.c') },
    { path: 'identity/identity.c', content: identityBlock(identity) },
  ]
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  return { files, units: files.filter(({ path }) => path.endsWith('.c')).map(({ path }) => path) }
}
