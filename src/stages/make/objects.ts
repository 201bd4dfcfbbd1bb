/** Objects of a project that need no compiler because the cache has them. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cache } from '../../store/cache.ts'
import { composeKey, digestPart, textPart, type Key, type KeyPart } from '../../store/digest.ts'
import { messageOf } from '../../errors.ts'
import { filesRead } from './includes.ts'
import type { WrittenFile } from './written.ts'

/** How many of the C files that may stay the same did. */
export interface ObjectsReport {
  readonly reused: number
  readonly compiled: number
}

/** What the objects of a project have in common; `shared` are the Makefile and all headers. */
export function objectContext(context: readonly KeyPart[], shared: readonly WrittenFile[]): Key {
  return composeKey('rvr objects', [...context, ...shared.map(({ part }) => part)])
}

/** The key of what a C file with that `text` compiles to. Its name decides on flags and is in the object. */
export function objectKey(together: Key, path: string, text: KeyPart): string {
  return composeKey('rvr object', [digestPart('together', together.key), textPart('path', path), text]).key
}

/**
 * The key of what a shared C file compiles to: with its name, the Makefile, and the files that it reads, and with
 * nothing else of its project. `tools`: parts of compiler, flags and target.
 */
export function sharedKey(tools: readonly KeyPart[], makefile: KeyPart, read: readonly WrittenFile[]): string {
  return composeKey('rvr shared object', [...tools, makefile, ...read.map(({ part }) => part)]).key
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

/** What objects depend on beside the project's own files; without it none is looked for and none stored. */
export interface ObjectContexts {
  /** Objects of units of a guest. */
  readonly units?: readonly KeyPart[] | undefined
  /** Objects of C that guests and modes share: tools, flags and target. */
  readonly shared?: readonly KeyPart[] | undefined
}

/** One build's use of the store's objects. */
export class ObjectReuse {
  readonly #cache: Cache
  readonly #context: ObjectContexts
  /** All that has been written, by path. */
  readonly #files = new Map<string, WrittenFile>()
  /** What every unit is compiled with: the Makefile and the headers. They come in front of the units. */
  readonly #shared: WrittenFile[] = []
  #together: Key | undefined
  /** Keys of what the cache did not have, by path. */
  readonly #missed = new Map<string, string>()
  readonly #missedShared = new Map<string, string>()
  #reused = 0
  #foundShared = 0

  constructor(cache: Cache, context: ObjectContexts) {
    this.#cache = cache
    this.#context = context
  }

  /** Objects that need no compiler. */
  get found(): number {
    return this.#reused + this.#foundShared
  }

  /** Of units alone. Undefined where no object of the project can be in the cache. */
  get report(): ObjectsReport | undefined {
    return this.#together === undefined ? undefined : { reused: this.#reused, compiled: this.#missed.size }
  }

  /**
   * Puts what the cache has beside these files, which are written: make finds such objects newer than what they are
   * made from. Returns the files that it had no object of.
   */
  async take(directory: string, files: readonly WrittenFile[]): Promise<WrittenFile[]> {
    const rest: WrittenFile[] = []
    for (const file of files) this.#files.set(file.path, file)
    const { units } = this.#context
    if (units === undefined) return [...files]
    for (const file of files) if (file.path === 'Makefile' || file.path.endsWith('.h')) this.#shared.push(file)
    for (const file of files) {
      const { path, text } = file
      if (text !== undefined) {
        const together = (this.#together ??= objectContext(units, this.#shared))
        const key = objectKey(together, path, text)
        if (await this.#find(key, directory, path)) {
          this.#reused++
          continue
        }
        this.#missed.set(path, key)
      }
      rest.push(file)
    }
    return rest
  }

  /** All files are there: puts what the cache has of shared C beside it. */
  async complete(directory: string): Promise<void> {
    const makefile = this.#files.get('Makefile')
    const { shared } = this.#context
    if (shared === undefined || makefile === undefined) return
    for (const file of this.#files.values()) {
      if (file.shared !== true) continue
      const read = filesRead(file, this.#files)
      if (read === undefined) continue
      const key = sharedKey(shared, makefile.part, [file, ...read])
      if (await this.#find(key, directory, file.path)) this.#foundShared++
      else this.#missedShared.set(file.path, key)
    }
  }

  async #find(key: string, directory: string, path: string): Promise<boolean> {
    const content = await this.#cache.objects.find(key)
    const isThere = content !== undefined && (await put(join(directory, objectOf(path)), content))
    this.#cache.count(isThere ? 'object-hit' : 'object-miss')
    return isThere
  }

  /** After make has succeeded: stores what it compiled. */
  async store(directory: string): Promise<void> {
    let stored = 0
    for (const [path, key] of [...this.#missed, ...this.#missedShared]) {
      const content = await readFile(join(directory, objectOf(path))).catch((error: unknown) => messageOf(error))
      if (typeof content === 'string' || !(await this.#cache.objects.store(key, content))) break
      stored++
    }
    this.#cache.count('object-publish', stored)
  }
}
