/** `rvr compile` of several guests, or in several modes: one list of tasks, of which one that fails stops no other. */
import { availableParallelism } from 'node:os'
import { RvrError } from '../../../errors.ts'
import type { Compilation } from '../../../report/compile/compilations.ts'
import type { Guest } from '../../../sdk/guest.ts'
import { CompilationProgress } from '../../progress/compilations.ts'
import { EXIT_OK, exitStatusOfError } from '../../exit-codes.ts'
import { checkPlace, keptFile } from './kept-library.ts'
import {
  loadOptions,
  rvrOptions,
  type BuildOptions,
  type GuestOptions,
  type ReportOptions,
} from '../../options/build.ts'
import { asRvrError, jsonLine, writeError } from '../../output/messages.ts'
import { profileOptions, type ProfileOptions } from '../../options/profiles.ts'
import type { Shell } from '../../shell.ts'
import type { ModeName } from '../../../modes/registry.ts'

export interface ManyOptions extends BuildOptions, GuestOptions, ReportOptions, ProfileOptions {
  readonly output?: string
  readonly emitC?: string
}

/** Failures that no other task would escape. */
const COMMON = new Set(['ABORTED', 'TOOLCHAIN_MISSING', 'CACHE_UNSAFE'])

function checkOptions(files: readonly string[], options: ManyOptions): void {
  const refuse = (what: string, hint: string): never => {
    throw new RvrError('USAGE', `${what} is for one guest in one mode`, { hint })
  }
  if (options.output !== undefined)
    refuse('-o', 'Without it the libraries stay in the cache; rvr cache export takes them from there.')
  if (options.emitC !== undefined) refuse('--emit-c', 'Name one guest.')
  if (options.profile !== undefined && files.length > 1)
    throw new RvrError('USAGE', '--profile is for one guest', { hint: 'Name one guest; it may have several modes.' })
  if (options.cache === false) refuse('--no-cache', 'The cache is where the libraries go; choose one with --cache-dir.')
}

/** Compiles every file for every mode. The status is the worst one. @throws RvrError for what concerns all of them. */
export async function compileMany(
  files: readonly string[],
  modes: readonly ModeName[],
  options: ManyOptions,
  shell: Shell,
): Promise<number> {
  checkOptions(files, options)
  const { Rvr } = await import('../../../index.ts')
  const tasks = files.flatMap(file => modes.map(mode => ({ file, mode })))
  const parallel = Math.min(tasks.length, options.jobs ?? availableParallelism())
  await using progress = new CompilationProgress(
    {
      stream: shell.stderr,
      signal: shell.signal,
      ...(options.quiet && { quiet: true }),
      ...(options.verbose && { verbose: true }),
    },
    tasks.map(({ file, mode }) => `${file} ${mode}`),
    parallel,
  )
  await using rvr = await Rvr.create(rvrOptions(options, progress, shell))
  if (rvr.cache.state === 'off') await checkPlace(rvr.cache, async () => false)
  const guests = new Map<string, Promise<Guest>>()
  const load = (file: string): Promise<Guest> => {
    const known = guests.get(file) ?? rvr.load(file, loadOptions(options, shell))
    guests.set(file, known)
    return known
  }

  const compilations: Compilation[] = []
  let common: RvrError | undefined
  const work = async (index: number): Promise<void> => {
    const { file, mode } = tasks[index]!
    const onEvent = progress.begin(index)
    const begun = performance.now()
    try {
      const guest = await load(file)
      await checkPlace(
        rvr.cache,
        async () => (await guest.explainCache(mode, profileOptions(options))).outcome === 'hit',
      )
      const artifact = await guest.compile(mode, { signal: shell.signal, onEvent, ...profileOptions(options) })
      compilations[index] = { file, mode, guest, artifact, library: keptFile(artifact) }
      progress.end(index, 'done', `${artifact.cache.outcome}, ${((performance.now() - begun) / 1000).toFixed(1)} s`)
    } catch (thrown) {
      const error = asRvrError(thrown)
      if (COMMON.has(error.code)) common ??= error
      compilations[index] = { file, mode, error }
      const state = error.code === 'ABORTED' ? 'stopped' : 'failed'
      progress.end(index, state, state)
    }
  }
  let next = 0
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      while (next < tasks.length && common === undefined) await work(next++)
    }),
  )
  await progress.settle()
  if (common !== undefined) throw common
  return report(compilations, options, shell)
}

/** Writes what came of each; returns the worst status. */
async function report(compilations: readonly Compilation[], options: ReportOptions, shell: Shell): Promise<number> {
  const { compilationsJson, compilationsText } = await import('../../../report/compile/compilations.ts')
  const told = new Set<RvrError>()
  let status: number = EXIT_OK
  for (const { file, mode, error } of compilations) {
    if (error === undefined) continue
    status = Math.max(status, exitStatusOfError[error.code])
    // What is wrong with a guest itself is the same for all modes.
    const where = error.message.includes(file) ? '' : `${file} (${mode}): `
    if (!told.has(error))
      writeError(
        new RvrError(error.code, `${where}${error.message}`, {
          ...(error.hint !== undefined && { hint: error.hint }),
          cause: error,
        }),
        shell,
        false,
      )
    told.add(error)
  }
  shell.stdout.write(options.json ? jsonLine(compilationsJson(compilations)) : compilationsText(compilations))
  return status
}
