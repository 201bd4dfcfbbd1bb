#!/usr/bin/env node
/** Entry of the `rvr` command: refuses runtimes that are too old, then hands over to the program. */
import { keepCompiledCode } from '../compiled-code.ts'
import type { WorkerPool } from '../run/pool.ts'

const required = 22
if (Number(process.versions.node.split('.')[0]) < required) {
  const todo = "install a current Node.js, or `make install` in rvr's sources, which brings its own"
  process.stderr.write(`rvr: error: rvr needs Node.js ${required} or newer, this is ${process.version}: ${todo}\n`)
  process.exitCode = 2
} else {
  keepCompiledCode(process.env)
  const argv = process.argv.slice(2)
  const pool = argv[0] === 'run' && argv.length > 1 ? await startThread() : undefined
  const { main } = await import('./program.ts')
  process.exitCode = await main(argv, pool)
  await pool?.close()
}

/** The thread of a guest takes as long to start as the rest of the program takes to load: both go on at once. */
async function startThread(): Promise<WorkerPool> {
  const { WorkerPool: Pool } = await import('../run/pool.ts')
  const pool = new Pool()
  pool.warm()
  return pool
}
