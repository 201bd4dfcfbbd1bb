/** `rvr compile` of several guests or modes: a list of tasks, of which one that fails stops no other. */
import { availableParallelism } from 'node:os'
import { RvrError } from '../../../errors.ts'
import type { ModeName } from '../../../modes/registry.ts'
import type { Compilation } from '../../../report/compile/compilations.ts'
import type { Guest } from '../../../sdk/guest.ts'
import type { Rvr } from '../../../sdk/rvr.ts'
import { EXIT_OK, exitStatusOfError } from '../../exit-codes.ts'
import { createRvr } from '../../open-guest.ts'
import type { BuildOptions } from '../../options/build.ts'
import { loadOptions, type GuestOptions } from '../../options/guest.ts'
import type { ProfileOptions } from '../../options/profiles.ts'
import { progressOptions, type ReportOptions } from '../../options/report.ts'
import { writeAnswer } from '../../output/answer.ts'
import { asRvrError, writeError } from '../../output/messages.ts'
import { CompilationProgress } from '../../progress/compilations.ts'
import type { Shell } from '../../shell.ts'
import { checkPlace, compileKept } from './kept-library.ts'

export interface ManyOptions extends BuildOptions, GuestOptions, ReportOptions, ProfileOptions {
  readonly output?: string
  readonly emitC?: string
}

/** One guest in one mode. */
interface Task {
  readonly file: string
  readonly mode: ModeName
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
  const tasks = files.flatMap(file => modes.map(mode => ({ file, mode })))
  const parallel = Math.min(tasks.length, options.jobs ?? availableParallelism())
  const names = tasks.map(({ file, mode }) => `${file} ${mode}`)
  await using progress = new CompilationProgress(progressOptions(options, shell), names, parallel)
  await using rvr = await createRvr({ options, progress, shell })
  if (rvr.cache.state === 'off') await checkPlace(rvr.cache, async () => false)
  const load = loadingOnce(file => rvr.load(file, loadOptions(options, shell)))

  const compilations: Compilation[] = []
  let common: RvrError | undefined
  const work = async (index: number): Promise<void> => {
    const task = tasks[index]!
    const compilation = await attempt(task, { rvr, load, options, shell, progress, index })
    compilations[index] = compilation
    if (compilation.error !== undefined && COMMON.has(compilation.error.code)) common ??= compilation.error
  }
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < tasks.length && common === undefined) await work(next++)
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  await progress.settle()
  if (common !== undefined) throw common
  return report(compilations, options, shell)
}

type Load = (file: string) => Promise<Guest>

/** Loads each file once, however many modes it is compiled in. */
function loadingOnce(load: Load): Load {
  const guests = new Map<string, Promise<Guest>>()
  return file => {
    const guest = guests.get(file) ?? load(file)
    guests.set(file, guest)
    return guest
  }
}

interface Attempt {
  readonly rvr: Rvr
  readonly load: Load
  readonly options: ManyOptions
  readonly shell: Shell
  readonly progress: CompilationProgress
  /** Of the task in the list of progress. */
  readonly index: number
}

/** Compiles one guest in one mode; never rejects. */
async function attempt({ file, mode }: Task, surroundings: Attempt): Promise<Compilation> {
  const { rvr, load, options, shell, progress, index } = surroundings
  const onEvent = progress.begin(index)
  const begun = performance.now()
  try {
    const guest = await load(file)
    const choices = { signal: shell.signal, onEvent, profile: options.profile }
    const { artifact, library } = await compileKept({ guest, cache: rvr.cache }, mode, choices)
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    progress.end(index, 'done', `${artifact.cache.outcome}, ${seconds} s`)
    return { file, mode, guest, artifact, library }
  } catch (thrown) {
    const error = asRvrError(thrown)
    const state = error.code === 'ABORTED' ? 'stopped' : 'failed'
    progress.end(index, state, state)
    return { file, mode, error }
  }
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
    if (!told.has(error)) writeError(placed(error, file, mode), shell, false)
    told.add(error)
  }
  writeAnswer({ json: compilationsJson(compilations), text: compilationsText(compilations) }, options, shell)
  return status
}

/** The error with the guest that it is about. */
function placed(error: RvrError, file: string, mode: string): RvrError {
  if (error.message.includes(file)) return error
  return new RvrError(error.code, `${file} (${mode}): ${error.message}`, { hint: error.hint, cause: error })
}
