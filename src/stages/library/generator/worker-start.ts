/** The thread that lifts guests and generates code: takes orders, works on all of them in turns, reports back. */
import { parentPort } from 'node:worker_threads'
import { keepCompiledCode } from '../../../compiled-code.ts'
import type { ToGenerator } from './messages.ts'

keepCompiledCode(process.env, 'generator-thread')
const { startWork } = await import('./worker.ts')
const receive = startWork(message => parentPort!.postMessage(message))
parentPort!.on('message', (message: ToGenerator) => receive(message))
