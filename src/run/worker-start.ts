/** First steps of a worker thread: it loads native code only if nobody is ending it, as Node cannot meanwhile. */
import { enableCompileCache } from 'node:module'
import { workerData } from 'node:worker_threads'
import { beginLoading, endLoading, type WorkerStart } from './worker-life.ts'

const { shared, compiledCode } = workerData as WorkerStart
if (compiledCode !== undefined) enableCompileCache(compiledCode)
const life = new Int32Array(shared)
if (beginLoading(life)) {
  await import('./worker.ts')
  endLoading(life)
}
