/** The keys of a compiled guest: of what it is made from, and of everything that make sees. */
import type { Key, KeyPart } from '../../store/digest.ts'
import { artifactKeyOf, inputKeyOf, partsOf } from '../key.ts'
import type { WrittenProject } from '../make/written.ts'
import { contextParts, libraryParts, type KeyContext, type LibraryInputs } from './parts.ts'

/** Name of the stage. */
export const LIBRARY = 'library'

/** What make sees: the parts of the artifact's key. */
export function seenParts(context: KeyContext, { files }: Pick<WrittenProject, 'files'>): KeyPart[] {
  return [...partsOf(contextParts, context), ...files.map(({ part }) => part)]
}

/** The key of a compiled library: everything that make sees. */
export function artifactKey({
  project,
  ...context
}: KeyContext & { readonly project: Pick<WrittenProject, 'files'> }): Key {
  return artifactKeyOf(LIBRARY, seenParts(context, project))
}

/**
 * The key of what leads to a library: everything but the generated project, with what the project is generated from in
 * its place.
 */
export function inputKey(inputs: LibraryInputs): Key {
  return inputKeyOf(LIBRARY, partsOf(libraryParts, inputs))
}
