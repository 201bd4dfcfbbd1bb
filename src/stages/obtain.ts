/** How every stage comes by its artifact: found in the store, fetched from a server, or made and stored. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RvrError, isAborted, throwIfAborted } from '../errors.ts'
import { noEvents, stage as timed } from '../events.ts'
import type { Key } from '../store/digest.ts'
import type { Entry } from '../store/lookup.ts'
import { artifactKeyOf, inputKeyOf, ownParts, partsOf } from './key.ts'
import type { Made, Obtained, Stage, StageRequest } from './stage.ts'

const isRefused = (error: unknown): boolean => error instanceof RvrError && error.code === 'ARTIFACT_REFUSED'

/** The key of a request; undefined when nothing may be looked up or stored. */
export function keyOf<Request extends StageRequest, Inputs>(
  stage: Pick<Stage<Request, Inputs, unknown, unknown>, 'name' | 'parts' | 'inputs'>,
  request: Request,
): Key | undefined {
  if (request.services.cache.state === 'off') return undefined
  const inputs = stage.inputs(request)
  return inputs === undefined ? undefined : inputKeyOf(stage.name, partsOf(stage.parts, inputs))
}

/** One request on its way through a stage. */
class Errand<Request extends StageRequest, Inputs, Opened, Report> {
  readonly #stage: Stage<Request, Inputs, Opened, Report>
  readonly #request: Request

  constructor(stage: Stage<Request, Inputs, Opened, Report>, request: Request) {
    this.#stage = stage
    this.#request = request
  }

  /** A hit: nothing is made. */
  async find(input: Key): Promise<Obtained<Opened, Report> | undefined> {
    const { services, events } = this.#request
    const begin = performance.now()
    const key = await services.cache.lookupInput(input.key)
    const entry = key === undefined ? undefined : await services.cache.lookup(key)
    if (key === undefined || entry === undefined) return undefined
    try {
      const opened = await this.#stage.open(entry, this.#request, events)
      const openMs = performance.now() - begin
      return { opened, outcome: 'hit', key, inputKey: input.key, isKept: true, openMs }
    } catch (error) {
      // Whole, but not what its key says: somebody else's entry came here under that name.
      if (!isRefused(error)) throw error
      await services.cache.discard(key, (error as Error).message)
      return undefined
    }
  }

