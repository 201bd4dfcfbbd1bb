/** A guest made ready to run in one mode: compiled, loaded from a file, or interpreted. */
import { randomBytes } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { RvrError, messageOf } from '../errors.ts'
import { makeDirectory } from '../files.ts'
import type { AbiName } from '../extensions/abi.ts'
import type { BuildTiming, CacheReport } from '../pipeline.ts'
import { openSavedRun, type SavedRun } from '../run/saved/read.ts'
import { checkFits } from '../run/saved/restore.ts'
import { Session, type SessionOptions } from '../run/session.ts'
import type { ExecuteOptions, ResumeFromOptions } from './options.ts'
import { Run } from './run.ts'
import { passCuts, stoppingAtCuts } from './segments.ts'

export type { BuildTiming, CacheReport }

export interface ArtifactParts extends Omit<SessionOptions, 'print'> {
  readonly cache: CacheReport
  readonly timing: BuildTiming
}

export class Artifact {
  readonly mode: string
  readonly engine: 'native' | 'interp'
  /** SHA-256 of the guest's ELF file, and the ABI it runs with. */
  readonly guestDigest: string
  readonly abi: AbiName
  /** Does the mode cut runs into segments? */
  readonly keepsSegments: boolean
  /** The library's file; undefined for the interpreter. */
  readonly file: string | undefined
  readonly cache: CacheReport
  readonly timing: BuildTiming
  readonly #parts: ArtifactParts

  constructor(parts: ArtifactParts) {
    this.#parts = parts
    this.mode = parts.mode.name
    this.engine = parts.engine.engine
    this.guestDigest = parts.image.digest
    this.abi = parts.abi.name
    this.keepsSegments = parts.mode.segments
    this.file = parts.engine.engine === 'native' ? parts.engine.library.path : undefined
    this.cache = parts.cache
    this.timing = parts.timing
  }

  /** Runs the guest in fresh memory, off the main thread. @throws RvrError `ABORTED`, `WORKER_FAILED`. */
  async execute(options: ExecuteOptions = {}): Promise<Run> {
    const { image, abi, mode, machine, engine, pool } = this.#parts
    if (options.segmentLimits !== undefined && !mode.segments) throw new RvrError('USAGE', `mode ${mode.name} does not cut segments, so it has no limits of segments`, { hint: 'Use mode metered.' })
    const session = new Session({ image, abi, mode, machine, engine, pool, print: options.onPrint ?? (() => {}) })
    const from = { instret: 0n, cost: 0n, begun: performance.now() }
    const inputs = [...options.inputs ?? []]
    try {
      const state = await session.start({
        inputs,
        ...(options.publicValuesBytes !== undefined && { publicValuesBytes: options.publicValuesBytes }),
        ...(options.seed !== undefined && { seed: options.seed }),
        ...(options.args !== undefined && { args: options.args }),
        ...(options.segmentLimits !== undefined && { segmentLimits: options.segmentLimits }),
      }, stoppingAtCuts(options))
      return await passCuts(new Run(session, state, { artifact: this, options: { ...options, inputs } }), options, from)
    } catch (error) {
      session.dispose()
      throw error
    }
  }

  /**
   * Goes on from a run that `run.save` wrote to a file: of the same guest, ABI, mode and machine, whichever engine it ran in. Limits count from there.
   *
   * @throws RvrError `IO`, `STATE_REFUSED` (the file does not fit or is damaged: `details.reason`), `ABORTED`, `WORKER_FAILED`.
   */
  async resumeFrom(file: string | SavedRun, options: ResumeFromOptions = {}): Promise<Run> {
    const { image, abi, mode, machine, engine, pool } = this.#parts
    const saved = typeof file === 'string' ? await openSavedRun(file) : file
    checkFits(saved, { image, abi, mode, machine })
    const session = new Session({ image, abi, mode, machine, engine, pool, print: options.onPrint ?? (() => {}) })
    try {
      const from = { instret: saved.instret, cost: saved.header.cost, begun: performance.now() }
      const state = await session.restore(saved, stoppingAtCuts(options))
      const origin = mode.segments ? { artifact: this, options: { ...session.startedWith, ...(options.onPrint !== undefined && { onPrint: options.onPrint }) } } : undefined
      return await passCuts(new Run(session, state, origin), options, from)
    } catch (error) {
      session.dispose()
      throw error
    }
  }

  /** Copies the library to `file` and returns its absolute path; `Guest.loadArtifact` takes it from there. */
  async save(file: string): Promise<string> {
    const { engine } = this.#parts
    if (engine.engine === 'interp') throw new RvrError('USAGE', 'an interpreted guest has no library to save', { hint: 'Compile it first: guest.compile(mode).' })
    const target = resolve(file)
    // A library in use must never change under those who run it: the new file takes the name, the old one stays with its users.
    const staged = `${target}.${randomBytes(6).toString('hex')}`
    try {
      await makeDirectory(dirname(target))
      await engine.library.copyTo(staged)
      await rename(staged, target)
    } catch (cause) {
      await rm(staged, { force: true }).catch(() => {})
      throw new RvrError('IO', `cannot write ${target}: ${messageOf(cause)}`, { hint: 'Choose a directory that you can write to.', cause, details: { path: target } })
    }
    return target
  }
}
