/** A guest made ready to run in one mode: compiled, loaded from a file, or interpreted. */
import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { RvrError, messageOf } from '../errors.ts'
import type { BuildTiming, CacheReport } from '../pipeline.ts'
import { Session, type SessionOptions } from '../run/session.ts'
import type { ExecuteOptions } from './options.ts'
import { Run } from './run.ts'

export type { BuildTiming, CacheReport }

export interface ArtifactParts extends Omit<SessionOptions, 'print'> {
  readonly cache: CacheReport
  readonly timing: BuildTiming
}

export class Artifact {
  readonly mode: string
  readonly engine: 'native' | 'interp'
  /** The library's file; undefined for the interpreter. */
  readonly file: string | undefined
  readonly cache: CacheReport
  readonly timing: BuildTiming
  readonly #parts: ArtifactParts

  constructor(parts: ArtifactParts) {
    this.#parts = parts
    this.mode = parts.mode.name
    this.engine = parts.engine.engine
    this.file = parts.engine.engine === 'native' ? resolve(parts.engine.library) : undefined
    this.cache = parts.cache
    this.timing = parts.timing
  }

  /** Runs the guest in fresh memory, off the main thread. @throws RvrError `ABORTED`, `WORKER_FAILED`. */
  async execute(options: ExecuteOptions = {}): Promise<Run> {
    const { image, abi, mode, machine, engine, pool } = this.#parts
    const session = new Session({ image, abi, mode, machine, engine, pool, print: options.onPrint ?? (() => {}) })
    try {
      return new Run(session, await session.start({
        inputs: options.inputs ?? [],
        ...(options.publicValuesBytes !== undefined && { publicValuesBytes: options.publicValuesBytes }),
        ...(options.seed !== undefined && { seed: options.seed }),
        ...(options.args !== undefined && { args: options.args }),
        ...(options.segmentLimits !== undefined && { segmentLimits: options.segmentLimits }),
      }, options))
    } catch (error) {
      session.dispose()
      throw error
    }
  }

  /** Copies the library to `file` and returns its absolute path; `Guest.loadArtifact` takes it from there. */
  async save(file: string): Promise<string> {
    if (this.file === undefined) throw new RvrError('USAGE', 'an interpreted guest has no library to save', { hint: 'Compile it first: guest.compile(mode).' })
    const target = resolve(file)
    // A library in use must never change under those who run it: the new file takes the name, the old one stays with its users.
    const staged = `${target}.${randomBytes(6).toString('hex')}`
    try {
      await mkdir(dirname(target), { recursive: true })
      await copyFile(this.file, staged)
      await rename(staged, target)
    } catch (cause) {
      await rm(staged, { force: true }).catch(() => {})
      throw new RvrError('IO', `cannot write ${target}: ${messageOf(cause)}`, { hint: 'Choose a directory that you can write to.', cause, details: { path: target } })
    }
    return target
  }
}
