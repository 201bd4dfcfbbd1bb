/** Program of the cross-process tests: loads, compiles and runs one guest, then prints what happened as one line of JSON. Argument: a Task as JSON. */
import { existsSync } from 'node:fs'
import type { LoadOptions, ModeName, RvrOptions } from '../../src/index.ts'

/** The bundle that is made before the tests: a process that begins with it takes half the time. */
const bundle = new URL('../../dist/index.js', import.meta.url).href
const { Rvr, RvrError } = (await import(bundle)) as typeof import('../../src/index.ts')

export interface Task {
  readonly guest: string
  readonly mode: string
  /** Input records, hex. */
  readonly inputs?: readonly string[]
  readonly options: Omit<RvrOptions, 'onEvent'>
  /** How the guest is loaded. */
  readonly load?: LoadOptions
  /** Abort the compilation when this file is there. */
  readonly abortAt?: string
}

export interface Report {
  readonly outcome?: string
  readonly instret?: number
  readonly publicValues?: string
  readonly cache?: { readonly outcome: string; readonly key?: string; readonly inputKey?: string }
  readonly file?: string
  /** Outcomes that this process counted. */
  readonly counts: Readonly<Record<string, number>>
  /** Stages that were entered, in order. */
  readonly stages: readonly string[]
  readonly warnings: readonly string[]
  readonly error?: {
    readonly code: string
    readonly message: string
    readonly details: Readonly<Record<string, unknown>>
  }
}

function abortAt(file: string, controller: AbortController): void {
  const timer = setInterval(() => {
    if (!existsSync(file)) return
    clearInterval(timer)
    controller.abort()
  }, 10)
}

async function perform(task: Task): Promise<Report> {
  const stages: string[] = []
  const warnings: string[] = []
  const controller = new AbortController()
  await using rvr = await Rvr.create({
    ...task.options,
    onEvent(event) {
      if (event.type === 'warning') warnings.push(event.message)
      if (event.type === 'cache') process.stderr.write(`${event.counter}\n`)
      if (event.type !== 'stage' || event.state !== 'start') return
      stages.push(event.stage)
      process.stderr.write(`${event.stage}\n`)
      if (event.stage === 'compile' && task.abortAt !== undefined) abortAt(task.abortAt, controller)
    },
  })
  try {
    const guest = await rvr.load(task.guest, task.load)
    const artifact = await guest.compile(task.mode as ModeName, { signal: controller.signal })
    using run = await artifact.execute({ inputs: (task.inputs ?? []).map(record => Buffer.from(record, 'hex')) })
    return {
      outcome: run.outcome,
      instret: Number(run.instret),
      publicValues: Buffer.from(run.publicValues).toString('hex'),
      cache: artifact.cache,
      ...(artifact.file !== undefined && { file: artifact.file }),
      counts: rvr.cache.counts,
      stages,
      warnings,
    }
  } catch (error) {
    if (!(error instanceof RvrError)) throw error
    return {
      counts: rvr.cache.counts,
      stages,
      warnings,
      error: { code: error.code, message: error.message, details: error.details },
    }
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await perform(JSON.parse(process.argv[2]!) as Task))}\n`)
