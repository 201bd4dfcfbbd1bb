/** A thread that builds candidates: one after another, as they come. */
import { parentPort, workerData } from 'node:worker_threads'
import { keepCompiledCode } from '../../compiled-code.ts'
import type { BuilderStart, BuildJob } from './messages.ts'

keepCompiledCode(process.env, 'apc-thread')
const { builtText } = await import('./worker.ts')
const start = workerData as BuilderStart
parentPort!.on('message', ({ id, blocks }: BuildJob) => {
  parentPort!.postMessage({ id, outcome: builtText(start, blocks) })
})
