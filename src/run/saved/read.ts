/** Reads a saved run: the whole file is checked before anything in it is believed. */
import { resolve } from 'node:path'
import { readArchive } from '../../archive/read.ts'
import type { AbiName } from '../../extensions/abi.ts'
import type { ModeName } from '../../modes/registry.ts'
import { savedIn, type SavedContent } from './content.ts'
import { refusedArchive } from './refusal.ts'

/** A saved run, checked and ready to go on; `artifact.resumeFrom` takes it as often as wanted. */
export class SavedRun {
  /** Absolute path of the file. */
  readonly path: string
  /** @internal */
  readonly content: SavedContent

  constructor(path: string, content: SavedContent) {
    this.path = path
    this.content = content
  }

  /** SHA-256 of the guest's ELF file. */
  get guestDigest(): string {
    return this.content.facts.guest
  }

  get mode(): ModeName {
    return this.content.facts.mode
  }

  get abi(): AbiName {
    return this.content.facts.abi
  }

  /** Instructions retired before it was saved. */
  get instret(): bigint {
    return this.content.facts.instructions
  }

  /** What they cost. */
  get cost(): bigint {
    return this.content.facts.cost
  }
}

/**
 * Opens a saved run.
 *
 * @throws RvrError `IO` (the file cannot be read), `ABORTED`, `STATE_REFUSED` (it is no saved run, of another format
 *   version, or damaged)
 */
export async function openSavedRun(
  file: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<SavedRun> {
  const path = resolve(file)
  try {
    return new SavedRun(path, savedIn(await readArchive(path, { content: 'run', kind: 'savedRun', signal })))
  } catch (error) {
    throw refusedArchive(path, error)
  }
}
