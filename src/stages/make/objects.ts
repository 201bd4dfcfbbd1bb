/** Objects of a project that need no compiler because the cache has them. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cache } from '../../store/cache.ts'
import { composeKey, contentPart, digestPart, textPart, type Key, type KeyPart } from '../../store/digest.ts'
import type { ProjectFile } from '../../codegen/project.ts'
import { messageOf } from '../../errors.ts'

/** How many of the C files that may stay the same did. */
export interface ObjectsReport {
  readonly reused: number
  readonly compiled: number
}

/** What the objects of a project have in common; `shared` are the Makefile and all headers. */
export function objectContext(context: readonly KeyPart[], shared: readonly ProjectFile[]): Key {
  const files = shared.map(file => contentPart(`project/${file.path}`, 'file', file.content))
  return composeKey('rvr objects', [...context, ...files])
}

/**
 * The key of what a C file compiles to. Comments name addresses, which move; the file's name decides on flags and is in
 * the object.
 */
export function objectKey(together: Key, { path, content }: ProjectFile): string {
  return composeKey('rvr object', [
    digestPart('together', together.key),
    textPart('path', path),
    contentPart('text', 'file', content.replaceAll(/\/\*.*?\*\//gs, '')),
  ]).key
}

const objectOf = (path: string): string => path.replace(/\.c$/, '.o')

/** Writes a file whole, or leaves none: make would take half of one for an object. */
async function put(path: string, content: Uint8Array): Promise<boolean> {
  try {
    await writeFile(path, content)
    return true
  } catch {
    await rm(path, { force: true })
    return false
  }
}

/**
 * One build's use of the store's objects. `context` is what they depend on beside the project's own files; without it
 * nothing is looked for and nothing stored.
 */
export class ObjectReuse {
  readonly #cache: Cache
  readonly #context: readonly KeyPart[] | undefined
  /** What every unit is compiled with: the Makefile and the headers. They come in front of the units. */
  readonly #shared: ProjectFile[] = []
  #together: Key | undefined
  /** Keys of what the cache did not have, by path. */
  readonly #missed = new Map<string, string>()
  #reused = 0

  constructor(cache: Cache, context: readonly KeyPart[] | undefined) {
    this.#cache = cache
    this.#context = context
  }

  /** Undefined where no object of the project can be in the cache. */
  get report(): ObjectsReport | undefined {
    return this.#together === undefined ? undefined : { reused: this.#reused, compiled: this.#missed.size }
  }

  /**
   * Puts what the cache has beside these files, which are written: make finds such objects newer than what they are
   * made from. Returns the files that it had no object of.
   */
  async take(directory: string, files: readonly ProjectFile[]): Promise<ProjectFile[]> {
    const rest: ProjectFile[] = []
    if (this.#context === undefined) return [...files]
    for (const file of files) if (file.path === 'Makefile' || file.path.endsWith('.h')) this.#shared.push(file)
    for (const file of files) {
      if (
        file.reusable !== true ||
        !(await this.#find((this.#together ??= objectContext(this.#context, this.#shared)), directory, file))
      )
        rest.push(file)
    }
    return rest
  }

  async #find(together: Key, directory: string, file: ProjectFile): Promise<boolean> {
    const key = objectKey(together, file)
    const content = await this.#cache.objects.find(key)
    const isThere = content !== undefined && (await put(join(directory, objectOf(file.path)), content))
    if (isThere) this.#reused++
    else this.#missed.set(file.path, key)
    this.#cache.count(isThere ? 'object-hit' : 'object-miss')
    return isThere
  }

  /** After make has succeeded: stores what it compiled. */
  async store(directory: string): Promise<void> {
    let stored = 0
    for (const [path, key] of this.#missed) {
      const content = await readFile(join(directory, objectOf(path))).catch((error: unknown) => messageOf(error))
      if (typeof content === 'string' || !(await this.#cache.objects.store(key, content))) break
      stored++
    }
    this.#cache.count('object-publish', stored)
  }
}
