/** First steps of a worker thread: it loads native code only if nobody is ending it, as Node cannot meanwhile. */
import { workerData } from 'node:worker_threads'
import { keepCompiledCode } from '../compiled-code.ts'
import { beginLoading, endLoading } from './worker-life.ts'

keepCompiledCode(process.env)
const life = new Int32Array(workerData as SharedArrayBuffer)
if (beginLoading(life)) {
  await import('./worker.ts')
  endLoading(life)
}