  /** A hit of the remote store: checked as any artifact is, then stored here. What does not fit is a miss. */
  async fetch(input: Key): Promise<Obtained<Opened, Report> | undefined> {
    const { services, events, signal } = this.#request
    const { cache, directories } = services
    const begin = performance.now()
    const found = await services.remote?.fetch(input.key, signal)
    throwIfAborted('compiling', signal)
    if (found === undefined) return undefined
    const directory = await directories.create()
    const file = join(directory, this.#stage.file)
    try {
      await writeFile(file, found.content, { mode: 0o600 })
      await this.#stage.open(file, this.#request, noEvents)
      const entry = await cache.publish(found.key, input.key, file, {
        parts: found.manifest.parts,
        inputParts: input.parts,
        info: found.manifest.info,
        details: this.#details,
      })
      const opened = await this.#stage.open(entry ?? file, this.#request, events)
      cache.count('remote-hit')
      const isKept = entry !== undefined
      if (isKept) await directories.remove(directory)
      const openMs = performance.now() - begin
      return { opened, outcome: 'hit', key: found.key, inputKey: input.key, origin: 'remote', isKept, openMs }
    } catch (error) {
      await directories.remove(directory)
      if (isAborted(error)) throw error
      cache.count(isRefused(error) ? 'remote-refused' : 'remote-error')
      return undefined
    }
  }

  /** Makes the file, and stores it under `input`; without that it stays in its directory. */
  async make(input?: Key): Promise<Obtained<Opened, Report>> {
    const { services, events } = this.#request
    const { cache, directories } = services
    const directory = await directories.create()
    const file = join(directory, this.#stage.file)
    cache.count('build')
    try {
      const made = await this.#stage.make(this.#request, directory)
      const stored = input === undefined ? undefined : await this.#store(input, file, made)
      const begin = performance.now()
      const opened = await this.#stage.open(stored?.entry ?? file, this.#request, events)
      const openMs = performance.now() - begin
      const isKept = stored?.entry !== undefined
      if (isKept) await directories.remove(directory)
      const found = { opened, isKept, made: made.report, openMs }
      return stored === undefined
        ? { ...found, outcome: 'off' }
        : { ...found, outcome: 'miss', key: stored.key, inputKey: input?.key }
    } catch (error) {
      if (error instanceof RvrError && error.code === 'COMPILE_FAILED') {
        cache.count('build-failed')
        directories.keep(directory)
      } else await directories.remove(directory)
      throw error
    }
  }

  /** Undefined where the file may not be stored; without an entry where it could not be. */
  async #store(
    input: Key,
    file: string,
    { parts, info, keep }: Made<Report>,
  ): Promise<{ key: string; entry: Entry | undefined } | undefined> {
    const { services, events } = this.#request
    const { cache, remote } = services
    const artifact = artifactKeyOf(this.#stage.name, parts?.() ?? ownParts(input.parts))
    const changed = cache.state === 'ready' ? await this.#stage.changedMeanwhile?.(this.#request) : undefined
    if (changed !== undefined) {
      cache.count('uncacheable')
      events({ type: 'warning', message: changed })
      return undefined
    }
    await keep?.()
    const { value: entry } = await timed(events, 'publish', () =>
      cache.publish(artifact.key, input.key, file, {
        parts: artifact.parts,
        inputParts: input.parts,
        details: this.#details,
        info,
      }),
    )
    if (entry !== undefined) remote?.offer(input.key, entry)
    return { key: artifact.key, entry }
  }

  readonly #details = async () => (await this.#stage.details?.(this.#request)) ?? {}
}

/** An artifact of a stage. @throws what the stage throws; RvrError `ABORTED`. */
export async function obtain<Request extends StageRequest, Inputs, Opened, Report, Kind extends string>(
  stage: Stage<Request, Inputs, Opened, Report, Kind>,
  request: Request,
): Promise<Obtained<Opened, Report>> {
  const { services, beforeWork, beforeMaking, explainMisses, signal } = request
  const { cache, remote } = services
  const errand = new Errand(stage, request)
  const input = keyOf(stage, request)
  if (input === undefined) {
    await beforeWork?.()
    await beforeMaking?.()
    if (stage.inputs(request) === undefined) cache.count('uncacheable')
    return errand.make()
  }
  const hit = await errand.find(input)
  if (hit !== undefined) return hit
  const explain = async (): Promise<void> => {
    if (explainMisses === true) await (await import('./explain.ts')).reportMiss(stage, request, input)
  }
  // A miss of the whole of the cache is known when the server has been asked; without one, what may end at any time
  // hears of it now.
  if (remote === undefined) await explain()
  await beforeWork?.()
  if (beforeMaking !== undefined) {
    // Nobody else waits for the lock meanwhile.
    const fetched = await errand.fetch(input)
    if (fetched !== undefined) return fetched
    await beforeMaking()
  }
  const work = async (): Promise<Obtained<Opened, Report>> => {
    // Another process may have made it while this one waited.
    const late = (await errand.find(input)) ?? (await errand.fetch(input))
    if (late !== undefined) return late
    if (remote !== undefined) await explain()
    return errand.make(input)
  }
  return cache.withBuildLock(input.key, work, signal)
}

/** What is in the store already; undefined where it would have to be made, and nothing is. */
export async function find<Request extends StageRequest, Inputs, Opened, Report, Kind extends string>(
  stage: Stage<Request, Inputs, Opened, Report, Kind>,
  request: Request,
): Promise<Obtained<Opened, Report> | undefined> {
  const input = keyOf(stage, request)
  return input === undefined ? undefined : new Errand(stage, request).find(input)
}
