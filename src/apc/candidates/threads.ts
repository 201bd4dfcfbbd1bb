/** Builds candidates on worker threads: one is one job, and what comes of it does not depend on their number. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Air } from '../../air/air.ts'
import { abortError, RvrError, throwIfAborted } from '../../errors.ts'
import { builderThread } from '../../thread-starts.ts'
import type { BlockMachine } from '../block.ts'
import type { Block } from '../../air/system.ts'
import type { BuildDone, BuilderStart, BuildOutcome } from './messages.ts'

export interface BuildOptions extends BuilderStart {
  /** Default: one for each core. */
  readonly threads?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Hears of each candidate as it is built, in any order. */
  readonly onBuilt?: ((outcome: BuildOutcome, index: number) => void) | undefined
}

/** Rules that fill rows are many, and nobody asks for them. */
const withoutRules = (air: Air): Air => ({ ...air, rules: { inputs: [], accesses: [], columns: [] } })

/** What blocks of these instructions are built from. */
function machineFor({ airs, buses }: BlockMachine, candidates: readonly (readonly Block[])[]): BlockMachine {
  const opcodes = new Set(candidates.flat().flatMap(({ instructions }) => instructions.map(([opcode]) => opcode!)))
  const isUsed = ({ codings }: Air): boolean => codings.some(({ opcode }) => opcodes.has(opcode))
  return { airs: airs.filter(isUsed).map(withoutRules), buses }
}

const sizeOf = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, { instructions }) => sum + instructions.length, 0)

/**
 * Outcomes in the order of the candidates, each of the blocks that follow each other in it.
 *
 * @throws RvrError `ABORTED`, `WORKER_FAILED` (a thread died: too little memory)
 */
export async function buildAll(
  candidates: readonly (readonly Block[])[],
  { machine, degrees, threads = availableParallelism(), signal, onBuilt }: BuildOptions,
): Promise<readonly BuildOutcome[]> {
  throwIfAborted('building candidates', signal)
  // The longest first: none of them is waited for alone at the end.
  const queue = Array.from(candidates, (_, index) => index).toSorted(
    (a, b) => sizeOf(candidates[a]!) - sizeOf(candidates[b]!),
  )
  const outcomes: BuildOutcome[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  // Threads that are ended say so, too, when nobody waits any more.
  promise.catch(() => {})
  // Events belong to calls, whoever hears of them.
  const inCall = AsyncLocalStorage.snapshot()
  const workers: Worker[] = []
  const onAbort = (): void => reject(abortError('building candidates', signal))
  signal?.addEventListener('abort', onAbort, { once: true })
  let open = candidates.length
  try {
    if (open === 0) return []
    const workerData: BuilderStart = { machine: machineFor(machine, candidates), degrees }
    for (let index = 0; index < Math.min(threads, candidates.length); index++) {
      const worker = new Worker(builderThread, { name: 'rvr apc', execArgv: [], workerData })
      const next = (): void => {
        const id = queue.pop()
        if (id !== undefined) worker.postMessage({ id, blocks: candidates[id]! })
      }
      worker.on('message', ({ id, outcome }: BuildDone) => {
        outcomes[id] = outcome
        next()
        try {
          inCall(() => onBuilt?.(outcome, id))
        } catch (error) {
          reject(error)
        }
        if (--open === 0) resolve()
      })
      const died = (cause: unknown): void =>
        reject(new RvrError('WORKER_FAILED', 'a thread that builds candidates died', { cause }))
      worker.on('error', died)
      worker.on('exit', died)
      workers.push(worker)
      next()
    }
    await promise
    return outcomes
  } finally {
    signal?.removeEventListener('abort', onAbort)
    await Promise.all(workers.map(worker => worker.terminate()))
  }
}
